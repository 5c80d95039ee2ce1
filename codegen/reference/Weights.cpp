#include "codegen/reference/Weights.h"

#include "codegen/reference/Random.h"
#include "dialect/QwenDialect.h"

#include "llvm/Support/xxhash.h"

#include <cmath>

namespace qwen {

bool ModuleWeights::readRows(const std::string &name, int64_t first, int64_t count, float *out,
                             std::string &error) const {
  auto weight = mlir::ModuleOp(module).lookupSymbol<mlir::qwen::WeightOp>(name);
  if (!weight) {
    error = name + ": the module declares no weight of this name";
    return false;
  }
  mlir::RankedTensorType type = weight.getType();
  const int64_t columns = type.getRank() < 2 ? 1 : type.getShape().back();
  if (mlir::Attribute value = weight->getAttr("qwen.value")) {
    auto data = mlir::dyn_cast<mlir::DenseElementsAttr>(value);
    if (!data || data.getType().getShape() != type.getShape() || !data.getElementType().isF32()) {
      error = name + ": qwen.value isn't an f32 tensor of the weight's shape";
      return false;
    }
    for (int64_t i = 0; auto element : data.getValues<float>()) {
      if (i >= first * columns && i < (first + count) * columns)
        out[i - first * columns] = element;
      ++i;
    }
    return true;
  }
  const uint64_t stream = llvm::xxh3_64bits(llvm::StringRef(name)) ^ seed;
  for (int64_t i = 0; i < count * columns; ++i) {
    const double unit = randomUnit(stream, first * columns + i);
    out[i] = float(type.getRank() < 2 ? 0.5 + unit : (2 * unit - 1) * std::sqrt(3.0 / columns));
  }
  return true;
}

}  // namespace qwen
