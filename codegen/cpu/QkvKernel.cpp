// norm_qkv: everything of an attention layer before the scores, one head at a time.
#include "codegen/cpu/Gemm.h"
#include "codegen/cpu/Kernels.h"
#include "codegen/cpu/Rows.h"
#include "codegen/plan/CacheLayout.h"
#include "codegen/plan/KernelMemory.h"

namespace mlir::qwen {

namespace {

struct QkvKernel {
  Kernel &kernel;
  KernelBuilder &b;
  Value x, table, slot, index, query;
  Value tile;  // [kMaxTileRows, padded head_dim]: one head of a row tile
  CacheLayout cache;
  int64_t heads, rotary;

  explicit QkvKernel(Kernel &kernel) : kernel(kernel), b(kernel.b), cache(kernel.stateShapes[0]) {
    query = kernel.results[0];
    heads = Kernel::width(query) / cache.headDim;
    table = kernel.operands[1];
    slot = kernel.operands[2];
    index = kernel.operands[3];
    rotary = Kernel::width(table);
  }

  void generate() {
    Value input = kernel.operands[0];
    PreparedInput prepared{input, {}, kernel.packed[0].memory, kernel.real("eps")};
    prepared.bf16 = kernel.usesBf16Dot(kernel.packed[1]);
    x = emitPreparedInput(kernel, prepared);
    tile =
        b.view(kernel.scratch, normScratchBytes(Kernel::width(input)), {kMaxTileRows, cache.paddedDim}, b.getF32Type());
    Product product =
        sharedProduct(kernel, kernel.packed[1], x, heads + 2 * cache.kvHeads, cache.paddedDim / kPanelRows);
    product.tile = tile;
    auto epilogue = [&](Value row, Value head, Value r) { finish(head, r, row); };
    product.tileEpilogue = epilogue;
    emitProduct(kernel, product);
  }

  // Biases of q, k and v lie one after another, each padded to 16.
  void addBias(Value head, Value r) {
    if (kernel.packed.size() == 4)
      return;
    int64_t queries = roundUp(heads * cache.headDim, kPanelRows) - heads * cache.headDim;
    int64_t keys = roundUp(cache.kvHeads * cache.headDim, kPanelRows) - cache.kvHeads * cache.headDim;
    Value gap =
        b.select(b.less(head, b.index(heads)), b.index(0),
                 b.select(b.less(head, b.index(heads + cache.kvHeads)), b.index(queries), b.index(queries + keys)));
    Value base = b.add(b.mul(head, cache.headDim), gap);
    b.overLanes(cache.headDim, [&](Value d, int64_t lanes) {
      Value sum = b.addf(b.load(tile, {r, d}, lanes), b.load(kernel.packed[2].memory, b.add(base, d), lanes));
      b.store(sum, tile, {r, d});
    });
  }

  // Row r of the tile is head `head` of row `row`.
  void finish(Value head, Value r, Value row) {
    addBias(head, r);
    Value normBase = b.index(heads);
    const PackedArgument &queryNorm = kernel.packed[kernel.packed.size() - 2];
    const PackedArgument &keyNorm = kernel.packed.back();
    double eps = kernel.real("head_eps");
    b.whenElse(
        b.less(head, normBase),
        [&] {
          emitRmsNorm(b, tile, r, queryNorm.memory, eps, cache.headDim, b.index(0), tile, r);
          rotate(r, row);
          Value column = b.mul(head, cache.headDim);
          b.overLanes(cache.headDim, [&](Value d, int64_t lanes) {
            b.store(b.load(tile, {r, d}, lanes), query, {row, b.add(column, d)});
          });
        },
        [&] {
          Value kvHead = b.sub(head, normBase);
          Value cacheSlot = b.toIndex(b.load(slot, row));
          Value place = b.toIndex(b.load(index, row));
          b.when(b.less(b.index(-1), place), [&] {  // others append nothing
            b.whenElse(
                b.less(kvHead, b.index(cache.kvHeads)),
                [&] {
                  emitRmsNorm(b, tile, r, keyNorm.memory, eps, cache.headDim, b.index(0), tile, r);
                  rotate(r, row);
                  appendKey(r, kvHead, cacheSlot, place);
                },
                [&] { appendValue(r, b.sub(kvHead, b.index(cache.kvHeads)), cacheSlot, place); });
          });
        });
  }

  // y[i] = x[i] c[i] - x[i + R/2] s[i], y[i + R/2] = x[i + R/2] c[i] + x[i] s[i] (HF: apply_rotary_pos_emb).
  void rotate(Value r, Value row) {
    int64_t half = rotary / 2;
    b.overLanes(half, [&](Value i, int64_t lanes) {
      Value j = b.add(i, half);
      Value low = b.load(tile, {r, i}, lanes), high = b.load(tile, {r, j}, lanes);
      Value cosine = b.load(table, {row, i}, lanes), sine = b.load(table, {row, j}, lanes);
      b.store(b.subf(b.mulf(low, cosine), b.mulf(high, sine)), tile, {r, i});
      b.store(b.addf(b.mulf(high, cosine), b.mulf(low, sine)), tile, {r, j});
    });
  }

  // Keys lie in lanes: [slot][kv_head][max_seq / 16][head_dim][16].
  void appendKey(Value r, Value kvHead, Value cacheSlot, Value place) {
    Value sequence = b.add(b.mul(cacheSlot, cache.kvHeads), kvHead);
    Value block = b.add(b.mul(sequence, cache.maxSeq / kPanelRows), b.div(place, kPanelRows));
    Value base = b.add(b.mul(block, cache.headDim * kPanelRows), b.rem(place, kPanelRows));
    b.loop(b.index(0), b.index(cache.headDim), 1, [&](Value d) {
      b.store(b.load(tile, {r, d}), kernel.states[0], b.add(base, b.mul(d, kPanelRows)));
    });
  }

  // Values: [slot][kv_head][max_seq][padded head_dim].
  void appendValue(Value r, Value kvHead, Value cacheSlot, Value place) {
    Value sequence = b.add(b.mul(cacheSlot, cache.kvHeads), kvHead);
    Value base = b.mul(b.add(b.mul(sequence, cache.maxSeq), place), cache.paddedDim);
    b.overLanes(cache.headDim, [&](Value d, int64_t lanes) {
      b.store(b.load(tile, {r, d}, lanes), kernel.states[1], b.add(base, d));
    });
  }
};

}  // namespace

void generateNormQkv(Kernel &kernel) { QkvKernel(kernel).generate(); }

}  // namespace mlir::qwen
