#include "runtime/core/Profile.h"

#include "runtime/core/ThreadTeam.h"

#include <chrono>
#include <gtest/gtest.h>
#include <thread>

using namespace qwen;

namespace {

void work(int milliseconds) { std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds)); }

TEST(Profile, TimeBelongsToTheLaunchBeforeIt) {
  Profile profile(3, 1);
  for (int call = 0; call < 2; ++call) {
    profile.begin(0);
    work(1);  // before the first launch: nobody's
    profile.launch(&profile, 0, 0);
    work(4);
    profile.launch(&profile, 1, 0);
    profile.launch(&profile, 0, 0);
    profile.end(0);
    work(1);  // between calls: nobody's
  }
  EXPECT_EQ(profile.phase(0).launches, 4);
  EXPECT_GE(profile.phase(0).seconds, 0.008);
  EXPECT_EQ(profile.phase(1).launches, 2);
  EXPECT_LT(profile.phase(1).seconds, profile.phase(0).seconds);
  EXPECT_EQ(profile.phase(2).launches, 0);
  EXPECT_EQ(profile.phase(2).seconds, 0);
}

TEST(Profile, WaitingIsMeasuredWhileThereIsOne) {
  ThreadTeam team(2);
  const auto unevenly = [&](Profile *profile) {
    team.run([&](int64_t thread, int64_t threads) {
      if (profile) {
        profile->begin(thread);
        profile->launch(profile, 0, thread);
      }
      if (thread == 1)
        work(20);
      qwen_barrier(thread, threads);
      if (profile)
        profile->end(thread);
    });
  };
  const int64_t before = waitedNanoseconds();
  unevenly(nullptr);
  EXPECT_EQ(waitedNanoseconds(), before);
  {
    Profile profile(1, 2);
    unevenly(&profile);
    // One of two threads waits for the other.
    EXPECT_GE(profile.phase(0).waiting, 0.009);
    EXPECT_LT(profile.phase(0).waiting, profile.phase(0).seconds);
    EXPECT_GE(profile.phase(0).seconds, 0.019);
  }
  const int64_t after = waitedNanoseconds();
  unevenly(nullptr);
  EXPECT_EQ(waitedNanoseconds(), after);
}

}  // namespace
