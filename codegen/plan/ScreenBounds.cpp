#include "codegen/plan/ScreenBounds.h"

#include "codegen/plan/Bf16.h"
#include "codegen/plan/QuantPanel.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace qwen {
namespace {

// Doubles sum without an error that f32 would show; one step up covers the conversion.
float roundedUp(double value) {
  return std::nextafter(static_cast<float>(value * (1 + 0x1p-40)), std::numeric_limits<float>::infinity());
}

// What the program reads of weights that it stores as `element`.
void roundTo(PackedElement element, const float *rows, int64_t count, int64_t columns, float *out) {
  switch (element) {
  case PackedElement::f32:
    std::copy_n(rows, count * columns, out);
    break;
  case PackedElement::bf16:
    std::transform(rows, rows + count * columns, out, [](float value) { return fromBf16(toBf16(value)); });
    break;
  case PackedElement::q8:
    roundPanelQ8(rows, count, columns, out);
    break;
  case PackedElement::q4:
    roundPanelQ4(rows, count, columns, out);
    break;
  }
}

}  // namespace

void screenBounds(const float *rows, int64_t count, int64_t columns, PackedElement stored, PackedElement screen,
                  float *bounds) {
  constexpr double kLeastSize = 0x1p-100;  // against denormals that bf16 dot products take for 0
  std::vector<float> exact(count * columns), copy(count * columns);
  roundTo(stored, rows, count, columns, exact.data());
  roundTo(screen, rows, count, columns, copy.data());
  std::fill_n(bounds, 2 * kLanes, 0.0f);
  for (int64_t lane = 0; lane < count; ++lane) {
    double distance = 0, exact_size = 0, copy_size = 0;
    for (int64_t k = lane * columns; k < (lane + 1) * columns; ++k) {
      const double w = exact[k], c = copy[k];
      distance += (w - c) * (w - c);
      exact_size += w * w;
      copy_size += c * c;
    }
    bounds[lane] = roundedUp(std::sqrt(distance));
    bounds[kLanes + lane] = roundedUp(std::sqrt(std::max(exact_size, copy_size)) + kLeastSize);
  }
}

}  // namespace qwen
