#include "runtime/verbs/BenchTest.h"

#include "runtime/core/Sampler.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace qwen {
namespace {

std::string nameOf(const char *kind, int64_t tokens, int64_t depth) {
  return kind + std::to_string(tokens) + (depth > 0 ? " @ d" + std::to_string(depth) : "");
}

}  // namespace

BenchTest BenchTest::prompt(int64_t tokens, int64_t depth, int64_t chunk) {
  return {nameOf("pp", tokens, depth), {depth, tokens, chunk, /*head_each_call=*/false}};
}

BenchTest BenchTest::generation(int64_t tokens, int64_t depth, const Program &program) {
  TokenRun run = {depth, tokens, /*chunk=*/1, /*head_each_call=*/true};
  run.top_k = program.head_screen.empty() ? 0 : 1;
  return {nameOf("tg", tokens, depth), run};
}

TokenFeeder::TokenFeeder(Engine &engine, int64_t positions) : engine(engine) {
  const Program &program = engine.program();
  RandomStream random(1);
  for (int64_t i = 0; i < positions; ++i)
    ids.push_back(static_cast<int32_t>(random.uniform() * static_cast<double>(program.vocab_size)));
  results.resize(program.outputs.size());
  for (size_t i = 0; i < program.outputs.size(); ++i) {
    const Output &output = program.outputs[i];
    if (output.on_request)
      continue;
    results[i].resize(static_cast<size_t>(output.width * (output.wanted_rows ? 1 : positions)));
    targets.push_back({static_cast<int64_t>(i), results[i].data()});
    if (output.wanted_rows)
      logits = &results[i];
  }
}

template <typename Then> void TokenFeeder::feed(const TokenRun &run, Then &&then) {
  const int64_t end = run.depth + run.tokens;
  ChunkedForward forward(engine, run.chunk, targets, /*embeds=*/nullptr, run.top_k);
  for (int64_t i = run.depth; i < end; ++i) {
    Row row;
    row.id = ids[static_cast<size_t>(i)];
    row.index = static_cast<int32_t>(i);
    row.position = static_cast<float>(i);
    row.rope_length = static_cast<float>(run.head_each_call ? i + 1 : end);
    row.place = i;
    row.wanted_place = run.head_each_call || i + 1 == end ? 0 : -1;
    forward.add(row);
    then();
  }
  forward.flush();
}

double TokenFeeder::run(const TokenRun &run) {
  const auto start = std::chrono::steady_clock::now();
  feed(run, [] {});
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double TokenFeeder::computedLogits(const TokenRun &run) {
  if (run.top_k == 0 || !logits)
    return 1;
  int64_t computed = 0;
  feed(run, [&] { computed += std::count_if(logits->begin(), logits->end(), [](float x) { return x != -INFINITY; }); });
  return static_cast<double>(computed) / (static_cast<double>(run.tokens) * static_cast<double>(logits->size()));
}

}  // namespace qwen
