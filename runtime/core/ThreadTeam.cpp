#include "runtime/core/ThreadTeam.h"

#include "runtime/abi/Entry.h"
#include "runtime/core/Cores.h"
#include "runtime/core/Error.h"
#include "runtime/core/Signal.h"

#include <chrono>
#include <sched.h>
#include <system_error>
#include <thread>
#include <vector>

namespace qwen {
namespace {

// A millisecond at most: longer than the work between two barriers of a decode step, so that threads that are never
// descheduled never enter the kernel.
constexpr int kBarrierSpins = 20000;
// The caller's work between two forward calls (sampling) takes some 100 us.
constexpr int kIdleSpins = 10000;

// Centralised: threads count themselves in on one line and wait on another. The phase plays the part of the sense:
// it is read before counting in, so a thread that is late to leave can't be confused with one of the next round.
struct Barrier {
  alignas(64) std::atomic<uint32_t> arrived{0};
  Signal phase;
  std::atomic<int> spins{kBarrierSpins};
  std::atomic<bool> measures{false};
};
Barrier barrier;
thread_local int64_t waited_nanoseconds = 0;

void wait(uint32_t phase) { barrier.phase.wait(phase, barrier.spins.load(std::memory_order_relaxed)); }

void measuredWait(uint32_t phase) {
  const auto start = std::chrono::steady_clock::now();
  wait(phase);
  const std::chrono::nanoseconds waited = std::chrono::steady_clock::now() - start;
  waited_nanoseconds += waited.count();
}

void pinTo(const std::vector<int> &cpus) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (int cpu : cpus)
    CPU_SET(cpu, &set);
  // Pinning is for speed: where it isn't allowed, the scheduler does its best.
  (void)sched_setaffinity(0, sizeof set, &set);
}

}  // namespace

struct ThreadTeam::Impl {
  int64_t threads = 1;
  std::vector<int> cores;
  cpu_set_t callers_cpus;
  std::vector<std::thread> workers;
  alignas(64) Task task = nullptr;
  void *context = nullptr;
  bool stop = false;
  Signal start;

  bool oversubscribed() const { return threads > static_cast<int64_t>(cores.size()); }

  void place(int64_t thread) const {
    if (threads == static_cast<int64_t>(cores.size()))
      pinTo({cores[static_cast<size_t>(thread)]});
    else if (!oversubscribed())
      pinTo(cores);
  }

  void work(int64_t thread) {
    place(thread);
    for (uint32_t round = 0;; ++round) {
      start.wait(round, oversubscribed() ? 0 : kIdleSpins);
      if (stop)
        return;
      task(context, thread, threads);
      qwen_barrier(thread, threads);
    }
  }

  void finish() {
    stop = true;
    start.advance();
    for (std::thread &worker : workers)
      worker.join();
  }
};

ThreadTeam::ThreadTeam(int64_t threads) : impl(std::make_unique<Impl>()) {
  impl->threads = threads;
  impl->cores = physicalCores();
  if (sched_getaffinity(0, sizeof impl->callers_cpus, &impl->callers_cpus) != 0)
    CPU_ZERO(&impl->callers_cpus);
  try {
    for (int64_t thread = 1; thread < threads; ++thread)
      impl->workers.emplace_back([team = impl.get(), thread] { team->work(thread); });
  } catch (const std::system_error &) {
    size_t started = impl->workers.size() + 1;
    impl->finish();
    throw UserError("--threads " + std::to_string(threads) + ": the system starts only " + std::to_string(started));
  }
  impl->place(0);
}

ThreadTeam::~ThreadTeam() {
  impl->finish();
  if (CPU_COUNT(&impl->callers_cpus) > 0)
    (void)sched_setaffinity(0, sizeof impl->callers_cpus, &impl->callers_cpus);
}

int64_t ThreadTeam::size() const { return impl->threads; }

void ThreadTeam::run(Task task, void *context) {
  impl->task = task;
  impl->context = context;
  barrier.spins.store(impl->oversubscribed() ? 0 : kBarrierSpins, std::memory_order_relaxed);
  impl->start.advance();
  task(context, 0, impl->threads);
  qwen_barrier(0, impl->threads);
}

void measureWaiting(bool on) { barrier.measures.store(on, std::memory_order_relaxed); }
int64_t waitedNanoseconds() { return waited_nanoseconds; }

}  // namespace qwen

extern "C" void qwen_barrier(int64_t, int64_t threads) {
  using qwen::barrier;
  if (threads == 1)
    return;
  uint32_t phase = barrier.phase.value();
  if (barrier.arrived.fetch_add(1, std::memory_order_acq_rel) + 1 == static_cast<uint32_t>(threads)) {
    barrier.arrived.store(0, std::memory_order_relaxed);
    barrier.phase.advance();
  } else {
    if (barrier.measures.load(std::memory_order_relaxed))
      qwen::measuredWait(phase);
    else
      qwen::wait(phase);
  }
}
