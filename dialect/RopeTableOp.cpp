// The verifier of rope_table: its parameters are what dialect/RopeParameters.h computes from.
#include "dialect/QwenDialect.h"

#include "llvm/ADT/StringExtras.h"

namespace mlir::qwen {
namespace {

enum class Kind { string, real, integer, flag, factors, sections };

struct Parameter {
  StringLiteral name;
  Kind kind;
  std::vector<StringRef> needed_by;  // rope types; "any": all of them
};

const Parameter kParameters[] = {
    {"rope_type", Kind::string, {"any"}},
    {"rope_theta", Kind::real, {"any"}},
    {"head_dim", Kind::integer, {"any"}},
    {"max_position_embeddings", Kind::integer, {"any"}},
    {"factor", Kind::real, {"linear", "dynamic", "yarn", "llama3"}},
    {"original_max_position_embeddings", Kind::integer, {"yarn", "longrope", "llama3"}},
    {"attention_factor", Kind::real, {}},
    {"beta_fast", Kind::real, {}},
    {"beta_slow", Kind::real, {}},
    {"mscale", Kind::real, {}},
    {"mscale_all_dim", Kind::real, {}},
    {"truncate", Kind::flag, {}},
    {"short_factor", Kind::factors, {"longrope"}},
    {"long_factor", Kind::factors, {"longrope"}},
    {"low_freq_factor", Kind::real, {"llama3"}},
    {"high_freq_factor", Kind::real, {"llama3"}},
    {"mrope_section", Kind::sections, {}},
};

const StringRef kTypes[] = {"default", "linear", "dynamic", "yarn", "longrope", "llama3"};

// What the attribute must be, or null where it is that. `pairs` is the number of frequencies.
const char *mismatch(Attribute value, Kind kind, int64_t pairs) {
  switch (kind) {
  case Kind::string:
    return isa<StringAttr>(value) ? nullptr : "a string";
  case Kind::real: {
    auto number = dyn_cast<FloatAttr>(value);
    return number && number.getType().isF64() ? nullptr : "an f64";
  }
  case Kind::integer: {
    auto number = dyn_cast<IntegerAttr>(value);
    return number && number.getType().isInteger(64) && number.getInt() > 0 ? nullptr : "a positive i64";
  }
  case Kind::flag:
    return isa<BoolAttr>(value) ? nullptr : "a bool";
  case Kind::factors: {
    auto numbers = dyn_cast<DenseF64ArrayAttr>(value);
    return numbers && numbers.size() == pairs ? nullptr : "an array<f64> of half the table's width";
  }
  case Kind::sections: {
    auto numbers = dyn_cast<DenseI64ArrayAttr>(value);
    return numbers && numbers.size() == 3 && llvm::all_of(numbers.asArrayRef(), [](int64_t n) { return n >= 0; })
               ? nullptr
               : "an array<i64> of three numbers of at least 0";
  }
  }
  llvm_unreachable("all kinds are handled");
}

}  // namespace

LogicalResult RopeTableOp::verify() {
  DictionaryAttr parameters = getParameters();
  for (NamedAttribute given : parameters) {
    const Parameter *known = llvm::find_if(kParameters, [&](auto &known) { return known.name == given.getName(); });
    if (known == std::end(kParameters))
      return emitOpError() << "unknown parameter " << given.getName();
    if (const char *wanted = mismatch(given.getValue(), known->kind, width(getResult()) / 2))
      return emitOpError() << given.getName().getValue() << " must be " << wanted << ", but is " << given.getValue();
  }
  auto type = parameters.getAs<StringAttr>("rope_type");
  if (type && !llvm::is_contained(kTypes, type.getValue()))
    return emitOpError() << "rope_type must be one of " << llvm::join(ArrayRef(kTypes), ", ") << ", but is " << type;
  for (const Parameter &known : kParameters)
    if (!parameters.contains(known.name) && llvm::any_of(known.needed_by, [&](StringRef needing) {
          return needing == "any" || (type && needing == type.getValue());
        }))
      return emitOpError() << "parameter " << known.name << " is missing";
  int64_t headDim = parameters.getAs<IntegerAttr>("head_dim").getInt();
  if (headDim != width(getResult()))
    return emitOpError() << "head_dim is " << headDim << ", but the table is " << width(getResult()) << " wide";
  int64_t axes = parameters.contains("mrope_section") ? 3 : 1;
  if (width(getPosition()) != axes)
    return emitOpError() << "position is " << width(getPosition()) << " wide, but must be " << axes
                         << (axes == 1 ? " without" : " with") << " mrope_section";
  if (type.getValue() == "dynamic" && headDim <= 2)
    return emitOpError("rope_type dynamic needs a head_dim above 2");
  return success();
}

}  // namespace mlir::qwen
