// Where the time of forward calls goes: `bench --profile`.
#pragma once

#include "runtime/abi/Entry.h"

#include <cstdint>
#include <vector>

namespace qwen {

// Time from one launch to the next belongs to the phase of the first, the meeting of the threads between them too:
// that is what a launch costs whose work is spread unevenly. While a Profile exists, barriers measure waiting.
class Profile : public QwenProfile {
public:
  Profile(int64_t phases, int64_t threads);
  ~Profile();
  Profile(const Profile &) = delete;
  Profile &operator=(const Profile &) = delete;

  // Called by every thread around a call.
  void begin(int64_t thread);
  void end(int64_t thread);

  struct Time {
    int64_t launches = 0;
    double seconds = 0;
    double waiting = 0;  // seconds of these at barriers
  };
  // Of all calls so far, as the mean over the threads.
  Time phase(int64_t phase) const;

private:
  struct Clock {
    int64_t elapsed = 0, waited = 0;  // ns
  };
  struct Sum {
    int64_t launches = 0;
    Clock time;
  };
  // On cache lines of its own: all threads write at once.
  struct alignas(64) Thread {
    Clock last;
    Sum *current = nullptr;
    std::vector<Sum> phases;
    Sum entry;  // from the begin of a call to its first launch
  };

  static void onLaunch(QwenProfile *profile, int64_t phase, int64_t thread);
  static Clock readClock();
  static void close(Thread &thread);  // adds the time since the last launch to its phase

  std::vector<Thread> threads;
};

}  // namespace qwen
