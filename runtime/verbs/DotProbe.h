// How fast this machine multiplies and adds.
#pragma once

#include "runtime/abi/Program.h"
#include "runtime/core/ThreadTeam.h"
#include "runtime/verbs/DotLoops.h"

namespace qwen {

// All threads of a team doing nothing but the program's dot form (Program::dot_form), with everything in registers.
class DotProbe {
public:
  DotProbe(ThreadTeam &team, const Program &program);
  double gigaopsPerSecond();  // of some 10 ms; a multiply-add counts as two

private:
  ThreadTeam &team;
  DotLoop loop;
  int64_t iterations = 0;
};

}  // namespace qwen
