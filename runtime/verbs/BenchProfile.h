// Where the time of a test goes: `bench --profile`.
#pragma once

#include "runtime/verbs/BenchTest.h"

#include <string>
#include <vector>

namespace qwen {

// Means over all calls and threads.
struct PhaseTimes {
  struct Row {
    std::string name;
    double launches = 0;
    double seconds = 0;  // from a launch to the next one; of it:
    double waiting = 0;  // at barriers
    Work work;
  };
  int64_t calls = 0;
  double seconds = 0;  // of a call and what goes with it; what no row has is spent outside the launches
  std::vector<Row> rows;

  double outside() const;
  double waiting() const;
};

PhaseTimes measurePhases(Engine &engine, TokenFeeder &feeder, const TokenRun &run, int64_t repetitions);

}  // namespace qwen
