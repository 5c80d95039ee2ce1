// What the frontend asks of a checkpoint: one entry per `qwen.weight`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace qwen {

enum class WeightKind {
  matrix,           // [out, in], embeddings [vocabulary, hidden]
  norm,             // [n], around 1
  vector,           // [n], around 0: biases, zero-centred norms, parameters of gates
  convolution,      // [channels, 1, kernel], never narrowed
  gate_up_experts,  // [E, 2I, H]: each expert's gate_proj above its up_proj
  down_experts,     // [E, H, I]
};

struct WeightSpec {
  std::string name;  // canonical HF name
  std::vector<int64_t> shape;
  WeightKind kind = WeightKind::matrix;
  bool bf16 = false;  // stored as bf16: values read are rounded to it

  // As WeightSource counts them: all leading dimensions are rows; a vector has one value per row.
  int64_t columns() const { return shape.size() > 1 ? shape.back() : 1; }
  int64_t rows() const {
    int64_t count = 1;
    for (size_t i = 0; i + (shape.size() > 1 ? 1 : 0) < shape.size(); ++i)
      count *= shape[i];
    return count;
  }
};

}  // namespace qwen
