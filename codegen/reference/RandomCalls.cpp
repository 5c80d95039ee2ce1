#include "codegen/reference/RandomCalls.h"

#include "codegen/reference/Random.h"
#include "dialect/QwenDialect.h"

#include <algorithm>

namespace qwen {

using namespace mlir::qwen;

RandomCalls::RandomCalls(mlir::func::FuncOp function, std::vector<std::string> names, uint64_t seed)
    : function(function), names(std::move(names)), seed(seed) {
  auto module = function->getParentOfType<mlir::ModuleOp>();
  for (auto state : module.getOps<StateOp>()) {  // a module without the attributes has at least states
    batch = state.getType().getDimSize(0);
    if (!state.getRecurrent())
      max_seq = state.getType().getDimSize(2);
  }
  auto read = [&](llvm::StringRef name, int64_t &value) {
    if (auto attribute = module->getAttrOfType<mlir::IntegerAttr>(name))
      value = attribute.getInt();
  };
  read(kBatchAttr, batch);
  read(kMaxSeqAttr, max_seq);
  read(kMaxRowsAttr, max_rows);
  function.walk([&](EmbedOp op) { vocab = weightType(op, op.getWeightAttr()).getDimSize(0); });
}

double RandomCalls::unit() { return randomUnit(seed, drawn++); }
int32_t RandomCalls::below(int64_t bound) { return int32_t(unit() * double(bound)); }

bool RandomCalls::makeArgument(llvm::StringRef name, mlir::RankedTensorType type, llvm::ArrayRef<RowPlace> rows,
                               Tensor &tensor) {
  const int64_t count = rows.size();
  std::vector<int64_t> shape = type.getShape().vec();
  if (mlir::ShapedType::isDynamic(shape[0]))
    shape[0] = count;
  if (type.getElementType().isF32()) {
    tensor = Tensor::ofReals(shape);
    const int64_t largest =
        std::max_element(rows.begin(), rows.end(), [](auto a, auto b) { return a.index < b.index; })->index;
    for (int64_t i = 0; i < tensor.elements(); ++i) {
      const RowPlace &row = rows[std::min(i / tensor.width(), count - 1)];
      if (name == "position")
        // As if padded by as many as the slot's number; the axes of M-RoPE differ.
        tensor.reals[i] = float(row.index + row.slot + i % tensor.width());
      else if (name == "length")
        tensor.reals[i] = float(largest + batch);
      else
        tensor.reals[i] = float(2 * unit() - 1);
    }
    return true;
  }
  tensor = Tensor::ofIntegers(shape);
  if (name == "wanted") {
    tensor.integers.clear();
    for (int64_t r = 0; r < count; ++r)
      if (r == count - 1 || below(2))
        tensor.integers.push_back(int32_t(r));
    tensor.shape = {int64_t(tensor.integers.size())};
    return true;
  }
  for (int64_t r = 0; r < tensor.elements(); ++r) {
    if (name == "ids")
      tensor.integers[r] = below(8) ? below(vocab) : -1 - below(count);
    else if (name == "slot")
      tensor.integers[r] = rows[std::min(r, count - 1)].slot;
    else if (name == "index")
      tensor.integers[r] = rows[std::min(r, count - 1)].index;
    else
      return false;
  }
  return true;
}

bool RandomCalls::next(llvm::ArrayRef<RowPlace> rows, std::vector<Tensor> &arguments, std::string &error) {
  arguments.resize(names.size());
  for (auto [name, argument, tensor] : llvm::zip_equal(names, function.getArguments(), arguments)) {
    if (!tensor.shape.empty())
      continue;
    auto type = mlir::dyn_cast<mlir::RankedTensorType>(argument.getType());
    const bool real = type && type.getElementType().isF32();
    if (!type || type.getRank() == 0 || !(real || type.getElementType().isInteger(32))) {
      error = "argument %" + name + ": only tensors of f32 and i32 can be interpreted";
      return false;
    }
    if (!makeArgument(name, type, rows, tensor)) {
      error = "argument %" + name + ": no rule for random integers of this name, give them with --in";
      return false;
    }
  }
  return true;
}

std::vector<RowPlace> firstRows(int64_t count) {
  std::vector<RowPlace> rows;
  for (int64_t r = 0; r < count; ++r)
    rows.push_back({0, int32_t(r)});
  return rows;
}

}  // namespace qwen
