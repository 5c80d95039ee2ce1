#include "runtime/core/Cores.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sched.h>
#include <set>
#include <string>

namespace qwen {
namespace {

// The lowest CPU that shares a core with `cpu`; `cpu` itself where the kernel doesn't tell.
int firstSibling(int cpu) {
  std::ifstream file("/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/thread_siblings_list");
  int first = cpu;
  file >> first;
  return file ? first : cpu;
}

// CPUs' worth of time that the control group grants; infinity when it doesn't limit.
double cpuQuota() {
  std::ifstream file("/sys/fs/cgroup/cpu.max");
  double quota = 0, period = 0;
  if (file >> quota >> period && quota > 0 && period > 0)
    return quota / period;
  return INFINITY;
}

}  // namespace

std::vector<int> physicalCores() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  std::vector<int> cores;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0)
    return {0};
  std::set<int> seen;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
    if (CPU_ISSET(cpu, &allowed) && seen.insert(firstSibling(cpu)).second)
      cores.push_back(cpu);
  return cores;
}

int64_t defaultThreads() {
  double cores = static_cast<double>(physicalCores().size());
  return std::max<int64_t>(1, static_cast<int64_t>(std::ceil(std::min(cores, cpuQuota()))));
}

}  // namespace qwen
