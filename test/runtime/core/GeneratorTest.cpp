#include "runtime/core/Generator.h"

#include "EngineFixture.h"

#include <cmath>
#include <gtest/gtest.h>

using namespace qwen;

namespace {

// Greedy by hand: one sequence, no cache, no chunks.
std::vector<int32_t> plainGreedy(std::vector<int32_t> ids, int64_t steps, const std::vector<int64_t> &ends) {
  std::vector<int32_t> added;
  std::vector<float> values, positions;
  for (size_t i = 0; i < ids.size(); ++i) {
    values.push_back(fake::value(ids[i]));
    positions.push_back(static_cast<float>(i));
  }
  while (static_cast<int64_t>(added.size()) < steps) {
    int32_t best = 0;
    for (int32_t v = 1; v < fake::kVocab; ++v) {
      const auto length = static_cast<float>(values.size());
      if (fake::expected(values, positions, length, 0, v) > fake::expected(values, positions, length, 0, best))
        best = v;
    }
    added.push_back(best);
    if (std::find(ends.begin(), ends.end(), best) != ends.end())
      break;
    positions.push_back(static_cast<float>(values.size()));
    values.push_back(fake::value(best));
  }
  return added;
}

const std::vector<std::vector<int32_t>> kPrompts = {{1, 2, 3}, {9}, {4, 4, 4, 4, 4, 4}, {30, 0, 17}, {5, 11}};

std::vector<Prompt> prompts() {
  std::vector<Prompt> result;
  for (auto &ids : kPrompts)
    result.push_back({ids, {}, 0});
  return result;
}

GenerateOptions options(int64_t steps) {
  GenerateOptions result;
  result.max_new_tokens = steps;
  result.chunk = 32;
  return result;
}

TEST(Generator, GivesEverySequenceWhatItGetsAlone) {
  for (int64_t threads : {1, 2})
    for (int64_t chunk : {1, 2, 5, 32}) {
      fake::EngineFixture fixture(fake::program(), threads);
      GenerateOptions with = options(8);
      with.chunk = chunk;
      auto results = generate(fixture.engine, prompts(), nullptr, with);
      ASSERT_EQ(results.size(), kPrompts.size());
      for (size_t i = 0; i < kPrompts.size(); ++i)
        EXPECT_EQ(results[i], plainGreedy(kPrompts[i], 8, {})) << i;
    }
}

// Logits that are missing can't be missed, except where all of them count.
TEST(Generator, AScreenedHeadChangesNothing) {
  auto generated = [](const char *head_screen, const GenerateOptions &with) {
    Program program = fake::program();
    program.head_screen = head_screen;
    fake::EngineFixture fixture(program);
    return generate(fixture.engine, prompts(), nullptr, with);
  };
  for (int64_t top_k : {0, 1, 3, 40})
    for (double penalty : {1.0, 1.5})
      for (bool sample : {false, true}) {
        GenerateOptions with = options(8);
        with.sampling.do_sample = sample;
        with.sampling.top_k = top_k;
        with.sampling.top_p = 0.9;
        with.sampling.min_p = 0.01;
        with.sampling.repetition_penalty = penalty;
        EXPECT_EQ(generated("q4", with), generated("", with)) << top_k << " " << penalty;
      }
}

TEST(Generator, StopsAtAnyEndToken) {
  fake::EngineFixture fixture(fake::program());
  GenerateOptions with = options(8);
  // Ends that some of the sequences meet, at different steps.
  with.eos_token_ids = {plainGreedy(kPrompts[0], 8, {})[2], plainGreedy(kPrompts[2], 8, {})[4]};
  auto results = generate(fixture.engine, prompts(), nullptr, with);
  size_t shortest = 8;
  for (size_t i = 0; i < kPrompts.size(); ++i) {
    EXPECT_EQ(results[i], plainGreedy(kPrompts[i], 8, with.eos_token_ids)) << i;
    shortest = std::min(shortest, results[i].size());
  }
  EXPECT_LE(shortest, 3u);
}

TEST(Generator, StreamsAndStopsWhenTold) {
  fake::EngineFixture fixture(fake::program());
  std::vector<std::vector<int32_t>> streamed(kPrompts.size());
  auto results = generate(fixture.engine, prompts(), nullptr, options(6), [&](int64_t sequence, int32_t id) {
    streamed[static_cast<size_t>(sequence)].push_back(id);
    return sequence != 1 || streamed[1].size() < 2;
  });
  EXPECT_EQ(streamed, results);
  EXPECT_EQ(results[1].size(), 2u);
  EXPECT_EQ(results[0].size(), 6u);
}

TEST(Generator, GoesOnFromACache) {
  fake::EngineFixture fixture(fake::program());
  const std::vector<int32_t> prompt = {7, 8, 9};
  std::vector<int32_t> conversation = prompt;
  auto first = generate(fixture.engine, {{prompt, {}, 0}}, nullptr, options(3))[0];
  conversation.insert(conversation.end(), first.begin(), first.end());
  conversation.insert(conversation.end(), {21, 22});
  // The slot holds the prompt and all new tokens but the last.
  auto second = generate(fixture.engine, {{conversation, {}, 5}}, nullptr, options(4))[0];
  EXPECT_EQ(second, plainGreedy(conversation, 4, {}));
}

TEST(Generator, TakesPositionsAndEmbeddings) {
  fake::EngineFixture fixture(fake::program());
  const std::vector<float> embeds = {1, 2, 3, 4, 0.5f, 0, 0, 1};
  std::vector<float> logits(fake::kVocab);
  auto result = generate(fixture.engine, {{{-2, -1}, {4, 6}, 0}}, embeds.data(), options(2))[0];
  std::vector<float> values = {fake::value(embeds.data() + 4), fake::value(embeds.data())}, positions = {4, 6};
  for (size_t step = 0; step < 2; ++step) {
    for (int64_t v = 0; v < fake::kVocab; ++v)
      logits[static_cast<size_t>(v)] = fake::expected(values, positions, positions.back() + 1, 0, v);
    ASSERT_EQ(result[step], argmax(logits.data(), fake::kVocab));
    values.push_back(fake::value(result[step]));
    positions.push_back(positions.back() + 1);
  }
}

TEST(Generator, SamplesReproduciblyWhateverStandsBeside) {
  fake::EngineFixture fixture(fake::program());
  GenerateOptions with = options(8);
  with.sampling.do_sample = true;
  with.sampling.seed = 5;
  auto all = generate(fixture.engine, prompts(), nullptr, with);
  for (size_t i = 0; i < kPrompts.size(); ++i)
    EXPECT_EQ(generate(fixture.engine, {prompts()[i]}, nullptr, with)[0], all[i]) << i;
  with.sampling.seed = 6;
  EXPECT_NE(generate(fixture.engine, prompts(), nullptr, with), all);
  with.sampling.do_sample = false;
  EXPECT_NE(generate(fixture.engine, prompts(), nullptr, with), all);
}

}  // namespace
