// Where the values of a model's parameters come from: a checkpoint, or random numbers.
#pragma once

#include <cstdint>
#include <string>

namespace qwen {

// Values by canonical HF name (the names of the `qwen.weight` symbols), whatever spelling the checkpoint has.
// Thread-safe: packing reads from several threads.
class WeightSource {
public:
  virtual ~WeightSource() = default;
  // Reads rows [first, first + count) of tensor `name`, all its leading dimensions counted as rows
  // ([E, 2I, H] has E * 2I rows of H values; a vector has one value per row), widened to f32 exactly.
  // `out` is [count, columns]. On failure returns false and sets `error` to one line.
  virtual bool readRows(const std::string &name, int64_t first, int64_t count, float *out,
                        std::string &error) const = 0;
};

}  // namespace qwen
