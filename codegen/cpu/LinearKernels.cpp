// norm_linear, norm_glu, linear_residual: products with their prologues and epilogues.
#include "codegen/cpu/Gemm.h"
#include "codegen/cpu/Kernels.h"
#include "codegen/cpu/MathFunctions.h"
#include "codegen/cpu/Rows.h"
#include "codegen/plan/KernelMemory.h"

namespace mlir::qwen {

void generateNormLinear(Kernel &kernel) {
  KernelBuilder &b = kernel.b;
  bool norm = kernel.has("eps");
  ArrayRef<PackedArgument> packed = kernel.packed;
  PreparedInput input{kernel.operands[0]};
  if (kernel.operands.size() > 1)
    input.gather = kernel.operands[1];
  if (norm) {
    input.norm = packed[0].memory;
    input.eps = kernel.real("eps");
    packed = packed.drop_front();
  }
  input.bf16 = kernel.usesBf16Dot(packed[0]);
  Value x = norm || input.gather || input.bf16 ? emitPreparedInput(kernel, input) : input.x;
  size_t weights = kernel.results.size();
  bool biases = packed.size() > weights;
  for (size_t i = 0; i < weights; ++i) {
    Value y = kernel.results[i];
    int64_t width = Kernel::width(y);
    Product product = sharedProduct(kernel, packed[i], x, panelsOf(width), 1);
    auto epilogue = [&](Value row, Value panel, ArrayRef<Value> sums) {
      Value column = b.mul(panel, kPanelRows);
      Value sum = sums[0];
      if (biases)
        sum = b.addf(sum, b.load(packed[weights + i].memory, column, kPanelRows));
      emitStorePanel(b, sum, y, row, column, width);
    };
    product.epilogue = epilogue;
    emitProduct(kernel, product);
  }
}

void generateNormGlu(Kernel &kernel) {
  KernelBuilder &b = kernel.b;
  PreparedInput input{kernel.operands[0], {}, kernel.packed[0].memory, kernel.real("eps")};
  input.bf16 = kernel.usesBf16Dot(kernel.packed[1]);
  Value x = emitPreparedInput(kernel, input);
  Value y = kernel.results[0];
  int64_t width = Kernel::width(y);
  auto activation = Activation(kernel.integer("activation"));
  Product product = sharedProduct(kernel, kernel.packed[1], x, panelsOf(width), 2);
  product.tile =
      b.view(kernel.scratch, normScratchBytes(kernel.packed[1].k()), {kMaxTileRows, 2 * kPanelRows}, b.getF32Type());
  auto epilogue = [&](Value row, Value unit, ArrayRef<Value> sums) {
    Value gated = b.mulf(emitActivation(b, activation, sums[0]), sums[1]);
    emitStorePanel(b, gated, y, row, b.mul(unit, kPanelRows), width);
  };
  product.epilogue = epilogue;
  emitProduct(kernel, product);
}

void generateLinearResidual(Kernel &kernel) {
  KernelBuilder &b = kernel.b;
  Value residual = kernel.operands[1], y = kernel.results[0];
  int64_t width = Kernel::width(y);
  PreparedInput input{kernel.operands[0]};
  input.bf16 = kernel.usesBf16Dot(kernel.packed[0]);
  Value x = input.bf16 ? emitPreparedInput(kernel, input) : input.x;
  Product product = sharedProduct(kernel, kernel.packed[0], x, panelsOf(width), 1);
  auto epilogue = [&](Value row, Value panel, ArrayRef<Value> sums) {
    Value column = b.mul(panel, kPanelRows);
    Value sum = sums[0];
    if (kernel.packed.size() > 1)
      sum = b.addf(sum, b.load(kernel.packed[1].memory, column, kPanelRows));
    sum = b.addf(emitLoadPanel(b, residual, row, column, width), sum);
    emitStorePanel(b, sum, y, row, column, width);
  };
  product.epilogue = epilogue;
  emitProduct(kernel, product);
}

}  // namespace mlir::qwen
