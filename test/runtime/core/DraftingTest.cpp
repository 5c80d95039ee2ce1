// Generation with drafts, good and bad ones, against generation without.
#include "EngineFixture.h"
#include "runtime/core/Generator.h"
#include "runtime/core/PromptLookup.h"

#include <gtest/gtest.h>

using namespace qwen;

namespace {

using Results = std::vector<std::vector<int32_t>>;

const Results kPrompts = {{1, 2, 3}, {9}, {4, 4, 4, 4, 4, 4}, {30, 0, 17}, {5, 11}};

std::vector<Prompt> prompts() {
  std::vector<Prompt> result;
  for (auto &ids : kPrompts)
    result.push_back({ids, {}, 0});
  return result;
}

// Knows how every sequence goes on, but is wrong at each place that `every` divides (0: never).
class Prophet : public Drafter {
public:
  Prophet(const Results &future, size_t every) : future(future), every(every) {}

  void append(int32_t id) override { ids.push_back(id); }
  void draft(int64_t most, std::vector<int32_t> &tokens) override {
    tokens.clear();
    for (const std::vector<int32_t> &whole : future) {
      if (whole.size() < ids.size() || !std::equal(ids.begin(), ids.end(), whole.begin()))
        continue;
      for (size_t i = ids.size(); i < whole.size() && static_cast<int64_t>(tokens.size()) < most; ++i)
        tokens.push_back(every && i % every == 0 ? (whole[i] + 1) % fake::kVocab : whole[i]);
      return;
    }
  }

private:
  const Results &future;
  size_t every;
  std::vector<int32_t> ids;
};

GenerateOptions options(int64_t tokens) {
  GenerateOptions result;
  result.max_new_tokens = tokens;
  result.chunk = 32;
  return result;
}

GenerateOptions sampled(int64_t tokens) {
  GenerateOptions result = options(tokens);
  result.sampling.do_sample = true;
  result.sampling.temperature = 0.9;
  result.sampling.top_k = 12;
  result.sampling.repetition_penalty = 1.3;
  result.sampling.presence_penalty = 0.2;
  result.sampling.seed = 5;
  return result;
}

class Drafting : public testing::Test {
protected:
  Results plain(const GenerateOptions &with) { return generate(fixture.engine, prompts(), nullptr, with); }

  // The same with a prophet of `plain`'s results.
  Results drafted(GenerateOptions with, const Results &results, size_t every, const TokenSink &sink = {}) {
    Results future = kPrompts;
    for (size_t i = 0; i < future.size(); ++i)
      future[i].insert(future[i].end(), results[i].begin(), results[i].end());
    with.draft.make = [&](int64_t) { return std::make_unique<Prophet>(future, every); };
    counts = {};
    return generate(fixture.engine, prompts(), nullptr, with, sink, &counts);
  }

