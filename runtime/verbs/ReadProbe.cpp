#include "runtime/verbs/ReadProbe.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <set>
#include <string>
#include <unistd.h>

namespace qwen {
namespace {

// All last-level caches of the machine, in bytes; 0 where the system doesn't tell.
int64_t lastLevelCaches() {
  int64_t bytes = 0;
  std::set<std::string> seen;  // by the CPUs that share it
  for (long cpu = 0; cpu < ::sysconf(_SC_NPROCESSORS_CONF); ++cpu) {
    const std::string cache = "/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/cache/index3/";
    std::string sharers;
    int64_t kilobytes = 0;
    if (std::ifstream(cache + "shared_cpu_list") >> sharers && seen.insert(sharers).second &&
        std::ifstream(cache + "size") >> kilobytes)
      bytes += kilobytes << 10;
  }
  return bytes;
}

// So much that caches can't hold a notable part from one pass to the next.
int64_t probeBytes() {
  const int64_t memory = int64_t{::sysconf(_SC_PHYS_PAGES)} * ::sysconf(_SC_PAGESIZE);
  return std::max(int64_t{512} << 20, std::min(4 * lastLevelCaches(), memory / 4));
}

constexpr int64_t kStreams = 4;
constexpr int64_t kLine = 64;
constexpr int64_t kAhead = 8 * kLine;

// Several streams at once and one load a line: what keeps most lines in flight, and thus comes nearest to what the
// memory can deliver.
uint64_t touch(const uint8_t *data, int64_t bytes) {
  using Lanes = uint64_t __attribute__((vector_size(16)));
  const int64_t part = bytes / kStreams / kLine * kLine;
  Lanes sums[kStreams] = {};
  for (int64_t at = 0; at < part; at += kLine)
#pragma GCC unroll 4
    for (int64_t stream = 0; stream < kStreams; ++stream) {
      const uint8_t *line = data + stream * part + at;
      __builtin_prefetch(line + kAhead);
      sums[stream] += *reinterpret_cast<const Lanes *>(line);
    }
  uint64_t result = 0;
  for (const Lanes &sum : sums)
    result += sum[0] + sum[1];
  return result;
}

}  // namespace

ReadProbe::ReadProbe(ThreadTeam &team)
    : team(team), part(probeBytes() / team.size() / kPage * kPage), pages(part * team.size(), "the bandwidth probe") {
  // Each thread's pages come from the memory next to it; an untouched page would be the one page of zeros.
  team.run([&](int64_t thread, int64_t) {
    for (int64_t i = 0; i < part; i += kPage)
      pages.data()[thread * part + i] = 1;
  });
}

double ReadProbe::gigabytesPerSecond() {
  auto start = std::chrono::steady_clock::now();
  team.run([&](int64_t thread, int64_t) {
    uint64_t result = touch(pages.data() + thread * part, part);
    asm volatile("" : : "r"(result));
  });
  std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  return static_cast<double>(part * team.size()) / seconds.count() * 1e-9;
}

}  // namespace qwen
