// What `bench` found, as a table or as JSON.
#pragma once

#include "runtime/verbs/BenchProfile.h"
#include "runtime/verbs/Series.h"

#include <optional>
#include <ostream>

namespace qwen {

struct BenchResult {
  BenchTest test;
  Work work;  // of a token
  Series tokens_per_second = {};
  // Of what the machine reached in the same round: bytes of its read bandwidth, products with weights of its dot peak.
  Series bandwidth_fraction = {}, dot_fraction = {};
  std::optional<PhaseTimes> phases = {};

  double gigabytesPerSecond() const;
  double gigaopsPerSecond() const;  // of products with weights; a multiply-add counts as two
};

struct BenchReport {
  const Program &program;
  int64_t threads = 1, chunk = 1, repetitions = 1;
  Series read_bandwidth = {};  // GB/s
  Series dot_peak = {};        // GOP/s
  std::vector<BenchResult> results = {};

  void printTable(std::ostream &out) const;
  void printJson(std::ostream &out) const;
};

}  // namespace qwen
