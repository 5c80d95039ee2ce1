// Which processors a team of threads may use.
#pragma once

#include <cstdint>
#include <vector>

namespace qwen {

// One CPU number per physical core within this process's affinity mask: of hyper-threads the first.
std::vector<int> physicalCores();

// The physical cores allowed to this process, no more than its control group's CPU quota; at least 1.
int64_t defaultThreads();

}  // namespace qwen
