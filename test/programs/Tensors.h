// Tensors of a safetensors file in memory, and how results are compared.
#pragma once

#include "runtime/io/Safetensors.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace qwen::test {

struct Tensor {
  DType dtype = DType::f32;
  std::vector<int64_t> shape;
  std::vector<uint8_t> bytes;

  int64_t elements() const;
  const float *f32() const { return reinterpret_cast<const float *>(bytes.data()); }
  const int64_t *i64() const { return reinterpret_cast<const int64_t *>(bytes.data()); }
};
using Tensors = std::map<std::string, Tensor>;

// Both throw std::runtime_error.
Tensors loadTensors(const std::string &path);
void saveTensors(const std::string &path, const Tensors &tensors);

Tensor makeF32(std::vector<int64_t> shape, const std::vector<float> &values);
Tensor makeI64(std::vector<int64_t> shape, const std::vector<int64_t> &values);
// Entries [first, first + count) along the first dimension.
Tensor slice(const Tensor &tensor, int64_t first, int64_t count);

// max |actual - expected| over the RMS of expected; where `expected` is NaN anything goes. Infinite when `actual` has
// a value there that is none. Both [same shape] f32.
double relativeError(const Tensor &actual, const Tensor &expected);

// The RMS of actual - reference over the RMS of the reference, where `expected` isn't NaN. Infinite like relativeError.
// All [same shape] f32.
double rmsError(const Tensor &actual, const Tensor &reference, const Tensor &expected);

// An empty string when `actual` has the type and shape of `expected` and agrees: integers exactly, f32 within
// `tolerance` of the RMS. Otherwise one line that says what differs.
std::string difference(const Tensor &actual, const Tensor &expected, double tolerance);

// Like difference(), but f32 must have equal bits wherever `expected` (NaN: free) counts.
std::string bitDifference(const Tensor &actual, const Tensor &reference, const Tensor &expected);

}  // namespace qwen::test
