// A checkpoint's tensors under the canonical names of a model's weights.
#pragma once

#include "frontend/WeightSource.h"
#include "frontend/config/Checkpoint.h"
#include "frontend/config/ModelConfig.h"
#include "frontend/config/WeightSpec.h"

#include <memory>
#include <string>
#include <vector>

namespace qwen {

// How a checkpoint spells the weights of one HF class.
struct Naming {
  // HF's base_model_prefix and a dot: "model.", "transformer.". Names are taken with and without it.
  std::string base_prefix;
  std::string decoder_prefix;  // where the class keeps the text decoder: "model.", "model.language_model.", ""
  // Where files of a multimodal model have what this class has under base_prefix; empty: nowhere
  // (conversion_mapping.py: qwen3_5_text).
  std::string inner_prefix;
  bool ignore_vision = false;  // the vision model's tensors are none of ours
  bool tied = false;           // lm_head.weight is the embedding, and may stand for it
  bool other_class = false;    // the checkpoint may be of another class: the heads of those are ignored
};

// The stored tensors behind `specs`. Throws InputError that names the tensor: missing, surplus, misshapen, there twice,
// of a type other than f32, f16, bf16. Names that HF ignores are ignored (rotary buffers, mtp.*, the vision model).
// Experts may lie one tensor each (experts.3.up_proj.weight), stacked, or stacked and transposed; a shape that fits
// both ways is taken as it stands (core_model_loading.py: Transpose with check_dims).
std::unique_ptr<WeightSource> bindWeights(std::shared_ptr<const Checkpoint> checkpoint, const Naming &naming,
                                          const std::vector<WeightSpec> &specs);

// Whether the files leave the LM head tied to the embedding `embedding`: not when they hold both with different
// values (modeling_utils.py: tie_weights; `warn` is told).
bool isHeadTied(const Checkpoint &checkpoint, const Naming &naming, const std::string &embedding, const Warn &warn);

}  // namespace qwen
