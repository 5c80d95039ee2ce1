#include "runtime/verbs/BenchTest.h"

#include "runtime/core/Sampler.h"

#include <chrono>

namespace qwen {
namespace {

std::string nameOf(const char *kind, int64_t tokens, int64_t depth) {
  return kind + std::to_string(tokens) + (depth > 0 ? " @ d" + std::to_string(depth) : "");
}

}  // namespace

BenchTest BenchTest::prompt(int64_t tokens, int64_t depth, int64_t chunk) {
  return {nameOf("pp", tokens, depth), {depth, tokens, chunk, /*head_each_call=*/false}};
}

BenchTest BenchTest::generation(int64_t tokens, int64_t depth) {
  return {nameOf("tg", tokens, depth), {depth, tokens, /*chunk=*/1, /*head_each_call=*/true}};
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
  }
}

double TokenFeeder::run(const TokenRun &run) {
  const int64_t end = run.depth + run.tokens;
  ChunkedForward forward(engine, run.chunk, targets);
  const auto start = std::chrono::steady_clock::now();
  for (int64_t i = run.depth; i < end; ++i) {
    Row row;
    row.id = ids[static_cast<size_t>(i)];
    row.index = static_cast<int32_t>(i);
    row.position = static_cast<float>(i);
    row.rope_length = static_cast<float>(run.head_each_call ? i + 1 : end);
    row.place = i;
    row.wanted_place = run.head_each_call || i + 1 == end ? 0 : -1;
    forward.add(row);
  }
  forward.flush();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace qwen
