// Inputs of `qwen-opt --interpret` that aren't random.
#pragma once

#include "codegen/reference/ModuleFile.h"
#include "codegen/reference/Tensor.h"

#include <string>
#include <vector>

namespace qwen {

// Reads arguments of @forward, leaving the others without a shape: from the safetensors file `path` (empty: none) by
// name, f32 as F32 and i32 as I32 or I64; else from the attribute `qwen.value` of the argument,
//   func.func @forward(%x: tensor<?x2xf32> {qwen.value = dense<[[1.0, 2.0]]> : tensor<1x2xf32>})
// All but %embeds and %wanted must have as many rows, which `rows` is set to when there are any.
// On failure returns false and sets `error` to one line.
bool readInputs(const ModuleFile &source, const std::string &path, std::vector<Tensor> &arguments, int64_t &rows,
                std::string &error);

}  // namespace qwen
