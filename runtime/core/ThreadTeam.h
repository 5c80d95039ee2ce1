// A team of threads that all run the same function (SPMD), meeting at qwen_barrier().
#pragma once

#include <cstdint>
#include <memory>

namespace qwen {

// The caller of run() is thread 0. Between runs the others spin for a moment and then sleep.
// A team as large as the machine is pinned one thread to a core; a smaller one may use any of the physical cores, so
// that two programs can share a machine; a larger one is left to the scheduler and doesn't spin.
// qwen_barrier() has one state in the process: of several teams only one may be inside run().
class ThreadTeam {
public:
  using Task = void (*)(void *context, int64_t thread, int64_t threads);

  // Throws UserError when the threads can't be started.
  explicit ThreadTeam(int64_t threads);
  ~ThreadTeam();

  int64_t size() const;

  // Calls task(context, t, size()) on every thread t of the team; returns when all have returned. Tasks don't throw.
  void run(Task task, void *context);
  template <typename F> void run(F &&function) {
    run([](void *context, int64_t thread, int64_t threads) { (*static_cast<F *>(context))(thread, threads); },
        const_cast<void *>(static_cast<const void *>(&function)));
  }

private:
  struct Impl;
  std::unique_ptr<Impl> impl;
};

// Whether threads measure how long qwen_barrier() keeps them waiting (off at first), and what this thread has waited
// so far while it was on.
void measureWaiting(bool on);
int64_t waitedNanoseconds();

}  // namespace qwen
