// Speculative decoding: cheap guesses at the tokens that follow, which one call of the model then checks.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace qwen {

// Guesses for one sequence. A guess can cost time but never change a result: a token counts only when the model and
// the sampler have chosen the same one.
class Drafter {
public:
  virtual ~Drafter() = default;
  // The sequence goes on with this token: first all of the prompt (-1-r: row r of its embeddings), then what is chosen.
  virtual void append(int32_t id) = 0;
  // Sets `tokens` to what may follow all that was appended: at most `most` tokens of the vocabulary, none when there is
  // nothing to go by.
  virtual void draft(int64_t most, std::vector<int32_t> &tokens) = 0;
};

struct DraftOptions {
  std::function<std::unique_ptr<Drafter>(int64_t slot)> make;  // for a sequence in this slot; empty: no drafts
  int64_t most = 7;                                            // tokens of a draft, at least 1
};

// How long the drafts of a sequence should be. A drafted token costs one more row of a call, which is a part of what
// the call costs, and gains a whole call when it is accepted. So a draft that is accepted whole doubles the next one,
// and any other makes the next one as long as what was accepted of it. Where nothing was, drafting pauses, twice as
// long each time: text that can't be guessed costs a row in kLongestPause steps.
class DraftPace {
public:
  explicit DraftPace(int64_t most);
  // Of the draft for the step that begins now; 0 in a pause.
  int64_t length();
  // What became of that step's draft; a step without one isn't recorded.
  void record(int64_t drafted, int64_t accepted);

private:
  static constexpr int64_t kFirstLength = 3, kLongestPause = 32;
  int64_t most, next_length;
  int64_t pause = 0, steps_left = 0;  // length of the last pause in a row of failures; what is left of it
};

}  // namespace qwen
