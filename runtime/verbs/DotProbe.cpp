#include "runtime/verbs/DotProbe.h"

#include <algorithm>
#include <chrono>

namespace qwen {
namespace {

using Clock = std::chrono::steady_clock;

double seconds(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

}  // namespace

DotProbe::DotProbe(ThreadTeam &team, const Program &program)
    : team(team), loop(dotLoop(program.dot_form, program.cpu_features)) {
  // Processors take a moment to their full speed in wide registers; after that it is measured how many iterations
  // take 10 ms.
  constexpr int64_t kTrial = 200000;
  loop.run(kTrial);
  const auto start = Clock::now();
  loop.run(kTrial);
  iterations = std::max<int64_t>(1, static_cast<int64_t>(kTrial * 0.01 / std::max(seconds(start), 1e-6)));
}

double DotProbe::gigaopsPerSecond() {
  const auto start = Clock::now();
  team.run([&](int64_t, int64_t) { loop.run(iterations); });
  return 2e-9 * static_cast<double>(loop.multiplies * iterations * team.size()) / seconds(start);
}

}  // namespace qwen
