#include "codegen/plan/KernelMemory.h"

#include "codegen/plan/AttentionMemory.h"
#include "codegen/plan/DeltaNetMemory.h"
#include "dialect/QuantFormat.h"
#include "dialect/QwenDialect.h"

#include "llvm/ADT/TypeSwitch.h"

#include <algorithm>

namespace mlir::qwen {

int64_t preparedBytes(int64_t rows, int64_t k, Type element) {
  if (!isQuantized(element))
    return roundUp(rows * roundUp(k, 2) * 4, kAlignment);
  // Codes, a scale and a correction for every group.
  int64_t padded = roundUp(k, ::qwen::kQuantBlock);
  return rows * (padded + padded / ::qwen::kQuantGroup * 8);
}

int64_t tileRows(Type element) { return isQuantized(element) ? kRowBlock : kMaxTileRows; }

int64_t tilePanels(int64_t panelsPerUnit, Type element) {
  return isQuantized(element) ? std::max<int64_t>(panelsPerUnit, 2) : panelsPerUnit;
}

ProductScratch productScratch(int64_t start, int64_t k, int64_t panelsPerUnit, Type element) {
  ProductScratch scratch;
  scratch.tile = start;
  scratch.unpacked = start + tileRows(element) * tilePanels(panelsPerUnit, element) * kPanelRows * 4;
  int64_t blocks = roundUp(k, ::qwen::kQuantBlock) / ::qwen::kQuantBlock;
  int64_t unit = panelsPerUnit * blocks * ::qwen::kQ8BlockBytes;
  scratch.unpackedBytes = isa<Q4Type>(element) ? std::max(kUnpackedBytes, unit) : 0;
  scratch.end = roundUp(scratch.unpacked + scratch.unpackedBytes, kAlignment);
  return scratch;
}

LinearMemory::LinearMemory(int64_t maxRows, int64_t k, int64_t panelsPerUnit, ArrayRef<Type> elements) {
  for (Type element : elements) {
    if (llvm::is_contained(llvm::map_range(inputs, [](const Input &input) { return input.element; }), element))
      continue;
    inputs.push_back({element, temp, products});
    temp += preparedBytes(maxRows, k, element);
    products += preparedBytes(kPrivateRows, k, element);
  }
  for (Type element : elements)
    scratch = std::max(scratch, productScratch(products, k, panelsPerUnit, element).end);
}

MoeTemp moeTemp(const MoeShape &shape) {
  MoeTemp temp = {};
  int64_t entries = shape.maxRows * shape.topK;
  bool f32 = shape.gateUp.isF32();  // then the inputs are taken as they are
  temp.expertInput = preparedBytes(shape.maxRows, shape.width, shape.router);
  temp.activations = temp.expertInput + (f32 ? 0 : preparedBytes(shape.maxRows, shape.width, shape.gateUp));
  temp.downInput = temp.activations + roundUp(entries * roundUp(shape.inner, kPanelRows) * 4, kAlignment);
  int64_t end = temp.downInput + (shape.down.isF32() ? 0 : preparedBytes(entries, shape.inner, shape.down));
  auto place = [&](int64_t bytes) {
    int64_t start = end;
    end += roundUp(bytes, kAlignment);
    return start;
  };
  if (shape.sharedInner) {
    temp.sharedInput = place(preparedBytes(shape.maxRows, shape.width, shape.sharedGateUp));
    temp.sharedActivations = place(shape.maxRows * roundUp(shape.sharedInner, kPanelRows) * 4);
    temp.sharedDownInput = place(preparedBytes(shape.maxRows, shape.sharedInner, shape.sharedDown));
    temp.rowGates = place(shape.maxRows * 4);
  }
  temp.bytes = end;
  return temp;
}

MoeScratch moeScratch(const MoeShape &shape) {
  MoeScratch scratch = {};
  int64_t end = preparedBytes(kPrivateRows, shape.width, shape.router);
  auto place = [&](int64_t bytes) {
    int64_t start = end;
    end += roundUp(bytes, kAlignment);
    return start;
  };
  int64_t entries = shape.maxRows * shape.topK;
  scratch.expertInput = place(preparedBytes(kPrivateRows, shape.width, shape.gateUp));
  scratch.downInput = place(preparedBytes(kPrivateRows * shape.topK, shape.inner, shape.down));
  if (shape.sharedInner) {
    scratch.sharedInput = place(preparedBytes(kPrivateRows, shape.width, shape.sharedGateUp));
    scratch.sharedDownInput = place(preparedBytes(kPrivateRows, shape.sharedInner, shape.sharedDown));
  }
  scratch.probabilities = place(roundUp(shape.experts, kPanelRows) * 4);
  scratch.experts = place(entries * 4);
  scratch.weights = place(entries * 4);
  scratch.offsets = place((shape.experts + 1) * 4);
  scratch.cursors = place(shape.experts * 4);
  scratch.sortedRow = place(entries * 4);
  scratch.sortedWeight = place(entries * 4);
  scratch.products = end;
  // One product at a time; the one of gate and up is the largest in panels, the one of down may be in columns.
  scratch.bytes = std::max(productScratch(end, shape.width, 2, shape.gateUp).end,
                           productScratch(end, shape.inner, 1, shape.down).end);
  if (shape.sharedInner)
    scratch.bytes = std::max({scratch.bytes, productScratch(end, shape.width, 2, shape.sharedGateUp).end,
                              productScratch(end, shape.sharedInner, 1, shape.sharedDown).end});
  return scratch;
}

ScreenTemp screenTemp(const ScreenShape &shape) {
  ScreenTemp temp;
  int64_t panels = kPrivateRows * roundUp(panelsOf(shape.outputs), kPanelRows) * 4;
  temp.values = preparedBytes(shape.maxRows, shape.columns, shape.stored);
  temp.bounds = temp.values + panels;
  temp.bytes = temp.bounds + panels;
  return temp;
}

ScreenScratch screenScratch(const ScreenShape &shape) {
  ScreenScratch scratch;
  int64_t groups = roundUp(shape.columns, ::qwen::kQuantBlock) / ::qwen::kQuantGroup;
  scratch.screenInput = preparedBytes(kPrivateRows, shape.columns, shape.stored);
  scratch.factors =
      scratch.screenInput + preparedBytes(kPrivateRows, shape.columns, shape.screen) + kPrivateRows * groups * 8;
  scratch.chosen = scratch.factors + roundUp(kPrivateRows * 8, kAlignment);
  scratch.values = scratch.chosen + kPrivateRows * kScreenTopK * 4;
  scratch.products = scratch.values + kScreenTopK * 4;
  // One product at a time.
  scratch.bytes = std::max(productScratch(scratch.products, shape.columns, 1, shape.stored).end,
                           productScratch(scratch.products, shape.columns, 1, shape.screen).end);
  return scratch;
}

namespace {

Type storedElement(Operation *op, Attribute weight) {
  return lookup<WeightOp>(op, cast<FlatSymbolRefAttr>(weight)).getStoredElement();
}

KernelMemory productMemory(int64_t maxRows, int64_t k, int64_t panelsPerUnit, ArrayRef<Type> elements) {
  LinearMemory memory(maxRows, k, panelsPerUnit, elements);
  return {memory.temp, memory.scratch};
}

}  // namespace

KernelMemory kernelMemory(Operation *op, int64_t maxRows) {
  return llvm::TypeSwitch<Operation *, KernelMemory>(op)
      .Case([&](NormLinearOp linear) {
        auto elements = llvm::map_to_vector(linear.getWeights(), [&](Attribute w) { return storedElement(linear, w); });
        bool asItIs = !linear.getNormAttr() && !linear.getRows();
        if (asItIs && llvm::all_of(elements, [](Type element) { return element.isF32(); }))
          return KernelMemory{};
        return productMemory(maxRows, width(linear.getInput()), 1, elements);
      })
      .Case([&](ScreenedHeadOp head) {
        ScreenShape shape{maxRows, width(head.getInput()), width(head.getLogits()),
                          storedElement(head, head.getWeightAttr()), head.getScreen()};
        return KernelMemory{screenTemp(shape).bytes, screenScratch(shape).bytes};
      })
      .Case([&](NormGluOp glu) {
        return productMemory(maxRows, width(glu.getInput()), 2, storedElement(glu, glu.getGateAttr()));
      })
      .Case([&](NormQkvOp qkv) {
        int64_t headDim = stateType(qkv, qkv.getKeyCacheAttr()).getDimSize(3);
        return productMemory(maxRows, width(qkv.getInput()), panelsOf(headDim),
                             storedElement(qkv, qkv.getWeights()[0]));
      })
      .Case([&](LinearResidualOp linear) {
        Type element = storedElement(linear, linear.getWeightAttr());
        return element.isF32() ? KernelMemory{} : productMemory(maxRows, width(linear.getInput()), 1, element);
      })
      .Case<AttentionOp, GatedAttentionOp>([&](Operation *op) {
        AttentionView attention = *attentionOf(op);
        AttentionMemory memory(CacheLayout(stateType(op, attention.keyCache)), width(attention.query));
        return KernelMemory{memory.tempBytes, memory.scratchBytes};
      })
      .Case([&](NormMoeOp moe) {
        MoeShape shape;
        shape.maxRows = maxRows;
        shape.width = width(moe.getInput());
        shape.inner = weightType(moe, moe.getDownAttr()).getDimSize(2);
        shape.experts = weightType(moe, moe.getRouterAttr()).getDimSize(0);
        shape.topK = moe.getTopK();
        shape.router = Float32Type::get(moe.getContext());
        shape.gateUp = storedElement(moe, moe.getGateUpAttr());
        shape.down = storedElement(moe, moe.getDownAttr());
        if (auto shared = moe.getShared(); !shared.empty()) {
          auto name = [&](size_t i) { return cast<FlatSymbolRefAttr>(shared[i]); };
          shape.sharedInner = weightType(moe, name(0)).getDimSize(0);
          shape.sharedGateUp = storedElement(moe, name(0));
          shape.sharedDown = storedElement(moe, name(2));
        }
        return KernelMemory{moeTemp(shape).bytes, moeScratch(shape).bytes};
      })
      .Case([&](GatedDeltaNetOp delta) {
        DeltaLayout state(stateType(delta, delta.getDeltaStateAttr()));
        return KernelMemory{DeltaNetMemory(state, width(delta.getQkv()), maxRows).tempBytes, 0};
      })
      .Default(KernelMemory{});
}

}  // namespace mlir::qwen
