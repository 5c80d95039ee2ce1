// Panels of quantised weights.
#pragma once

#include <cstdint>

namespace qwen {

// What quantising lost: sums over weights of squared differences and of squares.
struct QuantError {
  double squared_error = 0;
  double squares = 0;
  void add(const QuantError &other) {
    squared_error += other.squared_error;
    squares += other.squares;
  }
};

// `rows` [count, columns], count <= 16 -> one panel as QuantFormat.h has it, at `out`, which is zero beforehand:
// scales and codes of rows that aren't there stay zero.
QuantError packPanelQ8(const float *rows, int64_t count, int64_t columns, uint8_t *out);
QuantError packPanelQ4(const float *rows, int64_t count, int64_t columns, uint8_t *out);

// The weights that such a panel stands for, [count, columns].
void roundPanelQ8(const float *rows, int64_t count, int64_t columns, float *out);
void roundPanelQ4(const float *rows, int64_t count, int64_t columns, float *out);

}  // namespace qwen
