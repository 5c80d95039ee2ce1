// Rules of the ops of dialect/AttentionOps.td.
#include "codegen/reference/Frame.h"

#include "dialect/RopeParameters.h"

#include "llvm/ADT/TypeSwitch.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace qwen {

using namespace mlir::qwen;

static void run(RopeTableOp op, Frame &frame) {
  const Tensor &position = frame.get(op.getPosition()), &length = frame.get(op.getLength());
  const int64_t half = width(op.getResult()) / 2;
  Tensor result = Tensor::ofReals({position.rows(), 2 * half});
  for (int64_t r = 0; r < position.rows(); ++r) {
    const std::vector<float> frequencies = inverseFrequencies(op.getParameters(), length.reals[r]);
    const float scale = attentionFactor(op.getParameters(), length.reals[r]);
    for (int64_t i = 0; i < half; ++i) {
      // In f32 as HF has it: the rounding of a large angle shows in the result.
      const float angle = position.row(r)[positionAxis(op.getParameters(), i)] * frequencies[i];
      result.row(r)[i] = float(std::cos(double(angle))) * scale;
      result.row(r)[half + i] = float(std::sin(double(angle))) * scale;
    }
  }
  frame.set(op.getResult(), std::move(result));
}

static void run(RopeOp op, Frame &frame) {
  const Tensor &x = frame.get(op.getInput()), &table = frame.get(op.getTable());
  const int64_t head_dim = op.getHeadDim(), half = table.width() / 2;
  Tensor result = x;
  for (int64_t r = 0; r < x.rows(); ++r) {
    const float *cosine = table.row(r), *sine = cosine + half;
    for (int64_t start = 0; start < x.width(); start += head_dim) {
      const float *in = x.row(r) + start;
      float *out = result.row(r) + start;
      for (int64_t i = 0; i < half; ++i) {
        out[i] = float(double(in[i]) * cosine[i] - double(in[i + half]) * sine[i]);
        out[i + half] = float(double(in[i + half]) * cosine[i] + double(in[i]) * sine[i]);
      }
    }
  }
  frame.set(op.getResult(), std::move(result));
}

// Row number of (slot, head, index) in a cache [slots, kv_heads, max_seq, head_dim].
static int64_t cacheRow(const Tensor &cache, int64_t slot, int64_t head, int64_t index) {
  return (slot * cache.shape[1] + head) * cache.shape[2] + index;
}

static bool checkPlace(mlir::Operation *op, Frame &frame, const Tensor &cache, int64_t slot, int64_t index) {
  return frame.checkIndex(op, "slot", slot, cache.shape[0]) && frame.checkIndex(op, "index", index, cache.shape[2]);
}

// A head's values as the cache keeps them (dialect/SymbolOps.td: qwen.state).
static void roundTo(mlir::Type element, float *values, int64_t count) {
  if (element.isBF16())
    std::transform(values, values + count, values, roundToBf16);
  if (!mlir::isa<Q8Type>(element))
    return;
  float largest = 0;
  for (int64_t d = 0; d < count; ++d)
    largest = std::max(largest, std::abs(values[d]));
  if (largest == 0)
    return;
  const float scale = largest * float(1.0 / 127.0), inverse = 127.0f / largest;
  for (int64_t d = 0; d < count; ++d)
    values[d] = scale * std::nearbyint(values[d] * inverse);
}

static void run(CacheAppendOp op, Frame &frame) {
  const Tensor &x = frame.get(op.getInput()), &slot = frame.get(op.getSlot()), &index = frame.get(op.getIndex());
  Tensor &cache = frame.state(op.getCacheAttr());
  const int64_t heads = cache.shape[1], head_dim = cache.width();
  const mlir::Type element = stateType(op, op.getCacheAttr()).getElementType();
  for (int64_t r = 0; r < x.rows(); ++r) {
    if (index.integers[r] < 0)
      continue;
    if (!checkPlace(op, frame, cache, slot.integers[r], index.integers[r]))
      return;
    for (int64_t h = 0; h < heads; ++h) {
      float *kept = cache.row(cacheRow(cache, slot.integers[r], h, index.integers[r]));
      std::copy_n(x.row(r) + h * head_dim, head_dim, kept);
      roundTo(element, kept, head_dim);
    }
  }
}

static void run(AttentionOp op, Frame &frame) {
  const Tensor &query = frame.get(op.getQuery()), &slot = frame.get(op.getSlot()), &index = frame.get(op.getIndex());
  const Tensor &keys = frame.state(op.getKeyCacheAttr()), &values = frame.state(op.getValueCacheAttr());
  const int64_t key_dim = keys.width(), value_dim = values.width(), kv_heads = keys.shape[1];
  const int64_t heads = query.width() / key_dim;
  const double scale = op.getScale().convertToDouble();
  const int64_t window = op.getWindow().value_or(std::numeric_limits<int32_t>::max());
  Tensor result = Tensor::ofReals({query.rows(), heads * value_dim});
  for (int64_t r = 0; r < query.rows(); ++r) {
    // A negative index -1-n: the row stands at place n, where it has no key.
    const int64_t given = index.integers[r], place = given < 0 ? -1 - given : given;
    const int64_t first = std::max<int64_t>(0, place - window + 1), last = given < 0 ? place - 1 : place;
    if (last < first)
      return frame.fail(op, "index is " + llvm::Twine(given) + ", which leaves no key to attend to");
    if (!checkPlace(op, frame, keys, slot.integers[r], last))
      return;
    for (int64_t h = 0; h < heads; ++h) {
      const int64_t start = cacheRow(keys, slot.integers[r], h / (heads / kv_heads), 0);
      std::vector<double> scores;
      for (int64_t j = first; j <= last; ++j)
        scores.push_back(scale * dot(query.row(r) + h * key_dim, keys.row(start + j), key_dim));
      const double largest = *std::max_element(scores.begin(), scores.end());
      double total = 0;
      for (double &score : scores)
        total += score = std::exp(score - largest);
      for (int64_t d = 0; d < value_dim; ++d) {
        double sum = 0;
        for (int64_t j = first; j <= last; ++j)
          sum += scores[j - first] * values.row(start + j)[d];
        result.row(r)[h * value_dim + d] = float(sum / total);
      }
    }
  }
  frame.set(op.getResult(), std::move(result));
}

Step attentionStep(mlir::Operation *op) {
  return llvm::TypeSwitch<mlir::Operation *, Step>(op)
      .Case<RopeTableOp, RopeOp, CacheAppendOp, AttentionOp>(
          [](auto op) -> Step { return [op](Frame &frame) { run(op, frame); }; })
      .Default([](mlir::Operation *) -> Step { return nullptr; });
}

}  // namespace qwen
