#include "runtime/core/ThreadTeam.h"

#include "runtime/abi/Entry.h"
#include "runtime/core/Cores.h"

#include <atomic>
#include <chrono>
#include <gtest/gtest.h>
#include <thread>
#include <vector>

using namespace qwen;

namespace {

class ThreadTeamTest : public testing::TestWithParam<int64_t> {};

// Between two barriers every thread writes its own cell and reads those that the others wrote before the barrier.
TEST_P(ThreadTeamTest, BarrierOrdersMemory) {
  const int64_t size = GetParam();
  ThreadTeam team(size);
  std::vector<int64_t> cells(static_cast<size_t>(size) * 16);
  std::atomic<int64_t> wrong{0};
  team.run([&](int64_t thread, int64_t threads) {
    for (int64_t round = 1; round <= 3000; ++round) {
      cells[static_cast<size_t>(thread) * 16] = round;
      qwen_barrier(thread, threads);
      for (int64_t other = 0; other < threads; ++other)
        wrong += cells[static_cast<size_t>(other) * 16] != round;
      qwen_barrier(thread, threads);
    }
  });
  EXPECT_EQ(wrong, 0);
}

TEST_P(ThreadTeamTest, RunsEveryThreadOnceAndWaitsForAll) {
  ThreadTeam team(GetParam());
  EXPECT_EQ(team.size(), GetParam());
  for (int run = 0; run < 300; ++run) {
    std::vector<std::atomic<int>> seen(static_cast<size_t>(GetParam()));
    team.run([&](int64_t thread, int64_t threads) {
      EXPECT_EQ(threads, GetParam());
      ++seen[static_cast<size_t>(thread)];
    });
    for (auto &count : seen)
      ASSERT_EQ(count, 1);
    if (run % 100 == 0)  // long enough for the others to fall asleep
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

// One thread is late by far more than any spinning: the others sleep and are woken.
TEST_P(ThreadTeamTest, SleepersAreWoken) {
  ThreadTeam team(GetParam());
  std::atomic<int64_t> passed{0};
  team.run([&](int64_t thread, int64_t threads) {
    for (int64_t late = 0; late < threads; ++late) {
      if (thread == late)
        std::this_thread::sleep_for(std::chrono::milliseconds(15));
      qwen_barrier(thread, threads);
    }
    ++passed;
  });
  EXPECT_EQ(passed, GetParam());
}

INSTANTIATE_TEST_SUITE_P(Sizes, ThreadTeamTest, testing::Values(1, 2, 3, 7));

TEST(Cores, AreThoseOfTheAffinityMask) {
  auto cores = physicalCores();
  ASSERT_FALSE(cores.empty());
  EXPECT_LE(cores.size(), std::thread::hardware_concurrency());
  EXPECT_GE(defaultThreads(), 1);
  EXPECT_LE(defaultThreads(), static_cast<int64_t>(cores.size()));
  cpu_set_t all, one;
  ASSERT_EQ(sched_getaffinity(0, sizeof all, &all), 0);
  CPU_ZERO(&one);
  CPU_SET(cores.back(), &one);
  ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
  EXPECT_EQ(physicalCores(), std::vector<int>{cores.back()});
  EXPECT_EQ(defaultThreads(), 1);
  ASSERT_EQ(sched_setaffinity(0, sizeof all, &all), 0);
}

}  // namespace
