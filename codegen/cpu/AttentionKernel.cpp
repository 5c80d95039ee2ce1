// attention: flash style over blocks of cached keys, the heads of a KV head and several rows as one tile.
// Blocks begin at multiples of kKeyBlock and are merged in rising order for every row, so that neither chunking
// nor batch mix changes a bit: a key beyond a row's reach adds exactly zero.
#include "codegen/cpu/Gemm.h"
#include "codegen/cpu/Kernels.h"
#include "codegen/cpu/MathFunctions.h"
#include "codegen/plan/CacheLayout.h"
#include "codegen/plan/KernelMemory.h"

#include <limits>

namespace mlir::qwen {

namespace {

struct AttentionKernel {
  Kernel &kernel;
  KernelBuilder &b;
  Value query, slot, index, out;
  Value queries, scores, sums, maxima, totals, corrections;  // in scratch, see AttentionScratch
  CacheLayout cache;
  int64_t group;     // heads of a KV head
  int64_t tileRows;  // rows that share one pass over the keys

  explicit AttentionKernel(Kernel &kernel) : kernel(kernel), b(kernel.b), cache(kernel.stateShapes[0]) {
    query = kernel.operands[0];
    slot = kernel.operands[1];
    index = kernel.operands[2];
    out = kernel.results[0];
    group = Kernel::width(query) / cache.headDim / cache.kvHeads;
    tileRows = std::max<int64_t>(1, kQueryTile / group);
    AttentionScratch scratch = attentionScratch(cache.headDim, group);
    int64_t vectors = scratch.vectors;
    Type f32 = b.getF32Type();
    queries = b.view(kernel.scratch, scratch.query, {vectors, cache.headDim}, f32);
    scores = b.view(kernel.scratch, scratch.scores, {vectors, kKeyBlock}, f32);
    sums = b.view(kernel.scratch, scratch.sums, {vectors, cache.paddedDim}, f32);
    maxima = b.view(kernel.scratch, scratch.running, {vectors}, f32);
    totals = b.view(kernel.scratch, scratch.running + vectors * 4, {vectors}, f32);
    corrections = b.view(kernel.scratch, scratch.running + 2 * vectors * 4, {vectors}, f32);
  }

  // Work items are (tile of rows, KV head), dealt out in turn: later rows see more keys.
  void generate() {
    Value tiles = b.div(b.add(kernel.rows, tileRows - 1), tileRows);
    b.loop(kernel.thread, b.mul(tiles, cache.kvHeads), kernel.threads, [&](Value item) {
      Value kvHead = b.rem(item, cache.kvHeads);
      Value first = b.mul(b.div(item, cache.kvHeads), tileRows);
      Value end = b.min(b.add(first, tileRows), kernel.rows);
      runsOfOneSlot(first, end, [&](Value runBegin, Value runEnd) { attend(kvHead, runBegin, runEnd); });
    });
  }

  // body(begin, end) for maximal stretches of [first, end) whose rows belong to one sequence.
  void runsOfOneSlot(Value first, Value end, llvm::function_ref<void(Value, Value)> body) {
    b.loop(first, end, 1, ValueList{first}, [&](Value row, ValueRange carried) -> ValueList {
      Value begin = carried[0];
      Value next = b.add(row, 1);
      // Past the tile's end there is no row to compare with: the comparison then reads the row itself.
      Value peek = b.select(b.less(next, end), next, row);
      Value changes = arith::CmpIOp::create(b, arith::CmpIPredicate::ne, b.load(slot, row), b.load(slot, peek));
      Value ends = arith::OrIOp::create(b, changes, b.equal(next, end));
      b.when(ends, [&] { body(begin, next); });
      return {b.select(ends, next, begin)};
    });
  }

