#include "runtime/verbs/ReadProbe.h"

#include <chrono>

namespace qwen {
namespace {

constexpr int64_t kBytes = int64_t{512} << 20;

using Line = uint64_t __attribute__((vector_size(64)));

// Four chains of additions, so that no load waits for the sum.
uint64_t sum(const uint8_t *data, int64_t bytes) {
  auto *lines = reinterpret_cast<const Line *>(data);
  Line total[4] = {};
  constexpr int64_t kAhead = 32;  // lines: 2 KB in front of the loads
  for (int64_t i = 0; i + 4 <= bytes / 64; i += 4)
    for (int64_t k = 0; k < 4; ++k) {
      __builtin_prefetch(lines + i + k + kAhead);
      total[k] += lines[i + k];
    }
  uint64_t result = 0;
  for (const Line &line : total)
    for (int word = 0; word < 8; ++word)
      result += line[word];
  return result;
}

}  // namespace

ReadProbe::ReadProbe(ThreadTeam &team) : team(team), pages(kBytes, "the bandwidth probe") {
  team.run([&](int64_t thread, int64_t threads) {
    const int64_t part = kBytes / threads / 4096 * 4096;
    for (int64_t i = 0; i < part; i += 4096)
      pages.data()[thread * part + i] = 1;
  });
}

double ReadProbe::gigabytesPerSecond() {
  const int64_t part = kBytes / team.size() / 4096 * 4096;
  auto start = std::chrono::steady_clock::now();
  team.run([&](int64_t thread, int64_t threads) {
    uint64_t result = sum(pages.data() + thread * part, part);
    asm volatile("" : : "r"(result));
  });
  std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  return static_cast<double>(part * team.size()) / seconds.count() * 1e-9;
}

}  // namespace qwen
