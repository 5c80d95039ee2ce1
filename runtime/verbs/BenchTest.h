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
  static BenchTest generation(int64_t tokens, int64_t depth);
};

// Random tokens, the same at the same place every time: what a run leaves in the cache is what was there before it.
class TokenFeeder {
public:
  // Runs reach up to `positions`.
  TokenFeeder(Engine &engine, int64_t positions);

  // The seconds that it takes. The cache must hold `depth` tokens.
  double run(const TokenRun &run);

private:
  Engine &engine;
  std::vector<int32_t> ids;
  std::vector<std::vector<float>> results;  // of all outputs that aren't on request
  std::vector<OutputTarget> targets;
};

}  // namespace qwen
