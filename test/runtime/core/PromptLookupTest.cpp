#include "runtime/core/PromptLookup.h"

#include "runtime/core/Sampler.h"

#include <gtest/gtest.h>

using namespace qwen;

namespace {

using Ids = std::vector<int32_t>;

Ids draftAfter(const Ids &ids, int64_t most) {
  PromptLookup lookup;
  for (int32_t id : ids)
    lookup.append(id);
  Ids tokens = {99};  // what is there must go
  lookup.draft(most, tokens);
  return tokens;
}

// The same by trying every place.
Ids plainDraft(const Ids &ids, int64_t most) {
  const auto size = static_cast<int64_t>(ids.size());
  for (int64_t length = PromptLookup::kLongest; length >= PromptLookup::kShortest; --length)
    for (int64_t place = size - 1; place >= length; --place) {
      if (!std::equal(ids.end() - length, ids.end(), ids.begin() + place - length))
        continue;
      Ids extended = ids;
      for (int64_t i = 0; i < most; ++i)
        extended.push_back(extended[static_cast<size_t>(place + i)]);
      return {extended.end() - most, extended.end()};
    }
  return {};
}

TEST(PromptLookup, GivesWhatFollowedTheLastTokensBefore) {
  EXPECT_EQ(draftAfter({1, 2, 3, 4, 5, 1, 2}, 2), (Ids{3, 4}));
  EXPECT_EQ(draftAfter({1, 2, 3, 4, 5, 1, 2}, 4), (Ids{3, 4, 5, 1}));
  EXPECT_EQ(draftAfter({1, 2, 3, 4, 5, 2}, 4), Ids{}) << "one token is too little to go by";
  EXPECT_EQ(draftAfter({1, 2, 3, 4, 5, 6}, 4), Ids{});
  EXPECT_EQ(draftAfter({1, 2}, 4), Ids{}) << "the end itself is nothing earlier";
  EXPECT_EQ(draftAfter({1}, 4), Ids{});
  EXPECT_EQ(draftAfter({}, 4), Ids{});
}

TEST(PromptLookup, PrefersLongerRunsAndThenLaterOnes) {
  EXPECT_EQ(draftAfter({7, 1, 2, 3, 8, 1, 2, 4, 9, 1, 2}, 1), (Ids{4}));
  EXPECT_EQ(draftAfter({7, 1, 2, 3, 8, 1, 2, 4, 7, 1, 2}, 1), (Ids{3}));
}

TEST(PromptLookup, GoesOnWithAPeriod) {
  EXPECT_EQ(draftAfter({5, 1, 2, 3, 1, 2, 3}, 7), (Ids{1, 2, 3, 1, 2, 3, 1}));
  EXPECT_EQ(draftAfter({4, 4, 4}, 3), (Ids{4, 4, 4}));
}

TEST(PromptLookup, NeverDraftsAnEmbedding) {
  EXPECT_EQ(draftAfter({1, 2, 3, -1, 4, 1, 2}, 4), (Ids{3}));
  EXPECT_EQ(draftAfter({1, 2, -1, 4, 1, 2}, 4), Ids{});
}

TEST(PromptLookup, FindsWhatTryingEveryPlaceFinds) {
  RandomStream random(1);
  for (int32_t alphabet : {1, 2, 3, 8}) {
    PromptLookup lookup;
    Ids ids, tokens;
    for (int step = 0; step < 300; ++step) {
      ids.push_back(static_cast<int32_t>(random.uniform() * alphabet));
      lookup.append(ids.back());
      lookup.draft(7, tokens);
      ASSERT_EQ(tokens, plainDraft(ids, 7)) << alphabet << " letters, step " << step;
    }
  }
}

TEST(DraftPace, GrowsWithSuccess) {
  DraftPace pace(7);
  EXPECT_EQ(pace.length(), 3);
  pace.record(3, 3);
  EXPECT_EQ(pace.length(), 6);
  pace.record(6, 6);
  EXPECT_EQ(pace.length(), 7) << "the limit";
  pace.record(7, 4);
  EXPECT_EQ(pace.length(), 4);
  EXPECT_EQ(pace.length(), 4) << "a step without a draft changes nothing";
}

TEST(DraftPace, PausesLongerWithEveryFailureInARow) {
  DraftPace pace(7);
  for (int64_t pause : {1, 2, 4, 8, 16, 32, 32}) {
    const int64_t length = pace.length();
    ASSERT_GT(length, 0);
    pace.record(length, 0);
    for (int64_t step = 0; step < pause; ++step)
      ASSERT_EQ(pace.length(), 0) << step << " of " << pause;
  }
  EXPECT_EQ(pace.length(), 1);
  pace.record(1, 1);
  EXPECT_EQ(pace.length(), 2);
  pace.record(2, 0);
  EXPECT_EQ(pace.length(), 0);
  EXPECT_EQ(pace.length(), 1) << "one success ends the row of failures";
}

TEST(DraftPace, NeverExceedsASmallLimit) {
  DraftPace pace(1);
  EXPECT_EQ(pace.length(), 1);
  pace.record(1, 1);
  EXPECT_EQ(pace.length(), 1);
}

}  // namespace
