// A counter that threads wait on: spinning for a while, then parked in the kernel.
#pragma once

#include <atomic>
#include <cstdint>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace qwen {

inline void spinPause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// On a cache line of its own: those who spin disturb nobody else.
class alignas(64) Signal {
public:
  uint32_t value() const { return count.load(std::memory_order_acquire); }

  void advance() {
    // Sequentially consistent with wait(): either this sees the sleeper, or the sleeper sees the new value.
    count.fetch_add(1, std::memory_order_seq_cst);
    if (sleepers.load(std::memory_order_seq_cst) > 0)
      ::syscall(SYS_futex, &count, FUTEX_WAKE_PRIVATE, INT32_MAX, nullptr, nullptr, 0);
  }

  // Returns when the value is no longer `old`.
  void wait(uint32_t old, int spins) {
    for (int i = 0; i < spins; ++i) {
      if (value() != old)
        return;
      spinPause();
    }
    sleepers.fetch_add(1, std::memory_order_seq_cst);
    while (count.load(std::memory_order_seq_cst) == old)
      ::syscall(SYS_futex, &count, FUTEX_WAIT_PRIVATE, old, nullptr, nullptr, 0);
    sleepers.fetch_sub(1, std::memory_order_relaxed);
  }

private:
  std::atomic<uint32_t> count{0};
  std::atomic<uint32_t> sleepers{0};
};

}  // namespace qwen
