// rope_table: cosines and sines of each row's position. Frequencies are constants of the program; only the types
// whose frequencies depend on the length of the call compute or choose them (dialect/RopeParameters.h).
#include "codegen/cpu/Kernels.h"
#include "dialect/RopeParameters.h"

#include "mlir/IR/BuiltinOps.h"

#include <limits>

namespace mlir::qwen {

namespace {

struct RopeKernel {
  Kernel &kernel;
  KernelBuilder &b;
  DictionaryAttr parameters;
  int64_t half;

  explicit RopeKernel(Kernel &kernel)
      : kernel(kernel), b(kernel.b), parameters(kernel.dictionary("parameters")),
        half(Kernel::width(kernel.results[0]) / 2) {}

  void generate() {
    StringRef type = parameters.getAs<StringAttr>("rope_type").getValue();
    if (type == "dynamic") {
      rows([&](Value length) {
        Value base = dynamicBase(length);
        return [this, base](Value i) -> Value {
          Value exponent = b.load(constants<float>("exponent", exponents(), b.getF32Type()), i);
          return b.divf(b.f32(1.0), math::PowFOp::create(b, base, exponent));
        };
      });
    } else if (type == "longrope") {
      int64_t original = parameters.getAs<IntegerAttr>("original_max_position_embeddings").getInt();
      Value shortTable = frequencies("short", 1);
      Value longTable = frequencies("long", std::numeric_limits<float>::max());
      rows([&](Value length) {
        Value isLong = arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, length, b.f32(double(original)));
        Value table = b.select(isLong, longTable, shortTable);
        return [this, table](Value i) -> Value { return b.load(table, i); };
      });
    } else {
      Value table = frequencies("frequency", 1);
      rows([&](Value) { return [this, table](Value i) -> Value { return b.load(table, i); }; });
    }
  }

  // `frequencies(length)` gives the function i -> inv_freq[i] of a row.
  template <typename Frequencies> void rows(Frequencies frequencies) {
    Value position = kernel.operands[0], length = kernel.operands[1], out = kernel.results[0];
    Value factor = b.f32(attentionFactor(parameters, 1));
    Value axes;
    if (Kernel::width(position) > 1) {
      SmallVector<int32_t> numbers;
      for (int64_t i = 0; i < half; ++i)
        numbers.push_back(int32_t(positionAxis(parameters, i)));
      axes = constants<int32_t>("axis", numbers, b.getI32Type());
    }
    auto [begin, end] = b.share(kernel.rows, kernel.thread, kernel.threads);
    b.loop(begin, end, 1, [&](Value row) {
      auto frequency = frequencies(b.load(length, row));
      b.loop(b.index(0), b.index(half), 1, [&](Value i) {
        Value axis = axes ? b.toIndex(b.load(axes, i)) : b.index(0);
        Value angle = b.mulf(b.load(position, {row, axis}), frequency(i));
        b.store(b.mulf(math::CosOp::create(b, angle), factor), out, {row, i});
        b.store(b.mulf(math::SinOp::create(b, angle), factor), out, {row, b.add(i, half)});
      });
    });
  }

  // B = b (s length / M - (s - 1))^(D / (D - 2)) beyond M positions, b up to there.
  Value dynamicBase(Value length) {
    double theta = parameters.getAs<FloatAttr>("rope_theta").getValueAsDouble();
    double factor = parameters.getAs<FloatAttr>("factor").getValueAsDouble();
    double most = parameters.getAs<IntegerAttr>("max_position_embeddings").getInt();
    double dim = 2 * half;
    Value stretch = b.subf(b.divf(b.mulf(b.f32(factor), length), b.f32(most)), b.f32(factor - 1));
    Value base = b.mulf(b.f32(theta), math::PowFOp::create(b, stretch, b.f32(dim / (dim - 2))));
    Value within = arith::CmpFOp::create(b, arith::CmpFPredicate::OLE, length, b.f32(most));
    return b.select(within, b.f32(theta), base);
  }

  std::vector<float> exponents() {
    std::vector<float> exponents(half);
    for (int64_t i = 0; i < half; ++i)
      exponents[i] = float(2 * i) / float(2 * half);
    return exponents;
  }

  Value frequencies(StringRef name, float length) {
    return constants<float>(name, inverseFrequencies(parameters, length), b.getF32Type());
  }

  // A constant array of the program.
  template <typename Number> Value constants(StringRef name, ArrayRef<Number> values, Type element) {
    auto module = kernel.function->getParentOfType<ModuleOp>();
    std::string symbol = (kernel.function.getSymName() + "_" + name).str();
    auto type = MemRefType::get({int64_t(values.size())}, element);
    if (!module.lookupSymbol(symbol)) {
      OpBuilder global(kernel.function);
      auto data = DenseElementsAttr::get(RankedTensorType::get(type.getShape(), element), values);
      memref::GlobalOp::create(global, b.getLoc(), symbol, b.getStringAttr("private"), type, data, /*constant=*/true,
                               /*alignment=*/IntegerAttr());
    }
    return memref::GetGlobalOp::create(b, type, symbol);
  }
};

}  // namespace

void generateRopeTable(Kernel &kernel) { RopeKernel(kernel).generate(); }

}  // namespace mlir::qwen
