// Repeated measurements of one quantity.
#pragma once

#include <cmath>
#include <vector>

namespace qwen {

struct Series {
  std::vector<double> values;

  double mean() const {
    double sum = 0;
    for (double value : values)
      sum += value;
    return values.empty() ? 0 : sum / static_cast<double>(values.size());
  }
  // Sample standard deviation.
  double deviation() const {
    double sum = 0;
    for (double value : values)
      sum += (value - mean()) * (value - mean());
    return values.size() < 2 ? 0 : std::sqrt(sum / static_cast<double>(values.size() - 1));
  }
};

}  // namespace qwen
