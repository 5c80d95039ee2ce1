// Rules of the model-level ops of dialect/ModelOps.td, and of the residual additions between them.
#include "codegen/reference/Frame.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/TypeSwitch.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace qwen {

using namespace mlir::qwen;

double dot(const float *a, const float *b, int64_t n) {
  double sum = 0;
  for (int64_t i = 0; i < n; ++i)
    sum += double(a[i]) * b[i];
  return sum;
}

double activate(Activation activation, double x) {
  switch (activation) {
  case Activation::Silu:
    return x / (1 + std::exp(-x));
  case Activation::Gelu:
    return 0.5 * x * (1 + std::erf(x * std::numbers::sqrt2 / 2));
  case Activation::GeluTanh:
    return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
  case Activation::QuickGelu:
    return x / (1 + std::exp(-1.702 * x));
  case Activation::Relu:
    return x > 0 ? x : 0;
  case Activation::Sigmoid:
    return 1 / (1 + std::exp(-x));
  case Activation::Tanh:
    return std::tanh(x);
  }
  llvm_unreachable("all activations are handled");
}

static void run(EmbedOp op, Frame &frame) {
  const Tensor &ids = frame.get(op.getIds()), &embeds = frame.get(op.getEmbeds());
  const Tensor &table = frame.weight(op.getWeightAttr());
  Tensor result = Tensor::ofReals({ids.rows(), table.width()});
  for (int64_t r = 0; r < ids.rows(); ++r) {
    int64_t id = ids.integers[r];
    const Tensor &source = id < 0 ? embeds : table;
    int64_t row = id < 0 ? -1 - id : id;
    if (!frame.checkIndex(op, id < 0 ? "row of embeds" : "id", row, source.rows()))
      return;
    std::copy_n(source.row(row), table.width(), result.row(r));
  }
  frame.set(op.getResult(), std::move(result));
}

static void run(RmsNormOp op, Frame &frame) {
  const Tensor &x = frame.get(op.getInput()), &weight = frame.weight(op.getWeightAttr());
  const double eps = op.getEps().convertToDouble();
  const int64_t n = weight.elements();
  Tensor result = Tensor::ofReals(x.shape);
  for (int64_t start = 0; start < x.elements(); start += n) {  // one group per row, or per head
    const float *in = x.reals.data() + start;
    const double scale = 1 / std::sqrt(dot(in, in, n) / n + eps);
    for (int64_t j = 0; j < n; ++j)
      result.reals[start + j] =
          float((op.getZeroCentered() ? 1.0f + weight.reals[j] : weight.reals[j]) * (in[j] * scale));
  }
  frame.set(op.getResult(), std::move(result));
}

static void run(LinearOp op, Frame &frame) {
  const Tensor &x = frame.get(op.getInput()), &weight = frame.weight(op.getWeightAttr());
  const Tensor *bias = op.getBiasAttr() ? &frame.weight(op.getBiasAttr()) : nullptr;
  Tensor result = Tensor::ofReals({x.rows(), weight.rows()});
  for (int64_t r = 0; r < x.rows(); ++r)
    for (int64_t n = 0; n < weight.rows(); ++n)
      result.row(r)[n] = float(dot(x.row(r), weight.row(n), weight.width()) + (bias ? bias->reals[n] : 0.0f));
  frame.set(op.getResult(), std::move(result));
}

static void run(GluOp op, Frame &frame) {
  const Tensor &gate = frame.get(op.getGate()), &up = frame.get(op.getUp());
  Tensor result = Tensor::ofReals(gate.shape);
  for (int64_t i = 0; i < gate.elements(); ++i)
    result.reals[i] = float(activate(op.getActivation(), gate.reals[i]) * up.reals[i]);
  frame.set(op.getResult(), std::move(result));
}

static void run(ActivationOp op, Frame &frame) {
  Tensor result = frame.get(op.getInput());
  for (float &value : result.reals)
    value = float(activate(op.getActivation(), value));
  frame.set(op.getResult(), std::move(result));
}

static void run(GateRowsOp op, Frame &frame) {
  const Tensor &gate = frame.get(op.getGate());
  Tensor result = frame.get(op.getInput());
  for (int64_t r = 0; r < result.rows(); ++r) {
    const float factor = float(activate(op.getActivation(), gate.reals[r]));
    for (int64_t i = 0; i < result.width(); ++i)
      result.row(r)[i] *= factor;
  }
  frame.set(op.getResult(), std::move(result));
}

static void run(SplitOp op, Frame &frame) {
  const Tensor &x = frame.get(op.getInput());
  const int64_t groups = op.getGroups();
  int64_t start = 0;  // of the result's piece in each group
  for (mlir::Value piece : op.getResults()) {
    const int64_t width = mlir::qwen::width(piece) / groups;
    Tensor result = Tensor::ofReals({x.rows(), width * groups});
    for (int64_t i = 0; i < x.rows() * groups; ++i)  // the groups of all rows lie one after another
      std::copy_n(x.reals.data() + i * (x.width() / groups) + start, width, result.reals.data() + i * width);
    start += width;
    frame.set(piece, std::move(result));
  }
}

static void run(GatherRowsOp op, Frame &frame) {
  const Tensor &x = frame.get(op.getInput()), &rows = frame.get(op.getRows());
  Tensor result = Tensor::ofReals({rows.rows(), x.width()});
  for (int64_t r = 0; r < rows.rows(); ++r) {
    if (!frame.checkIndex(op, "row", rows.integers[r], x.rows()))
      return;
    std::copy_n(x.row(rows.integers[r]), x.width(), result.row(r));
  }
  frame.set(op.getResult(), std::move(result));
}

// Residual connections.
static void run(mlir::arith::AddFOp op, Frame &frame) {
  Tensor result = frame.get(op.getLhs());
  const Tensor &rhs = frame.get(op.getRhs());
  for (int64_t i = 0; i < result.elements(); ++i)
    result.reals[i] += rhs.reals[i];
  frame.set(op.getResult(), std::move(result));
}

Step modelStep(mlir::Operation *op) {
  return llvm::TypeSwitch<mlir::Operation *, Step>(op)
      .Case<EmbedOp, RmsNormOp, LinearOp, GluOp, ActivationOp, GateRowsOp, SplitOp, GatherRowsOp>(
          [](auto op) -> Step { return [op](Frame &frame) { run(op, frame); }; })
      .Case([](mlir::arith::AddFOp op) -> Step {
        if (!mlir::isa<mlir::RankedTensorType>(op.getType()))
          return nullptr;
        return [op](Frame &frame) { run(op, frame); };
      })
      .Default([](mlir::Operation *) -> Step { return nullptr; });
}

}  // namespace qwen
