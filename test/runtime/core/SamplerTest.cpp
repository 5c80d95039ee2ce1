#include "runtime/core/Sampler.h"

#include "runtime/core/Error.h"
#include "runtime/io/Safetensors.h"

#include <cmath>
#include <cstring>
#include <gtest/gtest.h>
#include <map>
#include <random>

using namespace qwen;

namespace {

template <typename T> std::vector<T> values(const SafetensorsFile &file, const std::string &name) {
  const TensorInfo *tensor = file.find(name);
  EXPECT_TRUE(tensor) << name;
  std::vector<T> copy(static_cast<size_t>(tensor->elements()));
  std::memcpy(copy.data(), file.data(*tensor), tensor->bytes);
  return copy;
}

// The cases of test/oracle/sampling.py: what HF's processors leave, with which scores.
TEST(Sampler, ProcessesLikeHf) {
  std::string error;
  auto file = SafetensorsFile::open(QWENC_TEST_DATA "/sampling/cases.safetensors", error);
  ASSERT_TRUE(file) << error;
  int cases = 0;
  for (; file->find(std::to_string(cases) + ".logits"); ++cases) {
    const std::string name = std::to_string(cases) + ".";
    const auto logits = values<float>(*file, name + "logits"), scores = values<float>(*file, name + "scores");
    const auto given = values<double>(*file, name + "options");
    SamplingOptions options;
    options.do_sample = true;
    options.temperature = given[0];
    options.top_k = static_cast<int64_t>(given[1]);
    options.top_p = given[2];
    options.min_p = given[3];
    options.repetition_penalty = given[4];
    options.check();
    Sampler sampler(options, static_cast<int64_t>(logits.size()));
    std::vector<int32_t> prompt;
    for (int64_t id : values<int64_t>(*file, name + "prompt"))
      prompt.push_back(static_cast<int32_t>(id));
    sampler.addPrompt(prompt);

    std::map<int32_t, float> left, expected;
    for (auto [id, score] : sampler.process(logits.data()))
      left[id] = score;
    for (size_t id = 0; id < scores.size(); ++id)
      if (std::isfinite(scores[id]))
        expected[static_cast<int32_t>(id)] = scores[id];
    // Of equal scores, torch's unstable sort may drop others than we do: then the scores that stay must be equal.
    ASSERT_EQ(left.size(), expected.size()) << name;
    std::vector<float> left_scores, expected_scores;
    for (auto [id, score] : left)
      left_scores.push_back(score);
    for (auto [id, score] : expected)
      expected_scores.push_back(score);
    std::sort(left_scores.begin(), left_scores.end());
    std::sort(expected_scores.begin(), expected_scores.end());
    for (size_t i = 0; i < left_scores.size(); ++i)
      EXPECT_NEAR(left_scores[i], expected_scores[i], 1e-5 * std::abs(expected_scores[i])) << name;
    const float smallest = expected_scores.front() + 1e-4f;
    for (auto [id, score] : expected)
      EXPECT_TRUE(left.count(id) || score <= smallest) << name << id;
  }
  EXPECT_EQ(cases, 270);
}

TEST(Sampler, GreedyTakesTheFirstOfTheLargest) {
  std::vector<float> logits(100, -1.0f);
  logits[37] = logits[80] = 2;
  EXPECT_EQ(Sampler({}, 100).next(logits.data()), 37);
  logits[99] = 3;
  EXPECT_EQ(argmax(logits.data(), 100), 99);
  EXPECT_EQ(argmax(logits.data(), 1), 0);
}

TEST(Sampler, PenaltiesHoldWithoutSampling) {
  SamplingOptions options;
  options.repetition_penalty = 2;
  std::vector<float> logits = {4.0f, 3.0f, -1.0f};
  Sampler repetition(options, 3);
  repetition.addPrompt({0});
  EXPECT_EQ(repetition.next(logits.data()), 1);
  EXPECT_EQ(repetition.next(logits.data()), 0) << "both are penalised now";

  options = {};
  options.presence_penalty = 1.5;
  Sampler presence(options, 3);
  presence.addPrompt({0});
  EXPECT_EQ(presence.next(logits.data()), 0) << "the prompt doesn't count";
  EXPECT_EQ(presence.next(logits.data()), 1);
  EXPECT_EQ(presence.next(logits.data()), 0) << "however often it stands there";
}

TEST(Sampler, KnowsHowManyLogitsDecide) {
  SamplingOptions options;
  EXPECT_EQ(options.decisiveLogits(), 1);
  options.do_sample = true;
  EXPECT_EQ(options.decisiveLogits(), 0) << "any token can be drawn";
  options.top_k = 20;
  options.top_p = 0.5;
  options.min_p = 0.1;
  EXPECT_EQ(options.decisiveLogits(), 20);
  for (double temperature : {1e-7, 1e7}) {
    options.temperature = temperature;
    EXPECT_EQ(options.decisiveLogits(), 0) << "logits that differ may become equal";
  }
  options.temperature = 0.6;
  options.repetition_penalty = 1.1;
  EXPECT_EQ(options.decisiveLogits(), 0);
  options.repetition_penalty = 1;
  options.presence_penalty = 0.5;
  EXPECT_EQ(options.decisiveLogits(), 0);
  options.do_sample = false;
  EXPECT_EQ(options.decisiveLogits(), 0);
}

TEST(Sampler, DrawsWithTheRightFrequencies) {
  SamplingOptions options;
  options.do_sample = true;
  const std::vector<double> probabilities = {0.1, 0.2, 0.3, 0.4};
  std::vector<float> logits;
  for (double p : probabilities)
    logits.push_back(static_cast<float>(std::log(p)));
  Sampler sampler(options, 4);
  std::vector<int> counts(4);
  constexpr int kDraws = 40000;
  for (int i = 0; i < kDraws; ++i)
    ++counts[static_cast<size_t>(sampler.next(logits.data()))];
  for (size_t id = 0; id < 4; ++id)
    EXPECT_NEAR(counts[id] / double(kDraws), probabilities[id], 0.01);
}

TEST(Sampler, SeedsAreReproducible) {
  SamplingOptions options;
  options.do_sample = true;
  std::vector<float> logits(50, 0.0f);
  auto draw = [&](uint64_t seed) {
    options.seed = seed;
    Sampler sampler(options, 50);
    std::vector<int32_t> ids;
    for (int i = 0; i < 20; ++i)
      ids.push_back(sampler.next(logits.data()));
    return ids;
  };
  EXPECT_EQ(draw(7), draw(7));
  EXPECT_NE(draw(7), draw(8));
}

TEST(Sampler, RandomStreamIsUniform) {
  RandomStream random(0);
  double sum = 0;
  for (int i = 0; i < 10000; ++i) {
    double value = random.uniform();
    ASSERT_GE(value, 0);
    ASSERT_LT(value, 1);
    sum += value;
  }
  EXPECT_NEAR(sum / 10000, 0.5, 0.01);
}

TEST(Sampler, SurvivesLogitsThatAreNoNumbers) {
  for (bool do_sample : {false, true})
    for (float bad : {NAN, -INFINITY}) {
      SamplingOptions options;
      options.do_sample = do_sample;
      options.top_k = 5;
      options.top_p = 0.9;
      options.min_p = 0.1;
      std::vector<float> logits(20, bad);
      int32_t id = Sampler(options, 20).next(logits.data());
      EXPECT_GE(id, 0);
      EXPECT_LT(id, 20);
      logits[3] = 1;
      EXPECT_EQ(Sampler(options, 20).next(logits.data()), 3);
    }
}

TEST(Sampler, RejectsWhatHfRejects) {
  auto failure = [](auto change) -> std::string {
    SamplingOptions options;
    options.do_sample = true;
    change(options);
    try {
      options.check();
    } catch (const UsageError &problem) {
      return problem.what();
    }
    return "";
  };
  EXPECT_EQ(failure([](auto &) {}), "");
  EXPECT_EQ(failure([](auto &o) { o.temperature = 0; }), "--temperature is 0.0, it must be above 0");
  EXPECT_EQ(failure([](auto &o) { o.temperature = NAN; }), "--temperature is nan, it must be above 0");
  EXPECT_EQ(failure([](auto &o) { o.top_p = 1.5; }), "--top-p is 1.5, it must be between 0 and 1");
  EXPECT_EQ(failure([](auto &o) { o.min_p = -0.25; }), "--min-p is -0.25, it must be between 0 and 1");
  EXPECT_EQ(failure([](auto &o) { o.repetition_penalty = 0; }), "--repetition-penalty is 0.0, it must be above 0");
  EXPECT_EQ(failure([](auto &o) { o.presence_penalty = NAN; }), "--presence-penalty is nan, it must be a number");
}

}  // namespace