  void attend(Value kvHead, Value runBegin, Value runEnd) {
    Value vectors = b.mul(b.sub(runEnd, runBegin), group);  // rows x heads of this KV head
    Value sequence = b.add(b.mul(b.toIndex(b.load(slot, runBegin)), cache.kvHeads), kvHead);
    forVectors(vectors, [&](Value v) { begin(kvHead, runBegin, v); });

    Value lowest = b.toIndex(placeOf(runBegin).place);
    Value highest = b.toIndex(placeOf(b.sub(runEnd, b.index(1))).reach);
    Value firstBlock = b.index(0);
    if (kernel.has("window"))
      firstBlock = b.div(b.max(b.sub(lowest, b.index(kernel.integer("window") - 1)), b.index(0)), kKeyBlock);
    b.loop(firstBlock, b.add(b.div(highest, kKeyBlock), 1), 1, [&](Value block) {
      Value firstKey = b.mul(block, kKeyBlock);
      score(sequence, firstKey, vectors);
      forVectors(vectors, [&](Value v) { softmax(runBegin, firstKey, v); });
      accumulate(sequence, firstKey, vectors);
    });
    forVectors(vectors, [&](Value v) { finish(kvHead, runBegin, v); });
  }

  void forVectors(Value vectors, llvm::function_ref<void(Value)> body) { b.loop(b.index(0), vectors, 1, body); }
  Value rowOf(Value runBegin, Value v) { return b.add(runBegin, b.div(v, group)); }

  // i32: where a row stands in its slot and the last key it sees. index >= 0: both are the index; index -1-n, a row
  // without a key of its own: n and n - 1.
  struct Place {
    Value place, reach;
  };
  Place placeOf(Value row) {
    Value given = b.load(index, row);
    Value sign = arith::ShRSIOp::create(b, given, arith::ConstantOp::create(b, b.getI32IntegerAttr(31)));  // 0 or -1
    Value place = arith::XOrIOp::create(b, given, sign);
    return {place, arith::AddIOp::create(b, place, sign)};
  }

  Value columnOf(Value kvHead, Value v) {
    return b.mul(b.add(b.mul(kvHead, group), group == 1 ? b.index(0) : b.rem(v, group)), cache.headDim);
  }

  void begin(Value kvHead, Value runBegin, Value v) {
    Value row = rowOf(runBegin, v), column = columnOf(kvHead, v);
    double scale = kernel.real("scale");
    b.overLanes(cache.headDim, [&](Value d, int64_t lanes) {
      Value scaled = b.mulf(b.load(query, {row, b.add(column, d)}, lanes), b.f32(scale, lanes));
      b.store(scaled, queries, {v, d});
    });
    b.overLanes(cache.paddedDim, [&](Value d, int64_t lanes) { b.store(b.f32(0.0, lanes), sums, {v, d}); });
    b.store(b.f32(-1e30), maxima, v);
    b.store(b.f32(0.0), totals, v);
  }

  // scores[v, j] = q[v] . K[firstKey + j]
  void score(Value sequence, Value firstKey, Value vectors) {
    PanelSource keys{kernel.states[0], cache.headDim};
    Value firstPanel = b.add(b.mul(sequence, cache.maxSeq / kPanelRows), b.div(firstKey, kPanelRows));
    forRowTiles(kernel, b.index(0), vectors, [&](Value first, int64_t n) {
      int64_t together = RegisterTile::panels(kernel.machine, n, kKeyBlock / kPanelRows);
      b.loop(b.index(0), b.index(kKeyBlock / kPanelRows), together, [&](Value panel) {
        ValueList rows = rowsFrom(first, n), bases;
        for (int64_t p = 0; p < together; ++p)
          bases.push_back(b.mul(b.add(b.add(firstPanel, panel), p), cache.headDim * kPanelRows));
        ValueList dots = emitDot(kernel, queries, rows, keys, bases, ValueList(n * together, b.f32(0.0, kPanelRows)));
        for (int64_t r = 0; r < n; ++r)
          for (int64_t p = 0; p < together; ++p)
            b.store(dots[r * together + p], scores, {rows[r], b.mul(b.add(panel, p), kPanelRows)});
      });
    });
  }

