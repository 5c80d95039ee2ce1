// The qwen dialect: one op per formula of the Hugging Face modelling code
// (model level), and larger ops with a decomposition into those (fused level).
#ifndef QWEN_DIALECT_TD
#define QWEN_DIALECT_TD

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"

def Qwen_Dialect : Dialect {
  let name = "qwen";
  let cppNamespace = "::mlir::qwen";
  let summary = "The maths of the Qwen3 model families";
  let description = [{
    Values are tensors whose first dimension is the rows (tokens) of one call; it is
    the only dynamic one. Weights and states are symbols, never values. See
    `dialect/README.md` for the reasons.

    Attributes of the module, all `i64` and positive: `qwen.max_rows` (rows of one call, at most),
    `qwen.max_seq` (positions in a KV cache) and `qwen.batch` (slots).
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::tensor::TensorDialect"];
  let hasOperationAttrVerify = 1;
  let useDefaultTypePrinterParser = 1;
}

class Qwen_Op<string mnemonic, list<Trait> traits = []> : Op<Qwen_Dialect, mnemonic, traits>;

// An op that names weights or states: its symbols are looked up and their shapes checked.
class Qwen_SymbolUserOp<string mnemonic, list<Trait> traits = []>
    : Qwen_Op<mnemonic, traits # [DeclareOpInterfaceMethods<SymbolUserOpInterface>]>;

// ---- types ----

// How a weight is stored where it isn't by its own values; no value of the program has these types.
class Qwen_Storage<string name, string keyword, string codes> : TypeDef<Qwen_Dialect, name> {
  let mnemonic = keyword;
  let summary = codes # " per value, one scale per 32 columns";
  let description = "The values of codes and how they lie in panels: `dialect/QuantFormat.h`.";
}
def Qwen_Q8 : Qwen_Storage<"Q8", "q8", "8 bits">;
def Qwen_Q4 : Qwen_Storage<"Q4", "q4", "4 bits">;

class Qwen_RowsOf<Type element, string summary> : Type<
    And<[IsRankedTensorTypePred, HasAnyRankOfPred<[2]>,
         CPred<"::llvm::cast<::mlir::ShapedType>($_self).isDynamicDim(0)">,
         CPred<"::llvm::cast<::mlir::ShapedType>($_self).getDimSize(1) > 0">,
         SubstLeaves<"$_self", "::llvm::cast<::mlir::ShapedType>($_self).getElementType()", element.predicate>]>,
    summary, "::mlir::RankedTensorType">;

class Qwen_RowScalars<Type element, string builder, string summary> : Type<
    And<[IsRankedTensorTypePred, HasAnyRankOfPred<[1]>,
         CPred<"::llvm::cast<::mlir::ShapedType>($_self).isDynamicDim(0)">,
         SubstLeaves<"$_self", "::llvm::cast<::mlir::ShapedType>($_self).getElementType()", element.predicate>]>,
    summary, "::mlir::RankedTensorType">,
    BuildableType<"::mlir::RankedTensorType::get({::mlir::ShapedType::kDynamic}, " # builder # ")">;

// Activations: [rows, width] f32.
def Qwen_Rows : Qwen_RowsOf<F32, "rows of activations, tensor<?xWIDTHxf32>">;
// Expert numbers of each row: [rows, top_k] i32.
def Qwen_RowChoices : Qwen_RowsOf<I32, "choices per row, tensor<?xWIDTHxi32>">;
// Per-row integers (token ids, slots, cache indices, row numbers): [rows] i32.
def Qwen_RowIndices : Qwen_RowScalars<I32, "$_builder.getI32Type()", "one integer per row, tensor<?xi32>">;
// One value per row that is multiplied over all of it: [rows, 1] f32.
def Qwen_RowGate : Type<And<[Qwen_Rows.predicate, CPred<"::llvm::cast<::mlir::ShapedType>($_self).getDimSize(1) == 1">]>,
    "one gate per row, tensor<?x1xf32>", "::mlir::RankedTensorType">,
    BuildableType<"::mlir::RankedTensorType::get({::mlir::ShapedType::kDynamic, 1}, $_builder.getF32Type())">;
// Per-row numbers: [rows] f32.
def Qwen_RowReals : Qwen_RowScalars<F32, "$_builder.getF32Type()", "one number per row, tensor<?xf32>">;

// ---- attributes ----

class Qwen_PositiveAttr<Attr attr, string value> : ConfinedAttr<attr,
    [AttrConstraint<CPred<value # " > 0">, "whose value is positive">]>;
def Qwen_Count : Qwen_PositiveAttr<I64Attr, "::llvm::cast<::mlir::IntegerAttr>($_self).getInt()">;
def Qwen_PositiveReal : Qwen_PositiveAttr<F64Attr, "::llvm::cast<::mlir::FloatAttr>($_self).getValueAsDouble()">;
def Qwen_Symbols : TypedArrayAttrBase<FlatSymbolRefAttr, "array of symbols">;
// Empty where it isn't printed.
def Qwen_OptionalSymbols : DefaultValuedAttr<Qwen_Symbols, "{}">;

def Qwen_Activation : I32EnumAttr<"Activation", "elementwise activation, as ACT2FN names it", [
    I32EnumAttrCase<"Silu", 0, "silu">, I32EnumAttrCase<"Gelu", 1, "gelu">,
    I32EnumAttrCase<"GeluTanh", 2, "gelu_pytorch_tanh">, I32EnumAttrCase<"QuickGelu", 3, "quick_gelu">,
    I32EnumAttrCase<"Relu", 4, "relu">, I32EnumAttrCase<"Sigmoid", 5, "sigmoid">,
    I32EnumAttrCase<"Tanh", 6, "tanh">]> {
  let cppNamespace = "::mlir::qwen";
}

// ---- effects ----

// Caches and recurrent states, by symbol: ops that name different ones don't wait for each other.
def Qwen_StateResource : Resource<"::mlir::qwen::StateResource">;
// What the caller receives.
def Qwen_OutputResource : Resource<"::mlir::qwen::OutputResource">;

def Qwen_ReadCache : Arg<FlatSymbolRefAttr, "a qwen.state", [MemRead<Qwen_StateResource>]>;
def Qwen_WriteCache : Arg<FlatSymbolRefAttr, "a qwen.state", [MemWrite<Qwen_StateResource>]>;
def Qwen_UpdateState : Arg<FlatSymbolRefAttr, "a recurrent qwen.state",
    [MemRead<Qwen_StateResource>, MemWrite<Qwen_StateResource>]>;

// ---- invariants over several operands ----

// `width` of an operand or result is its last dimension.
class Qwen_WidthTrait<string description, string condition> : PredOpTrait<description, CPred<condition>>;
class Qwen_SameWidth<string a, string b> : Qwen_WidthTrait<a # " and " # b # " must have the same width",
    "::mlir::qwen::width($" # a # ") == ::mlir::qwen::width($" # b # ")">;
class Qwen_EvenWidth<string a> : Qwen_WidthTrait<a # " must have an even width (cosines, then sines)",
    "::mlir::qwen::width($" # a # ") % 2 == 0">;

#endif
