#include "runtime/core/Profile.h"

#include "runtime/core/ThreadTeam.h"

#include <chrono>

namespace qwen {

Profile::Profile(int64_t phases, int64_t count) : QwenProfile{onLaunch}, threads(static_cast<size_t>(count)) {
  for (Thread &thread : threads)
    thread.phases.resize(static_cast<size_t>(phases));
  measureWaiting(true);
}

Profile::~Profile() { measureWaiting(false); }

Profile::Clock Profile::readClock() {
  const std::chrono::nanoseconds elapsed = std::chrono::steady_clock::now().time_since_epoch();
  return {elapsed.count(), waitedNanoseconds()};
}

void Profile::close(Thread &thread) {
  const Clock now = readClock();
  thread.current->time.elapsed += now.elapsed - thread.last.elapsed;
  thread.current->time.waited += now.waited - thread.last.waited;
  thread.last = now;
}

void Profile::begin(int64_t number) {
  Thread &thread = threads[static_cast<size_t>(number)];
  thread.last = readClock();
  thread.current = &thread.entry;
}

void Profile::end(int64_t thread) { close(threads[static_cast<size_t>(thread)]); }

void Profile::onLaunch(QwenProfile *profile, int64_t phase, int64_t number) {
  Thread &thread = static_cast<Profile *>(profile)->threads[static_cast<size_t>(number)];
  close(thread);
  thread.current = &thread.phases[static_cast<size_t>(phase)];
  ++thread.current->launches;
}

Profile::Time Profile::phase(int64_t phase) const {
  Time time;
  for (const Thread &thread : threads) {
    const Sum &sum = thread.phases[static_cast<size_t>(phase)];
    time.launches = sum.launches;  // the same on all
    time.seconds += static_cast<double>(sum.time.elapsed);
    time.waiting += static_cast<double>(sum.time.waited);
  }
  const double scale = 1e-9 / static_cast<double>(threads.size());
  time.seconds *= scale;
  time.waiting *= scale;
  return time;
}

}  // namespace qwen
