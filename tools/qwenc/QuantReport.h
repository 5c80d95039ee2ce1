// What quantising the weights saved and lost.
#pragma once

#include "codegen/plan/Packer.h"
#include "tools/qwenc/Reporter.h"

#include <string>
#include <vector>

namespace qwen {

// The part of a weight's name that equal parts of all layers share: "self_attn.q_proj" of
// "model.layers.3.self_attn.q_proj.weight", "lm_head" of "lm_head.weight".
std::string kindOfWeight(const std::string &name);

// Bits per weight in all, then one line per kind and format with its relative error, the root of the squared error over
// the sum of squares. Nothing where nothing is quantised.
void reportQuantization(const std::vector<PackedSection> &sections, const std::vector<PackResult::Quantized> &quantized,
                        Reporter &reporter);

}  // namespace qwen
