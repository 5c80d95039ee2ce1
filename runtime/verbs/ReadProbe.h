// How fast this machine's memory can be read.
#pragma once

#include "runtime/core/Pages.h"
#include "runtime/core/ThreadTeam.h"

namespace qwen {

// A buffer much larger than the caches, in huge pages where the system gives them, read by all threads of a team, each
// its own part, with nothing computed from it: the limit for weights in a decode step.
class ReadProbe {
public:
  explicit ReadProbe(ThreadTeam &team);
  double gigabytesPerSecond();  // of one pass

private:
  static constexpr int64_t kPage = 4096;

  ThreadTeam &team;
  int64_t part;  // bytes of a thread
  Pages pages;
};

}  // namespace qwen
