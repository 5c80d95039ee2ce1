// The values that the reference interpreter works on.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace qwen {

// A dense row-major tensor of f32 or i32; exactly one of the two vectors holds its elements.
struct Tensor {
  std::vector<int64_t> shape;     // rows first
  std::vector<float> reals;       // [product of shape], empty for i32
  std::vector<int32_t> integers;  // [product of shape], empty for f32

  static Tensor ofReals(std::vector<int64_t> shape) {
    Tensor tensor{std::move(shape), {}, {}};
    tensor.reals.resize(tensor.elements());
    return tensor;
  }
  static Tensor ofIntegers(std::vector<int64_t> shape) {
    Tensor tensor{std::move(shape), {}, {}};
    tensor.integers.resize(tensor.elements());
    return tensor;
  }

  int64_t elements() const {
    int64_t count = 1;
    for (int64_t size : shape)
      count *= size;
    return count;
  }
  int64_t width() const { return shape.size() < 2 ? 1 : shape.back(); }
  int64_t rows() const { return shape.front(); }
  // Row `r` of `width()` values, all leading dimensions counted as rows: [E, I, H] has E * I of them.
  float *row(int64_t r) { return reals.data() + r * width(); }
  const float *row(int64_t r) const { return reals.data() + r * width(); }
};

}  // namespace qwen
