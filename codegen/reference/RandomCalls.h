// Random but valid calls of a module's @forward.
#pragma once

#include "codegen/reference/Tensor.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/ArrayRef.h"

#include <string>
#include <vector>

namespace qwen {

// Where one row of a call belongs: QwenCall::slot and QwenCall::index.
struct RowPlace {
  int32_t slot;
  int32_t index;
};

// Arguments are known by their names: ids, embeds, slot, index, position, length, wanted, as QwenCall has them. Others
// of f32 get random numbers between -1 and 1; others of i32 are an error, since their range isn't known.
class RandomCalls {
public:
  // `names`: one per argument of `function`. `function` must outlive this.
  RandomCalls(mlir::func::FuncOp function, std::vector<std::string> names, uint64_t seed);

  int64_t slots() const { return batch; }
  int64_t maxSeq() const { return max_seq; }
  int64_t maxRows() const { return max_rows; }

  // Fills `arguments` for the next call, whose row r is at rows[r]; those that have a shape already stay. Every eighth
  // id or so takes a row of `embeds`; `wanted` are about half of the rows and always the last one.
  // On failure returns false and sets `error` to one line.
  bool next(llvm::ArrayRef<RowPlace> rows, std::vector<Tensor> &arguments, std::string &error);

private:
  bool makeArgument(llvm::StringRef name, mlir::RankedTensorType type, llvm::ArrayRef<RowPlace> rows, Tensor &tensor);
  double unit();
  int32_t below(int64_t bound);

  mlir::func::FuncOp function;
  std::vector<std::string> names;
  uint64_t seed;
  uint64_t drawn = 0;
  int64_t batch = 1, max_seq = 64, max_rows = 64, vocab = 1;
};

// Rows 0 to count - 1 of slot 0.
std::vector<RowPlace> firstRows(int64_t count);

}  // namespace qwen
