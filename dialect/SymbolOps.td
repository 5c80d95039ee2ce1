// Symbols: what a program holds beside its code.
#ifndef QWEN_SYMBOL_OPS_TD
#define QWEN_SYMBOL_OPS_TD

include "dialect/QwenDialect.td"
include "mlir/IR/BuiltinAttributes.td"

class Qwen_StaticTensor<list<Type> elements, string kind, list<Pred> preds = []> : RankedTensorOf<elements,
    [HasStaticShapePred,
     CPred<"::llvm::all_of(::llvm::cast<::mlir::ShapedType>($_self).getShape(), [](int64_t n) { return n > 0; })">]
    # preds, kind>;

// Weights and states belong to the module they stand in: nothing outside refers to them, so `symbol-dce` removes the
// unused ones.
class Qwen_SymbolOp<string mnemonic> : Qwen_Op<mnemonic, [DeclareOpInterfaceMethods<Symbol, ["getVisibility"]>]> {
  let extraClassDefinition = [{
    ::mlir::SymbolTable::Visibility $cppClass::getVisibility() { return ::mlir::SymbolTable::Visibility::Private; }
  }];
}

def Qwen_WeightOp : Qwen_SymbolOp<"weight"> {
  let summary = "a tensor of the checkpoint";
  let description = [{
    Declares one parameter under its canonical Hugging Face name, with the shape that HF's
    module gives it and the type it is stored in by the program, or with `as` in which quantised form
    the program stores it. The data is not in the IR.
    ```mlir
    qwen.weight @"model.layers.0.mlp.gate.weight" : tensor<128x2048xbf16>
    qwen.weight @"lm_head.weight" : tensor<151936x2048xbf16> as !qwen.q8
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name,
                       TypeAttrOf<Qwen_StaticTensor<[F32, BF16], "statically shaped, non-empty tensor">>:$type,
                       OptionalAttr<TypeAttrOf<AnyTypeOf<[Qwen_Q8, Qwen_Q4]>>>:$storage);
  let assemblyFormat = "$sym_name attr-dict `:` $type (`as` $storage^)?";
  let builders = [OpBuilder<(ins "::llvm::StringRef":$name, "::mlir::RankedTensorType":$type), [{
    build($_builder, $_state, name, type, /*storage=*/nullptr);
  }]>];
  let extraClassDeclaration = [{
    // What its packed form consists of: f32, bf16, !qwen.q8 or !qwen.q4.
    ::mlir::Type getStoredElement() { return getStorage().value_or(getType().getElementType()); }
  }];
  let hasVerifier = 1;
}

def Qwen_StateOp : Qwen_SymbolOp<"state"> {
  let summary = "memory that lives between calls";
  let description = [{
    A KV cache: [slots, kv_heads, max_seq, head_dim]. Ops that read or update it name it.
    Values are rounded to its element type where they are appended: to bf16, or with `!qwen.q8` to
    codes of 8 bits with one f32 scale, max |x| / 127, for the head_dim values of a position and head.

    `recurrent`: what a recurrence carries from row to row, one of it for each slot, however many rows there were:
    [slots, ...] of f32. The ops that update it say its other dimensions. A row whose index is 0 begins a sequence and
    starts from zeros whatever the slot held before, so that slots are used again without being cleared; a row with a
    negative index leaves it alone.

    The order of elements in memory is chosen below this level.
    ```mlir
    qwen.state @"model.layers.0.self_attn.key_cache" : tensor<1x8x4096x128xf32>
    qwen.state @"model.layers.1.linear_attn.recurrent_state" recurrent : tensor<1x32x128x128xf32>
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name,
                       TypeAttrOf<Qwen_StaticTensor<[F32, BF16, Qwen_Q8], "statically shaped, non-empty tensor">>:$type,
                       UnitAttr:$recurrent);
  let assemblyFormat = "$sym_name (`recurrent` $recurrent^)? attr-dict `:` $type";
  let hasVerifier = 1;
}

def Qwen_OutputOp : Qwen_Op<"output", [MemoryEffects<[MemWrite<Qwen_OutputResource>]>]> {
  let summary = "hands a value to the caller under a name";
  let description = [{
    `on_request`: the value is written only when the caller asks for it; what is computed
    for it alone is then not computed otherwise. So passes don't count it as a use that keeps
    a value from being fused away: they fuse, and leave a copy of the value's op for the output.
    ```mlir
    qwen.output "hidden_states.0" %x on_request : tensor<?x2048xf32>
    ```
  }];
  let arguments = (ins StrAttr:$name, Qwen_Rows:$value, UnitAttr:$on_request);
  let assemblyFormat = "$name $value (`on_request` $on_request^)? attr-dict `:` type($value)";
  let hasVerifier = 1;
}

#endif