  // Turns a vector's scores into exp(score - maximum) and updates its running maximum and sum.
  void softmax(Value runBegin, Value firstKey, Value v) {
    auto integers = VectorType::get({kPanelRows}, b.getI32Type());
    auto [place, reach] = placeOf(rowOf(runBegin, v));
    SmallVector<Attribute> steps;
    for (int64_t lane = 0; lane < kPanelRows; ++lane)
      steps.push_back(b.getI32IntegerAttr(lane));
    Value lane = arith::ConstantOp::create(b, DenseElementsAttr::get(integers, steps));
    Value never = b.f32(-std::numeric_limits<double>::infinity(), kPanelRows);
    ValueList masked;
    for (int64_t p = 0; p < kKeyBlock; p += kPanelRows) {
      Value key = arith::AddIOp::create(b, b.splat(b.toI32(b.add(firstKey, p))), lane);
      Value seen = arith::CmpIOp::create(b, arith::CmpIPredicate::sle, key, b.splat(reach));
      if (kernel.has("window")) {
        Value window = arith::ConstantOp::create(b, b.getI32IntegerAttr(kernel.integer("window")));
        Value edge = b.splat(arith::SubIOp::create(b, place, window));
        Value inside = arith::CmpIOp::create(b, arith::CmpIPredicate::sgt, key, edge);
        seen = arith::AndIOp::create(b, seen, inside);
      }
      masked.push_back(b.select(seen, b.load(scores, {v, b.index(p)}, kPanelRows), never));
    }
    Value top = masked[0];
    for (Value lanes : ArrayRef(masked).drop_front())
      top = arith::MaxNumFOp::create(b, top, lanes);
    Value before = b.load(maxima, v);
    Value maximum = arith::MaxNumFOp::create(b, before, b.maxLanes(top));
    Value sum;
    for (auto [p, lanes] : llvm::enumerate(masked)) {
      Value weight = emitExp(b, b.subf(lanes, b.splat(maximum)));
      b.store(weight, scores, {v, b.index(p * kPanelRows)});
      sum = sum ? b.addf(sum, weight) : weight;
    }
    Value correction = emitExp(b, b.subf(before, maximum));
    b.store(maximum, maxima, v);
    b.store(correction, corrections, v);
    b.store(b.fma(b.load(totals, v), correction, b.sumLanes(sum)), totals, v);
  }

  // sums[v] = sums[v] * correction + weights[v] V
  void accumulate(Value sequence, Value firstKey, Value vectors) {
    PanelSource values{kernel.states[1], kKeyBlock, 1, cache.paddedDim};
    Value base = b.mul(b.add(b.mul(sequence, cache.maxSeq), firstKey), cache.paddedDim);
    forRowTiles(kernel, b.index(0), vectors, [&](Value first, int64_t n) {
      int64_t panels = cache.paddedDim / kPanelRows;
      int64_t together = RegisterTile::panels(kernel.machine, n, panels);
      auto some = [&](Value panel, int64_t together) {
        ValueList rows = rowsFrom(first, n), bases, init;
        for (int64_t p = 0; p < together; ++p)
          bases.push_back(b.add(base, b.mul(b.add(panel, p), kPanelRows)));
        for (int64_t r = 0; r < n; ++r) {
          Value correction = b.splat(b.load(corrections, rows[r]));
          for (int64_t p = 0; p < together; ++p)
            init.push_back(b.mulf(b.load(sums, {rows[r], b.mul(b.add(panel, p), kPanelRows)}, kPanelRows), correction));
        }
        ValueList next = emitDot(kernel, scores, rows, values, bases, init);
        for (int64_t r = 0; r < n; ++r)
          for (int64_t p = 0; p < together; ++p)
            b.store(next[r * together + p], sums, {rows[r], b.mul(b.add(panel, p), kPanelRows)});
      };
      int64_t whole = panels / together * together;
      b.loop(b.index(0), b.index(whole), together, [&](Value panel) { some(panel, together); });
      b.loop(b.index(whole), b.index(panels), 1, [&](Value panel) { some(panel, 1); });
    });
  }

  void finish(Value kvHead, Value runBegin, Value v) {
    Value row = rowOf(runBegin, v), column = columnOf(kvHead, v);
    Value inverse = b.divf(b.f32(1.0), b.load(totals, v));
    b.overLanes(cache.headDim, [&](Value d, int64_t lanes) {
      Value mean = b.mulf(b.load(sums, {v, d}, lanes), b.splat(inverse, lanes));
      b.store(mean, out, {row, b.add(column, d)});
    });
  }

  ValueList rowsFrom(Value first, int64_t n) {
    ValueList rows;
    for (int64_t r = 0; r < n; ++r)
      rows.push_back(b.add(first, r));
    return rows;
  }
};

}  // namespace

void generateAttention(Kernel &kernel) { AttentionKernel(kernel).generate(); }

}  // namespace mlir::qwen
