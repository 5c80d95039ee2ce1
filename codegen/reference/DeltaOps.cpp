// Rules of the ops of dialect/DeltaOps.td.
#include "codegen/reference/Frame.h"

#include "llvm/ADT/TypeSwitch.h"

#include <algorithm>
#include <cmath>

namespace qwen {

using namespace mlir::qwen;

static void run(L2NormOp op, Frame &frame) {
  const Tensor &x = frame.get(op.getInput());
  const int64_t n = op.getHeadDim();
  const double eps = op.getEps().convertToDouble();
  Tensor result = Tensor::ofReals(x.shape);
  for (int64_t start = 0; start < x.elements(); start += n) {
    const float *in = x.reals.data() + start;
    const double scale = 1 / std::sqrt(dot(in, in, n) + eps);
    for (int64_t j = 0; j < n; ++j)
      result.reals[start + j] = float(in[j] * scale);
  }
  frame.set(op.getResult(), std::move(result));
}

// The part of a recurrent state [slots, ...] that belongs to row `r`, zeroed where a sequence begins; null when the row
// has no place in one, or after a failure.
static float *stateOfRow(mlir::Operation *op, Frame &frame, Tensor &state, const Tensor &slot, const Tensor &index,
                         int64_t r) {
  if (index.integers[r] < 0 || !frame.checkIndex(op, "slot", slot.integers[r], state.shape[0]))
    return nullptr;
  const int64_t size = state.elements() / state.shape[0];
  float *own = state.reals.data() + slot.integers[r] * size;
  if (index.integers[r] == 0)
    std::fill_n(own, size, 0.0f);
  return own;
}

static void run(CausalConvOp op, Frame &frame) {
  const Tensor &x = frame.get(op.getInput()), &weight = frame.weight(op.getWeightAttr());
  const Tensor &slot = frame.get(op.getSlot()), &index = frame.get(op.getIndex());
  Tensor &state = frame.state(op.getStateAttr());
  const int64_t channels = x.width(), kept = state.shape[1];
  Tensor result = Tensor::ofReals(x.shape);
  for (int64_t r = 0; r < x.rows(); ++r) {
    float *earlier = stateOfRow(op, frame, state, slot, index, r);  // [kept, channels]
    if (!earlier)
      continue;
    for (int64_t c = 0; c < channels; ++c) {
      double sum = double(weight.row(c)[kept]) * x.row(r)[c];
      for (int64_t j = 0; j < kept; ++j)
        sum += double(weight.row(c)[j]) * earlier[j * channels + c];
      result.row(r)[c] = float(sum);
    }
    std::copy(earlier + channels, earlier + kept * channels, earlier);
    std::copy_n(x.row(r), channels, earlier + (kept - 1) * channels);
  }
  frame.set(op.getResult(), std::move(result));
}

static void run(DecayOp op, Frame &frame) {
  const Tensor &x = frame.get(op.getInput());
  const Tensor &a_log = frame.weight(op.getALogAttr()), &dt_bias = frame.weight(op.getDtBiasAttr());
  Tensor result = Tensor::ofReals(x.shape);
  for (int64_t r = 0; r < x.rows(); ++r)
    for (int64_t h = 0; h < x.width(); ++h) {
      const double shifted = double(x.row(r)[h]) + dt_bias.reals[h];
      const double softplus = std::max(shifted, 0.0) + std::log1p(std::exp(-std::abs(shifted)));
      result.row(r)[h] = float(-std::exp(double(a_log.reals[h])) * softplus);
    }
  frame.set(op.getResult(), std::move(result));
}

// One head's step: `state` [key_dim, value_dim] is updated, `result` [value_dim] read from it.
static void step(float *state, const float *query, const float *key, const float *value, double decay, double beta,
                 double scale, int64_t key_dim, int64_t value_dim, float *result) {
  for (int64_t j = 0; j < value_dim; ++j) {
    double known = 0;
    for (int64_t i = 0; i < key_dim; ++i)
      known += decay * state[i * value_dim + j] * key[i];
    const double change = beta * (value[j] - known);
    double sum = 0;
    for (int64_t i = 0; i < key_dim; ++i) {
      float &element = state[i * value_dim + j];
      element = float(decay * element + key[i] * change);
      sum += element * (scale * query[i]);
    }
    result[j] = float(sum);
  }
}

static void run(GatedDeltaRuleOp op, Frame &frame) {
  const Tensor &query = frame.get(op.getQuery()), &key = frame.get(op.getKey()), &value = frame.get(op.getValue());
  const Tensor &decay = frame.get(op.getDecay()), &beta = frame.get(op.getBeta());
  const Tensor &slot = frame.get(op.getSlot()), &index = frame.get(op.getIndex());
  Tensor &state = frame.state(op.getStateAttr());
  const int64_t heads = state.shape[1], key_dim = state.shape[2], value_dim = state.shape[3];
  const int64_t heads_per_key = heads / (key.width() / key_dim);
  const double scale = op.getScale().convertToDouble();
  Tensor result = Tensor::ofReals(value.shape);
  for (int64_t r = 0; r < value.rows(); ++r) {
    float *own = stateOfRow(op, frame, state, slot, index, r);
    for (int64_t h = 0; own && h < heads; ++h) {
      const int64_t at = h / heads_per_key * key_dim;
      step(own + h * key_dim * value_dim, query.row(r) + at, key.row(r) + at, value.row(r) + h * value_dim,
           std::exp(double(decay.row(r)[h])), beta.row(r)[h], scale, key_dim, value_dim, result.row(r) + h * value_dim);
    }
  }
  frame.set(op.getResult(), std::move(result));
}

Step deltaStep(mlir::Operation *op) {
  return llvm::TypeSwitch<mlir::Operation *, Step>(op)
      .Case<L2NormOp, CausalConvOp, DecayOp, GatedDeltaRuleOp>(
          [](auto op) -> Step { return [op](Frame &frame) { run(op, frame); }; })
      .Default([](mlir::Operation *) -> Step { return nullptr; });
}

}  // namespace qwen
