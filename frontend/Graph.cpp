#include "frontend/Graph.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
namespace ops = mlir::qwen;

namespace qwen {

Graph::Graph(MLIRContext &context, const std::string &name, const ModelConfig &config, const GraphSizes &sizes,
             bool bf16)
    : config(config), sizes(sizes), builder(&context), bf16(bf16) {
  module = ModuleOp::create(at(name), name);
  (*module)->setAttr("qwen.max_rows", builder.getI64IntegerAttr(sizes.max_rows));
  (*module)->setAttr("qwen.max_seq", builder.getI64IntegerAttr(sizes.max_seq));
  (*module)->setAttr("qwen.batch", builder.getI64IntegerAttr(sizes.batch));

  const Type f32 = builder.getF32Type();
  const Type per_row = RankedTensorType::get({ShapedType::kDynamic}, builder.getI32Type());
  const std::pair<const char *, Type> arguments[] = {
      {"ids", per_row},
      {"embeds", rows(config.hidden_size)},
      {"slot", per_row},
      {"index", per_row},
      {"position", rows(config.rope.mrope_section.empty() ? 1 : 3)},
      {"length", RankedTensorType::get({ShapedType::kDynamic}, f32)},
      {"wanted", per_row},
  };
  SmallVector<Type> types;
  for (auto [argument, type] : arguments)
    types.push_back(type);
  builder.setInsertionPointToEnd(module->getBody());
  function = func::FuncOp::create(builder, at("forward"), "forward", builder.getFunctionType(types, {}));
  Block *body = function.addEntryBlock();
  Value *const fields[] = {&ids, &embeds, &slot, &index, &position, &length, &wanted};
  for (auto [i, field] : llvm::enumerate(fields)) {
    *field = body->getArgument(i);
    field->setLoc(at(arguments[i].first));
  }
  builder.setInsertionPointToEnd(body);
}

Location Graph::at(const std::string &path) { return NameLoc::get(builder.getStringAttr(path)); }

RankedTensorType Graph::rows(int64_t width) {
  return RankedTensorType::get({ShapedType::kDynamic, width}, builder.getF32Type());
}

ops::ActivationAttr Graph::activation() {
  return ops::ActivationAttr::get(builder.getContext(), *ops::symbolizeActivation(config.hidden_act));
}

FlatSymbolRefAttr Graph::weight(const std::string &name, std::vector<int64_t> shape, WeightKind kind) {
  const auto symbol = FlatSymbolRefAttr::get(builder.getContext(), name);
  if (!declared.insert(name).second)
    return symbol;
  const bool narrow = bf16 && shape.size() > 1 && kind != WeightKind::convolution;
  const Type element = narrow ? Type(builder.getBF16Type()) : Type(builder.getF32Type());
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(first_state ? first_state : function);
  ops::WeightOp::create(builder, at(name), name, RankedTensorType::get(shape, element));
  weights.push_back({name, std::move(shape), kind, narrow});
  return symbol;
}

FlatSymbolRefAttr Graph::cache(const std::string &name, int64_t heads, int64_t head_dim) {
  Type element = builder.getF32Type();
  if (sizes.kv_dtype == "bf16")
    element = builder.getBF16Type();
  else if (sizes.kv_dtype == "q8")
    element = ops::Q8Type::get(builder.getContext());
  return state(name, RankedTensorType::get({sizes.batch, heads, sizes.max_seq, head_dim}, element), false);
}

FlatSymbolRefAttr Graph::recurrentState(const std::string &name, ArrayRef<int64_t> shape) {
  SmallVector<int64_t> sizes_of_slots{sizes.batch};
  llvm::append_range(sizes_of_slots, shape);
  return state(name, RankedTensorType::get(sizes_of_slots, builder.getF32Type()), true);
}

FlatSymbolRefAttr Graph::state(const std::string &name, RankedTensorType type, bool recurrent) {
  const auto symbol = FlatSymbolRefAttr::get(builder.getContext(), name);
  if (!declared.insert(name).second)
    return symbol;
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(function);
  Operation *op = ops::StateOp::create(builder, at(name), name, type, recurrent);
  if (!first_state)
    first_state = op;
  return symbol;
}

Value Graph::linear(const std::string &path, Value input, int64_t width, bool bias) {
  const auto matrix = weight(path + ".weight", {width, ops::width(input)}, WeightKind::matrix);
  const auto vector = bias ? weight(path + ".bias", {width}, WeightKind::vector) : FlatSymbolRefAttr();
  return create<ops::LinearOp>(path, rows(width), input, matrix, vector);
}

Value Graph::linearWith(const std::string &path, Value input, int64_t width, FlatSymbolRefAttr matrix) {
  return create<ops::LinearOp>(path, rows(width), input, matrix, FlatSymbolRefAttr());
}

Value Graph::norm(const std::string &path, Value input, int64_t size) {
  return norm(path, input, size, config.zero_centered_norms);
}

Value Graph::plainNorm(const std::string &path, Value input, int64_t size) { return norm(path, input, size, false); }

Value Graph::norm(const std::string &path, Value input, int64_t size, bool zero_centered) {
  const auto scale = weight(path + ".weight", {size}, zero_centered ? WeightKind::vector : WeightKind::norm);
  return create<ops::RmsNormOp>(path, input.getType(), input, scale, builder.getF64FloatAttr(config.rms_norm_eps),
                                zero_centered ? builder.getUnitAttr() : UnitAttr());
}

Value Graph::add(const std::string &path, Value a, Value b) { return create<arith::AddFOp>(path, a, b); }

void Graph::output(const std::string &name, Value value, bool on_request, bool wanted_rows) {
  create<ops::OutputOp>(name, builder.getStringAttr(name), value, on_request ? builder.getUnitAttr() : UnitAttr());
  outputs.push_back({name, ops::width(value), wanted_rows, on_request});
}

OwningOpRef<ModuleOp> Graph::finish() {
  create<func::ReturnOp>("forward");
  return std::move(module);
}

}  // namespace qwen
