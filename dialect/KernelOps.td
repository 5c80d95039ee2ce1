// Kernel level: where things lie. Launches are func.call of kernel functions on memrefs.
#ifndef QWEN_KERNEL_OPS_TD
#define QWEN_KERNEL_OPS_TD

include "dialect/QwenDialect.td"
include "mlir/IR/BuiltinAttributes.td"

def Qwen_PackedLayout : I32EnumAttr<"PackedLayout", "order of elements in a packed weight", [
    I32EnumAttrCase<"Vector", 0, "vector">, I32EnumAttrCase<"Rows", 1, "rows">,
    I32EnumAttrCase<"Panels", 2, "panels">, I32EnumAttrCase<"Glu", 3, "glu">,
    I32EnumAttrCase<"Taps", 4, "taps">, I32EnumAttrCase<"Screen", 5, "screen">,
    I32EnumAttrCase<"Bounds", 6, "bounds">]> {
  let cppNamespace = "::mlir::qwen";
}

def Qwen_Offset : ConfinedAttr<I64Attr, [AttrConstraint<And<[
    CPred<"::llvm::cast<::mlir::IntegerAttr>($_self).getInt() >= 0">,
    CPred<"::llvm::cast<::mlir::IntegerAttr>($_self).getInt() % 64 == 0">]>, "whose value is a multiple of 64">]>;

def Qwen_PackedOp : Qwen_SymbolUserOp<"packed", [Symbol,
    PredOpTrait<"there must be at least one source", CPred<"!$sources.empty()">>]> {
  let summary = "a section of the weight file";
  let description = [{
    The sources lie one after another; rows come in groups of `group`, each padded to whole panels of 16 rows.
    * `vector`: f32, one value per row (norms, biases); `plus_one`: 1 is added to each (the factors of zero-centred
      norms).
    * `rows`: row-major, as in the checkpoint (embedding tables).
    * `panels`: `[panel][k / k_group][16 rows][k_group]`: output rows in lanes, read front to back.
    * `glu`: panels of gate and up alternate; a stacked source [E, 2I, H] holds both.
    * `taps`: f32, `[kernel][channels]` of a depthwise convolution [channels, 1, kernel]: channels in lanes.
    * `screen`: panels of a second, quantised copy of an LM head.
    * `bounds`: of every panel of a screen two f32 for each of the 16 rows: how far the screen is from the weight as it
      is stored, and how large the row is (codegen/plan/ScreenBounds.h). The element is the screen's.
    Other sources of rank 3 put their experts one after another. Each source of a vector, and each tap, is padded to 16
    values; `group` says nothing about vectors, rows and taps. `offset` and `bytes` are from the start of the payload (PackedGeometry.h).
    Quantised elements (`!qwen.q8`, `!qwen.q4`) stand in panels of blocks of 64 columns, scales before codes, with a
    `k_group` of 4 (dialect/QuantFormat.h).
    ```mlir
    qwen.packed @"model.layers.0.mlp.gate_proj.weight.packed" glu [@gate, @up] group 3072 k_group 1
      offset 4096 bytes 12582912 : bf16
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, Qwen_PackedLayout:$layout,
                       Qwen_Symbols:$sources, Qwen_Count:$group,
                       Qwen_Count:$k_group, Qwen_Offset:$offset, Qwen_Count:$bytes,
                       TypeAttrOf<AnyTypeOf<[F32, BF16, Qwen_Q8, Qwen_Q4]>>:$element, UnitAttr:$plus_one);
  let assemblyFormat = [{
    $sym_name $layout (`plus_one` $plus_one^)? $sources `group` $group `k_group` $k_group `offset` $offset `bytes` $bytes attr-dict `:` $element
  }];
  let hasVerifier = 1;
}

#endif
