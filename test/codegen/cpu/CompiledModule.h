// A module of the fused level with the frontend's seven arguments, compiled for this machine and loaded into the test:
// what kernels compute beside what the interpreter does, without a checkpoint or a linker.
#pragma once

#include "codegen/reference/Weights.h"
#include "runtime/abi/Entry.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"

#include <memory>
#include <string>
#include <vector>

namespace llvm::orc {
class LLJIT;
}

namespace qwen {

// Where a row of a call stands, and of which row of `embeds` it consists.
struct TestRow {
  int32_t slot, index, embed;
};

// A call of the rows; output `i` gets `widths[i]` values a row. Positions are zeros, and no row is wanted for a head.
class TestCall {
public:
  TestCall(const std::vector<TestRow> &rows, const std::vector<float> &embeds, const std::vector<int64_t> &widths);
  QwenCall &call() { return c; }
  const std::vector<std::vector<float>> &outputs() const { return values; }

private:
  QwenCall c = {};
  std::vector<int32_t> ids, slot, index, wanted;
  std::vector<float> zeros;
  std::vector<std::vector<float>> values;
  std::vector<float *> addresses;
};

class CompiledModule {
public:
  // `cpu` is clang's -mcpu. The text must be right: what fails here fails the test.
  CompiledModule(const std::string &text, const std::string &cpu);
  ~CompiledModule();

  // The module before it was compiled, and its weights: for the interpreter.
  mlir::ModuleOp source() const { return *original; }
  const WeightSource &weights() const { return *values; }

  void clearStates();
  void forward(QwenCall &call, int64_t threads);

private:
  void pack(mlir::ModuleOp planned);

  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> original;
  std::unique_ptr<ModuleWeights> values;
  std::unique_ptr<llvm::orc::LLJIT> jit;
  struct alignas(64) Line {
    uint8_t bytes[64];
  };
  std::vector<Line> payload, arena, states, scratch;
  int64_t scratch_bytes = 0;
  void (*entry)(const QwenCall *, int64_t, int64_t) = nullptr;
};

}  // namespace qwen
