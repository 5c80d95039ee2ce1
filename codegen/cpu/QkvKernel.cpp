// norm_qkv: everything of an attention layer before the scores, one head at a time.
#include "codegen/cpu/CacheAppend.h"
#include "codegen/cpu/Gemm.h"
#include "codegen/cpu/Kernels.h"
#include "codegen/cpu/KvOwner.h"
#include "codegen/cpu/Rows.h"
#include "codegen/plan/KernelMemory.h"

namespace mlir::qwen {

namespace {

struct QkvKernel {
  Kernel &kernel;
  KernelBuilder &b;
  Value table, slot, index, query;
  Value gate;  // null: queries have none
  Value tile;  // [kMaxTileRows, padded head_dim]: one head of a row tile
  const Cache keys, values;
  const CacheLayout &cache;
  int64_t queries;  // units of the q projection: heads, each followed by its gate if there are gates
  int64_t rotary;

  explicit QkvKernel(Kernel &kernel)
      : kernel(kernel), b(kernel.b), keys(kernel, 0), values(kernel, 1), cache(keys.layout) {
    query = kernel.results[0];
    if (kernel.results.size() > 1)
      gate = kernel.results[1];
    queries = Kernel::width(query) / cache.headDim * (gate ? 2 : 1);
    table = kernel.operands[1];
    slot = kernel.operands[2];
    index = kernel.operands[3];
    rotary = Kernel::width(table);
  }

  void generate() {
    Value input = kernel.operands[0];
    PreparedInput prepared{input, {}, kernel.packed[0].memory, kernel.real("eps")};
    prepared.weights = kernel.packed[1].element;
    ProductInput x = emitPreparedInput(kernel, prepared);
    int64_t scratch = preparedBytes(kPrivateRows, Kernel::width(input), prepared.weights);
    Product product =
        sharedProduct(kernel, kernel.packed[1], x, queries + 2 * cache.kvHeads, cache.paddedDim / kPanelRows, scratch);
    tile = product.tile;
    auto epilogue = [&](Value row, Value head, Value r) { finish(head, r, row); };
    product.tileEpilogue = epilogue;
    emitOwnHeads(product);
  }

  // The heads of this thread: those of its KV heads, which are three stretches of q, k and v, or else any stretch.
  void emitOwnHeads(Product product) {
    KvOwner owner(kernel, cache.kvHeads);
    Value anyBegin = product.begin, anyEnd = product.end;
    b.loop(b.index(0), b.select(owner.owns, b.index(3), b.index(1)), 1, [&](Value part) {
      Value isQuery = b.equal(part, b.index(0));
      Value units = b.select(isQuery, b.index(queries / cache.kvHeads), b.index(1));  // of a KV head
      Value first = b.select(isQuery, b.index(0), b.add(b.mul(b.sub(part, b.index(1)), cache.kvHeads), queries));
      auto stretch = [&](Value kvHead, Value any) {
        return b.select(owner.owns, b.add(first, b.mul(kvHead, units)), any);
      };
      product.begin = stretch(owner.begin, anyBegin);
      product.end = stretch(owner.end, anyEnd);
      emitProduct(kernel, product);
    });
  }

  // Biases of q, k and v lie one after another, each padded to 16.
  void addBias(Value head, Value r) {
    if (kernel.packed.size() == 4)
      return;
    int64_t afterQueries = roundUp(queries * cache.headDim, kPanelRows) - queries * cache.headDim;
    int64_t afterKeys = roundUp(cache.kvHeads * cache.headDim, kPanelRows) - cache.kvHeads * cache.headDim;
    Value gap = b.select(b.less(head, b.index(queries)), b.index(0),
                         b.select(b.less(head, b.index(queries + cache.kvHeads)), b.index(afterQueries),
                                  b.index(afterQueries + afterKeys)));
    Value base = b.add(b.mul(head, cache.headDim), gap);
    b.overLanes(cache.headDim, [&](Value d, int64_t lanes) {
      Value sum = b.addf(b.load(tile, {r, d}, lanes), b.load(kernel.packed[2].memory, b.add(base, d), lanes));
      b.store(sum, tile, {r, d});
    });
  }

  // Row r of the tile is head `head` of row `row`.
  void finish(Value head, Value r, Value row) {
    addBias(head, r);
    Value normBase = b.index(queries);
    const PackedArgument &queryNorm = kernel.packed[kernel.packed.size() - 2];
    const PackedArgument &keyNorm = kernel.packed.back();
    double eps = kernel.real("head_eps");
    b.whenElse(
        b.less(head, normBase),
        [&] {
          auto finishQuery = [&](Value queryHead) {
            emitRmsNorm(b, tile, r, queryNorm.memory, eps, cache.headDim, b.index(0), tile, r);
            rotate(r, row);
            storeHead(r, query, row, queryHead);
          };
          if (!gate)
            return finishQuery(head);
          Value queryHead = b.div(head, 2);
          b.whenElse(
              b.equal(b.rem(head, 2), b.index(0)), [&] { finishQuery(queryHead); },
              [&] { storeHead(r, gate, row, queryHead); });
        },
        [&] {
          Value kvHead = b.sub(head, normBase);
          Value place = b.toIndex(b.load(index, row));
          b.when(b.less(b.index(-1), place), [&] {  // others append nothing
            b.whenElse(
                b.less(kvHead, b.index(cache.kvHeads)),
                [&] {
                  emitRmsNorm(b, tile, r, keyNorm.memory, eps, cache.headDim, b.index(0), tile, r);
                  rotate(r, row);
                  emitAppendKey(b, keys, tile, r, keys.sequence(b, b.load(slot, row), kvHead), place);
                },
                [&] {
                  Value valueHead = b.sub(kvHead, b.index(cache.kvHeads));
                  emitAppendValue(b, values, tile, r, values.sequence(b, b.load(slot, row), valueHead), place);
                });
          });
        });
  }

  void storeHead(Value r, Value out, Value row, Value head) {
    Value column = b.mul(head, cache.headDim);
    b.overLanes(cache.headDim, [&](Value d, int64_t lanes) {
      b.store(b.load(tile, {r, d}, lanes), out, {row, b.add(column, d)});
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
};

}  // namespace

void generateNormQkv(Kernel &kernel) { QkvKernel(kernel).generate(); }

}  // namespace mlir::qwen
