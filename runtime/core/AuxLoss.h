// The load balancing loss of HF's mixture-of-experts models.
#pragma once

#include "runtime/core/PaddedBatch.h"

#include <cstdint>
#include <vector>

namespace qwen {

// load_balancing_loss_func of transformers/models/qwen3_moe/modeling_qwen3_moe.py:
// num_experts * sum over experts of (its share of the top-k choices) * (its mean probability), over all layers and all
// tokens that aren't padding. `layers[l]` is the router logits [batch * columns, num_experts] of sparse layer l.
float loadBalancingLoss(const std::vector<const float *> &layers, const PaddedBatch &batch, int64_t num_experts,
                        int64_t top_k);

}  // namespace qwen
