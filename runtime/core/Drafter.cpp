#include "runtime/core/Drafter.h"

#include <algorithm>

namespace qwen {

DraftPace::DraftPace(int64_t most) : most(most), next_length(std::min(most, kFirstLength)) {}

int64_t DraftPace::length() {
  if (steps_left == 0)
    return next_length;
  --steps_left;
  return 0;
}

void DraftPace::record(int64_t drafted, int64_t accepted) {
  if (accepted == 0) {
    pause = std::clamp<int64_t>(2 * pause, 1, kLongestPause);
    steps_left = pause;
    next_length = 1;
    return;
  }
  pause = 0;
  next_length = std::min(most, accepted == drafted ? 2 * drafted : accepted);
}

}  // namespace qwen
