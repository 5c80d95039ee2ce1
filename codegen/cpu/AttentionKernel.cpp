// attention: which thread does what. Work is cut into items of (tile of rows, KV head), and where one tile has to keep
// all threads busy, into (KV head, chunk of keys).
#include "codegen/cpu/AttentionTile.h"
#include "codegen/cpu/Kernels.h"
#include "codegen/cpu/KvOwner.h"
#include "codegen/cpu/Rows.h"

namespace mlir::qwen {

namespace {

struct AttentionKernel {
  Kernel &kernel;
  KernelBuilder &b;
  AttentionTile tile;
  const int64_t tileRows, kvHeads, chunks;
  Value shares;                // i1: several threads share a KV head; null: never
  Value firstChunk, endChunk;  // of the one tile that is shared
  RunningSums partial;         // in temp: [kv_heads * chunks * V]

  explicit AttentionKernel(Kernel &kernel)
      : kernel(kernel), b(kernel.b), tile(kernel), tileRows(tile.memory.tileRows), kvHeads(tile.keys.layout.kvHeads),
        chunks(tile.keys.layout.chunks()) {}

  void generate() {
    KvOwner owner(kernel, kvHeads);
    Value tiles = b.div(b.add(kernel.rows, tileRows - 1), tileRows);
    if (chunks > 1)
      planShares(owner, tiles);
    Value parts = shares ? b.select(shares, b.sub(endChunk, firstChunk), b.index(1)) : b.index(1);
    // An owner takes its heads one after the other, all tiles of each. Else items are dealt out in turn, heads first:
    // later tiles see more keys.
    Value all = b.mul(b.mul(tiles, parts), kvHeads);
    Value begin = b.select(owner.owns, b.mul(owner.begin, tiles), kernel.thread);
    Value end = b.select(owner.owns, b.mul(owner.end, tiles), all);
    Value step = b.select(owner.owns, b.index(1), kernel.threads);
    b.loop(begin, end, step, [&](Value item) {
      Value kvHead = b.select(owner.owns, b.div(item, tiles), b.rem(item, kvHeads));
      Value rest = b.select(owner.owns, b.rem(item, tiles), b.div(item, kvHeads));
      Value first = b.select(shared(), b.index(0), b.mul(rest, tileRows));
      Value last = b.min(b.add(first, tileRows), kernel.rows);
      runsOfOneSlot(kvHead, first, last, [&](const AttentionTile::Rows &rows) { attend(rows, rest); });
      if (shares)
        b.when(shares, [&] { arrive(kvHead, last); });
    });
  }

private:
  Value shared() { return shares ? shares : Value(arith::ConstantOp::create(b, b.getBoolAttr(false))); }

  // One tile, several chunks and no owners: then chunks are worked on side by side.
  void planShares(const KvOwner &owner, Value tiles) {
    auto type = b.getF32Type();
    int64_t states = kvHeads * chunks * tile.memory.vectors;
    partial = {b.view(kernel.temp, tile.memory.partialMaxima, {states}, type),
               b.view(kernel.temp, tile.memory.partialTotals, {states}, type),
               b.view(kernel.temp, tile.memory.partialSums, {states, tile.keys.layout.paddedDim}, type)};
    ValueList bounds = b.loop(b.index(0), b.min(kernel.rows, b.index(tileRows)), 1,
                              ValueList{b.index(tile.keys.layout.blocks()), b.index(0)},
                              [&](Value row, ValueRange carried) -> ValueList {
                                auto [first, end] = tile.blocksSeen({b.index(0), row, b.add(row, 1)});
                                return {b.min(carried[0], first), b.max(carried[1], end)};
                              });
    firstChunk = b.div(bounds[0], kChunkBlocks);
    endChunk = b.div(b.add(bounds[1], kChunkBlocks - 1), kChunkBlocks);
    Value several = b.less(b.add(firstChunk, 1), endChunk);
    Value alone = b.equal(tiles, b.index(1));
    shares = b.select(owner.owns, arith::ConstantOp::create(b, b.getBoolAttr(false)),
                      arith::AndIOp::create(b, several, alone));
  }

  // body(rows) for maximal stretches of [first, end) whose rows belong to one sequence.
  void runsOfOneSlot(Value kvHead, Value first, Value end, llvm::function_ref<void(const AttentionTile::Rows &)> body) {
    Value slot = tile.slot;
    auto changes = [&](Value row, Value next) -> Value {
      return arith::CmpIOp::create(b, arith::CmpIPredicate::ne, b.load(slot, row), b.load(slot, next));
    };
    emitRuns(b, first, end, changes, [&](Value begin, Value end) { body({kvHead, begin, end}); });
  }

  // The rows' results; or, of shared rows, the running sums of the chunk that is `part` after the first.
  void attend(const AttentionTile::Rows &rows, Value part) {
    tile.begin(rows);
    auto [first, end] = tile.blocksSeen(rows);
    if (!shares) {
      tile.addBlocks(rows, first, end);
      tile.finish(rows);
      return;
    }
    Value low = b.mul(b.add(firstChunk, part), kChunkBlocks);
    tile.addBlocks(rows, b.select(shares, b.max(first, low), first),
                   b.select(shares, b.min(end, b.add(low, kChunkBlocks)), end));
    b.whenElse(
        shares,
        [&] { tile.forVectors(rows, [&](Value v) { tile.copy(partial, partialAt(rows, part, v), tile.running, v); }); },
        [&] { tile.finish(rows); });
  }

  // Where the running sums of a vector of the first tile lie in `partial`.
  Value partialAt(const AttentionTile::Rows &rows, Value part, Value v) {
    Value vector = b.add(b.mul(rows.begin, tile.memory.group), v);
    return b.add(b.mul(b.add(b.mul(rows.kvHead, chunks), part), tile.memory.vectors), vector);
  }

  // Whoever is the last to finish a chunk of a KV head merges them all, and leaves the counter as it was found.
  void arrive(Value kvHead, Value end) {
    Value one = arith::ConstantOp::create(b, b.getI32IntegerAttr(1));
    Value before = memref::AtomicRMWOp::create(b, arith::AtomicRMWKind::addi, one, tile.keys.counters, kvHead);
    Value parts = b.sub(endChunk, firstChunk);
    b.when(b.equal(b.add(b.toIndex(before), 1), parts), [&] {
      b.store(arith::ConstantOp::create(b, b.getI32IntegerAttr(0)), tile.keys.counters, kvHead);
      AttentionTile::Rows rows{kvHead, b.index(0), end};
      tile.forVectors(rows, [&](Value v) {
        tile.copy(tile.running, v, partial, partialAt(rows, b.index(0), v));
        b.loop(b.index(1), parts, 1,
               [&](Value part) { tile.merge(tile.running, v, partial, partialAt(rows, part, v)); });
      });
      tile.finish(rows);
    });
  }
};

}  // namespace

void generateAttention(Kernel &kernel) { AttentionKernel(kernel).generate(); }

}  // namespace mlir::qwen