  fake::EngineFixture fixture{fake::program()};
  GenerateCounts counts;
};

TEST_F(Drafting, ChangesNoToken) {
  for (GenerateOptions with : {options(8), sampled(8)}) {
    const Results expected = plain(with);
    for (size_t every : {0, 1, 2, 3, 5})
      for (int64_t most : {1, 2, 7, 40})
        for (int64_t chunk : {1, 2, 3, 5, 32}) {
          with.draft.most = most;
          with.chunk = chunk;
          ASSERT_EQ(drafted(with, expected, every), expected)
              << "wrong every " << every << ", drafts of " << most << ", chunks of " << chunk;
        }
  }
}

TEST_F(Drafting, ReachesTheLastPosition) {
  // The longest prompt fills the cache: its last token has place 15.
  const GenerateOptions with = options(fake::kMaxSeq - 6 + 1);
  const Results expected = plain(with);
  for (size_t every : {0, 2, 4})
    EXPECT_EQ(drafted(with, expected, every), expected);
}

TEST_F(Drafting, StopsAtAnEndInsideADraft) {
  GenerateOptions with = options(8);
  const Results all = plain(with);
  with.eos_token_ids = {all[0][2], all[2][4]};
  const Results expected = plain(with);
  EXPECT_LE(expected[0].size(), 3u);
  EXPECT_EQ(drafted(with, all, 0), expected) << "drafts that go on behind the end";
}

TEST_F(Drafting, StopsWhenTold) {
  const Results all = plain(options(8));
  std::vector<size_t> sizes(kPrompts.size());
  const Results results = drafted(options(8), all, 0, [&](int64_t sequence, int32_t) {
    return ++sizes[static_cast<size_t>(sequence)] < 3 || sequence == 1;
  });
  for (size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(results[i], std::vector<int32_t>(all[i].begin(), all[i].begin() + (i == 1 ? 8 : 3))) << i;
    EXPECT_EQ(sizes[i], results[i].size());
  }
}

TEST_F(Drafting, TakesFewerStepsWhenItIsRight) {
  const Results expected = plain(options(8));
  drafted(options(8), expected, 0);
  // In each of three groups: one token of the prefill, then 1 + 3 and 1 + 2.
  EXPECT_EQ(counts.tokens, 40);
  EXPECT_EQ(counts.steps, 6);
  EXPECT_EQ(counts.drafted, 25);
  EXPECT_EQ(counts.accepted, 25);
  drafted(options(8), expected, 1);
  EXPECT_EQ(counts.steps, 21) << "nothing is gained, nothing is lost";
  EXPECT_EQ(counts.accepted, 0);
  EXPECT_EQ(counts.drafted, 5 * (3 + 1 + 1)) << "it pauses for one step, then for two";
}

TEST_F(Drafting, SharesTheRowsOfACall) {
  // Two sequences in chunks of five rows: each has its token and one guess.
  GenerateOptions with = options(8);
  with.chunk = 5;
  drafted(with, plain(options(8)), 0);
  // Groups of two need 4 steps for 7 tokens each, the last sequence alone 1 + 3 and 1 + 2.
  EXPECT_EQ(counts.steps, 4 + 4 + 2);
  with.chunk = 1;
  drafted(with, plain(options(8)), 0);
  EXPECT_EQ(counts.drafted, 0);
}

TEST_F(Drafting, GoesOnFromACache) {
  const std::vector<int32_t> prompt = {7, 8, 9};
  GenerateOptions with = options(4);
  const Results future = {[&] {
    auto whole = prompt;
    auto added = generate(fixture.engine, {{prompt, {}, 0}}, nullptr, with)[0];
    whole.insert(whole.end(), added.begin(), added.end());
    return whole;
  }()};
  std::vector<int32_t> conversation = future[0];
  conversation.insert(conversation.end(), {21, 22});
  const Results expected = generate(fixture.engine, {{conversation, {}, 0}}, nullptr, with);
  with.draft.make = [&](int64_t) { return std::make_unique<Prophet>(future, 5); };
  generate(fixture.engine, {{prompt, {}, 0}}, nullptr, with);
  EXPECT_EQ(generate(fixture.engine, {{conversation, {}, 6}}, nullptr, with), expected);
}

TEST_F(Drafting, LooksUpThePrompt) {
  GenerateOptions with = options(8);
  with.draft.make = [](int64_t) { return std::make_unique<PromptLookup>(); };
  EXPECT_EQ(generate(fixture.engine, prompts(), nullptr, with), plain(options(8)));
  // A prompt that holds the answer already; the context counts, so only the first tokens come again.
  const std::vector<int32_t> pattern = {4, 4, 4, 4, 4, 4};
  GenerateOptions plainly = options(8);
  plainly.sampling.repetition_penalty = with.sampling.repetition_penalty = 1e-3;  // what was seen is preferred
  const Results expected = generate(fixture.engine, {{pattern, {}, 0}}, nullptr, plainly);
  GenerateCounts looked;
  EXPECT_EQ(generate(fixture.engine, {{pattern, {}, 0}}, nullptr, with, {}, &looked), expected);
  EXPECT_GT(looked.accepted, 0);
  EXPECT_LT(looked.steps, 7);
}

}  // namespace
