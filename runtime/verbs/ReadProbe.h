// How fast this machine's memory can be read.
#pragma once

#include "runtime/core/Pages.h"
#include "runtime/core/ThreadTeam.h"

namespace qwen {

// A buffer much larger than the caches, read front to back by all threads of a team, each its own part: the same
// pattern as weights in a decode step, with nothing computed from it.
class ReadProbe {
public:
  explicit ReadProbe(ThreadTeam &team);
  double gigabytesPerSecond();  // of one pass

private:
  ThreadTeam &team;
  Pages pages;
};

}  // namespace qwen
