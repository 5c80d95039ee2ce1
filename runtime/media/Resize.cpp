#include "runtime/media/Resize.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

namespace qwen {
namespace {

// Keys' cubic with a = -1/2, zero from 2 on.
double cubic(double x) {
  constexpr double a = -0.5;
  x = std::abs(x);
  if (x < 1.0)
    return ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0;
  if (x < 2.0)
    return ((a * x - 5.0 * a) * x + 8.0 * a) * x - 4.0 * a;
  return 0.0;
}

// The input samples that an output sample is a weighted sum of: [first, first + count).
struct Window {
  int64_t first = 0, count = 0;
};

// What one axis is resampled by: out = clip((half + sum of weight * in) >> precision).
struct Axis {
  std::vector<Window> windows;   // [out]
  std::vector<int16_t> weights;  // [out, stride]
  int64_t stride = 0;
  int precision = 0;

  const int16_t *weightsOf(int64_t i) const { return weights.data() + i * stride; }
  int32_t half() const { return 1 << (precision - 1); }
};

// Scaling down, the cubic is stretched over as many more input samples: that is the antialiasing.
Axis makeAxis(int64_t in, int64_t out) {
  const double scale = static_cast<double>(in) / static_cast<double>(out);
  const double stretch = std::max(scale, 1.0), support = 2.0 * stretch;
  Axis axis;
  axis.stride = static_cast<int64_t>(std::ceil(support)) * 2 + 1;
  axis.windows.resize(out);
  std::vector<double> weights(out * axis.stride);
  double largest = 0.0;
  for (int64_t i = 0; i < out; ++i) {
    const double center = scale * (static_cast<double>(i) + 0.5), inverse = 1.0 / stretch;
    Window &window = axis.windows[i];
    window.first = std::max<int64_t>(static_cast<int64_t>(center - support + 0.5), 0);
    window.count = std::min<int64_t>(static_cast<int64_t>(center + support + 0.5), in) - window.first;
    window.count = std::clamp<int64_t>(window.count, 0, axis.stride);
    double *weight = weights.data() + i * axis.stride, total = 0.0;
    for (int64_t j = 0; j < window.count; ++j)
      total += weight[j] = cubic((static_cast<double>(j + window.first) - center + 0.5) * inverse);
    for (int64_t j = 0; j < window.count; ++j) {
      weight[j] = total != 0.0 ? weight[j] / total : weight[j];
      largest = std::max(largest, weight[j]);
    }
  }

  // As many bits of fraction as the largest weight has room for in 16 bits, and sums in 32.
  while (axis.precision < 22 && static_cast<int>(0.5 + largest * (1 << (axis.precision + 1))) < 1 << 15)
    ++axis.precision;
  axis.weights.resize(weights.size());
  for (size_t k = 0; k < weights.size(); ++k) {
    const double scaled = weights[k] * (1 << axis.precision);
    axis.weights[k] = static_cast<int16_t>(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
  }
  return axis;
}

uint8_t clipped(int32_t sum, int precision) { return static_cast<uint8_t>(std::clamp(sum >> precision, 0, 255)); }

Image resizeColumns(const Image &image, int64_t width) {
  const Axis axis = makeAxis(image.width, width);
  Image result(image.height, width);
  for (int64_t y = 0; y < image.height; ++y) {
    const uint8_t *in = image.row(y);
    uint8_t *out = result.row(y);
    for (int64_t x = 0; x < width; ++x, out += 3) {
      const Window window = axis.windows[x];
      const int16_t *weights = axis.weightsOf(x);
      const uint8_t *pixel = in + 3 * window.first;
      int32_t r = axis.half(), g = r, b = r;
      for (int64_t j = 0; j < window.count; ++j, pixel += 3) {
        r += weights[j] * pixel[0];
        g += weights[j] * pixel[1];
        b += weights[j] * pixel[2];
      }
      out[0] = clipped(r, axis.precision);
      out[1] = clipped(g, axis.precision);
      out[2] = clipped(b, axis.precision);
    }
  }
  return result;
}

Image resizeRows(const Image &image, int64_t height) {
  constexpr int64_t kBlock = 256;  // samples of a row that are summed at a time, in the first cache
  const Axis axis = makeAxis(image.height, height);
  Image result(height, image.width);
  const int64_t samples = 3 * image.width;
  for (int64_t y = 0; y < height; ++y) {
    const Window window = axis.windows[y];
    const int16_t *weights = axis.weightsOf(y);
    for (int64_t begin = 0; begin < samples; begin += kBlock) {
      const int64_t count = std::min(kBlock, samples - begin);
      int32_t sums[kBlock];
      std::fill_n(sums, count, axis.half());
      for (int64_t j = 0; j < window.count; ++j) {
        const uint8_t *in = image.row(window.first + j) + begin;
        const int32_t weight = weights[j];
        for (int64_t k = 0; k < count; ++k)
          sums[k] += weight * in[k];
      }
      uint8_t *out = result.row(y) + begin;
      for (int64_t k = 0; k < count; ++k)
        out[k] = clipped(sums[k], axis.precision);
    }
  }
  return result;
}

}  // namespace

Image resizeBicubic(const Image &image, int64_t height, int64_t width) {
  if (height == image.height && width == image.width) {
    Image same(height, width);
    std::memcpy(same.pixels.get(), image.pixels.get(), image.bytes());
    return same;
  }
  if (height == image.height)
    return resizeColumns(image, width);
  if (width == image.width)
    return resizeRows(image, height);
  return resizeRows(resizeColumns(image, width), height);
}

}  // namespace qwen
