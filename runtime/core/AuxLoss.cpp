#include "runtime/core/AuxLoss.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace qwen {

float loadBalancingLoss(const std::vector<const float *> &layers, const PaddedBatch &batch, int64_t num_experts,
                        int64_t top_k) {
  auto experts = static_cast<size_t>(num_experts);
  std::vector<double> chosen(experts), probability(experts), weights(experts);
  std::vector<size_t> order(experts);
  double rows = 0;
  for (const float *layer : layers)
    for (int64_t row = 0; row < batch.batch; ++row)
      for (int64_t column = 0; column < batch.columns; ++column) {
        if (!batch.real(row, column))
          continue;
        const float *logits = layer + (row * batch.columns + column) * num_experts;
        double largest = *std::max_element(logits, logits + num_experts), total = 0;
        for (size_t e = 0; e < experts; ++e)
          total += weights[e] = std::exp(logits[e] - largest);
        for (size_t e = 0; e < experts; ++e)
          probability[e] += weights[e] / total;
        std::iota(order.begin(), order.end(), size_t{0});
        std::partial_sort(order.begin(), order.begin() + top_k, order.end(),
                          [&](size_t a, size_t b) { return logits[a] != logits[b] ? logits[a] > logits[b] : a < b; });
        for (int64_t k = 0; k < top_k; ++k)
          chosen[order[static_cast<size_t>(k)]] += 1;
        rows += 1;
      }
  double loss = 0;
  for (size_t e = 0; e < experts; ++e)
    loss += chosen[e] / rows * (probability[e] / rows);
  return static_cast<float>(loss * static_cast<double>(num_experts));
}

}  // namespace qwen
