// norm_linear, norm_glu, linear_residual: products with their prologues and epilogues.
#include "codegen/cpu/Gemm.h"
#include "codegen/cpu/Kernels.h"
#include "codegen/cpu/MathFunctions.h"
#include "codegen/cpu/ProductInput.h"
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
  size_t weights = kernel.results.size();
  bool biases = packed.size() > weights;
  auto elements = llvm::map_to_vector(packed.take_front(weights), [](const PackedArgument &w) { return w.element; });
  LinearMemory memory(kernel.maxRows, Kernel::width(input.x), 1, elements);
  llvm::SmallDenseMap<Type, ProductInput> inputs;
  for (const LinearMemory::Input &place : memory.inputs) {
    input.weights = place.element;
    input.temp = place.temp;
    input.scratch = place.scratch;
    inputs.try_emplace(place.element, emitPreparedInput(kernel, input));
  }
  for (size_t i = 0; i < weights; ++i) {
    Value y = kernel.results[i];
    int64_t width = Kernel::width(y);
    const ProductInput &x = inputs.find(packed[i].element)->second;
    Product product = sharedProduct(kernel, packed[i], x, panelsOf(width), 1, memory.products);
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
  input.weights = kernel.packed[1].element;
  ProductInput x = emitPreparedInput(kernel, input);
  Value y = kernel.results[0];
  int64_t width = Kernel::width(y);
  auto activation = Activation(kernel.integer("activation"));
  int64_t scratch = preparedBytes(kPrivateRows, kernel.packed[1].k(), input.weights);
  Product product = sharedProduct(kernel, kernel.packed[1], x, panelsOf(width), 2, scratch);
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
  input.weights = kernel.packed[0].element;
  ProductInput x = emitPreparedInput(kernel, input);
  int64_t scratch = preparedBytes(kPrivateRows, kernel.packed[0].k(), input.weights);
  Product product = sharedProduct(kernel, kernel.packed[0], x, panelsOf(width), 1, scratch);
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
