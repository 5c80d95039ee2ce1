// Flags that several verbs have.
#pragma once

#include "runtime/core/Generator.h"
#include "runtime/verbs/OptionSet.h"

#include <cstdint>
#include <optional>

namespace qwen {

// --threads and --chunk: of every verb that computes.
struct ComputeOptions {
  std::optional<int64_t> threads_given, chunk_given;

  void add(OptionSet &options, const Program &program);
  int64_t threads() const;                      // default: defaultThreads()
  int64_t chunk(const Program &program) const;  // rows of one forward call, at most program.max_rows
};

// --greedy and the sampling flags; what isn't given comes from the program's generation config.
struct SamplingFlags {
  bool greedy = false;
  std::optional<double> temperature, top_p, min_p, repetition_penalty, presence_penalty;
  std::optional<int64_t> top_k, seed;

  void add(OptionSet &options, const Program &program);
  // A flag that shapes the distribution asks for sampling even where the config says greedy; --greedy and
  // --temperature 0 ask for the likeliest token. Throws UsageError for a value out of range.
  SamplingOptions resolve(const Generation &defaults) const;
};

// --draft and --draft-max: how tokens are guessed ahead.
struct DraftFlags {
  std::string kind = "none";
  int64_t most = DraftOptions().most;

  void add(OptionSet &options);
  // Throws UsageError for an unknown kind, UserError where the program can't take back a guess.
  DraftOptions resolve(const Program &program) const;
};

// "draft: 31 of 40 tokens accepted; 52 tokens in 21 steps"
std::string describeDrafts(const GenerateCounts &counts);

}  // namespace qwen
