// Drafts by prompt lookup: text repeats itself. Answers quote the prompt, code its names, tables their form.
#pragma once

#include "runtime/core/Drafter.h"

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace qwen {

// Looks for the last tokens of a sequence further up in it, the longest run first and of equal ones the latest; what
// followed there is the draft. Where that reaches the end of the sequence, it goes on with the draft itself: a period.
class PromptLookup : public Drafter {
public:
  // Runs of these many tokens are looked for.
  static constexpr int64_t kShortest = 2, kLongest = 8;

  void append(int32_t id) override;  // constant time
  void draft(int64_t most, std::vector<int32_t> &tokens) override;

private:
  uint64_t key(int64_t length) const;         // of the last `length` tokens
  int64_t findEarlier(int64_t length) const;  // place behind an earlier run of the last `length` tokens; -1: none

  std::vector<int32_t> ids;
  std::unordered_map<uint64_t, int64_t> places;  // key of a run to the place behind it, where some token stands
};

}  // namespace qwen
