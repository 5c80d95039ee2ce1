// One thing that `bench` measures, and the tokens that it feeds.
#pragma once

#include "runtime/core/ChunkedForward.h"
#include "runtime/core/Engine.h"
#include "runtime/verbs/PhaseWork.h"

#include <string>
#include <vector>

namespace qwen {

struct BenchTest {
  std::string name;  // as llama-bench has it: "pp512", "tg128 @ d4096"
  TokenRun run;

  static BenchTest prompt(int64_t tokens, int64_t depth, int64_t chunk);
  // Greedy: with a screen only the largest logit is asked for.
  static BenchTest generation(int64_t tokens, int64_t depth, const Program &program);
};

// Random tokens, the same at the same place every time: what a run leaves in the cache is what was there before it.
class TokenFeeder {
public:
  // Runs reach up to `positions`.
  TokenFeeder(Engine &engine, int64_t positions);

  // The seconds that it takes. The cache must hold `depth` tokens.
  double run(const TokenRun &run);
  // The share of its logits that were computed: 1 where all were asked for, or no screen spared any.
  double computedLogits(const TokenRun &run);

private:
  template <typename Then> void feed(const TokenRun &run, Then &&then);  // then(): after each token

  Engine &engine;
  std::vector<int32_t> ids;
  std::vector<std::vector<float>> results;  // of all outputs that aren't on request
  std::vector<OutputTarget> targets;
  const std::vector<float> *logits = nullptr;  // of `results`; null: the program has none of wanted rows
};

}  // namespace qwen
