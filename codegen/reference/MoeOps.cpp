// Rules of the ops of dialect/MoeOps.td.
#include "codegen/reference/Frame.h"

#include "llvm/ADT/TypeSwitch.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace qwen {

using namespace mlir::qwen;

// softmax over `logits`, rounded to f32 as HF's router has it before it chooses.
static std::vector<float> softmax(const float *logits, int64_t n) {
  const double largest = *std::max_element(logits, logits + n);
  double total = 0;
  for (int64_t i = 0; i < n; ++i)
    total += std::exp(logits[i] - largest);
  std::vector<float> result(n);
  for (int64_t i = 0; i < n; ++i)
    result[i] = float(std::exp(logits[i] - largest) / total);
  return result;
}

static void run(RouterOp op, Frame &frame) {
  const Tensor &x = frame.get(op.getInput()), &weight = frame.weight(op.getWeightAttr());
  const int64_t count = weight.rows(), top_k = op.getTopK();
  Tensor weights = Tensor::ofReals({x.rows(), top_k}), logits = Tensor::ofReals({x.rows(), count});
  Tensor experts = Tensor::ofIntegers({x.rows(), top_k});
  for (int64_t r = 0; r < x.rows(); ++r) {
    for (int64_t e = 0; e < count; ++e)
      logits.row(r)[e] = float(dot(x.row(r), weight.row(e), x.width()));
    const std::vector<float> p = softmax(logits.row(r), count);
    std::vector<int32_t> order(count);
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](int32_t a, int32_t b) { return p[a] > p[b]; });
    double total = 0;
    for (int64_t j = 0; j < top_k; ++j)
      total += p[order[j]];
    for (int64_t j = 0; j < top_k; ++j) {
      experts.integers[r * top_k + j] = order[j];
      weights.row(r)[j] = op.getNormalize() ? float(p[order[j]] / total) : p[order[j]];
    }
  }
  frame.set(op.getWeights(), std::move(weights));
  frame.set(op.getExperts(), std::move(experts));
  frame.set(op.getLogits(), std::move(logits));
}

static void run(ExpertsOp op, Frame &frame) {
  const Tensor &x = frame.get(op.getInput()), &weights = frame.get(op.getWeights());
  const Tensor &experts = frame.get(op.getExperts());
  const Tensor &gate_up = frame.weight(op.getGateUpAttr()), &down = frame.weight(op.getDownAttr());
  const int64_t hidden = x.width(), inner = down.width(), top_k = weights.width();
  Tensor result = Tensor::ofReals(x.shape);
  for (int64_t r = 0; r < x.rows(); ++r) {
    std::vector<double> sum(hidden);
    for (int64_t j = 0; j < top_k; ++j) {  // in any order: the sum is in double
      const int64_t e = experts.integers[r * top_k + j];
      if (!frame.checkIndex(op, "expert", e, gate_up.rows()))
        return;
      std::vector<float> middle(inner);
      for (int64_t i = 0; i < inner; ++i) {
        const float gate = float(dot(x.row(r), gate_up.row(e * 2 * inner + i), hidden));
        const float up = float(dot(x.row(r), gate_up.row(e * 2 * inner + inner + i), hidden));
        middle[i] = float(activate(op.getActivation(), gate) * up);
      }
      for (int64_t n = 0; n < hidden; ++n)
        sum[n] += weights.row(r)[j] * dot(middle.data(), down.row(e * hidden + n), inner);
    }
    std::copy(sum.begin(), sum.end(), result.row(r));
  }
  frame.set(op.getResult(), std::move(result));
}

Step moeStep(mlir::Operation *op) {
  return llvm::TypeSwitch<mlir::Operation *, Step>(op)
      .Case<RouterOp, ExpertsOp>([](auto op) -> Step { return [op](Frame &frame) { run(op, frame); }; })
      .Default([](mlir::Operation *) -> Step { return nullptr; });
}

}  // namespace qwen
