// Blocks begin at multiples of kKeyBlock and chunks of them at multiples of kChunkBlocks; both are added in rising
// order for every row, so that neither chunking of calls nor batch mix nor threads change a bit: a key beyond a row's
// reach adds exactly zero.
#include "codegen/cpu/AttentionTile.h"

#include "codegen/cpu/MathFunctions.h"

#include <limits>

namespace mlir::qwen {

AttentionTile::AttentionTile(Kernel &kernel)
    : keys(kernel, 0), values(kernel, 1), memory(keys.layout, Kernel::width(kernel.operands[0])), kernel(kernel),
      b(kernel.b), query(kernel.operands.front()), out(kernel.results[0]) {
  ArrayRef<Value> rows = ArrayRef(kernel.operands).take_back(2);
  slot = rows[0], index = rows[1];
  if (kernel.operands.size() == 4)
    gate = kernel.operands[1];
  auto view = [&](int64_t at, ArrayRef<int64_t> shape) { return b.view(kernel.scratch, at, shape, b.getF32Type()); };
  queries = view(memory.query, {memory.vectors, keys.layout.headDim});
  scores = view(memory.scores, {memory.vectors, kKeyBlock});
  corrections = view(memory.corrections, {memory.vectors});
  running = {view(memory.maxima, {2 * memory.vectors}), view(memory.totals, {2 * memory.vectors}),
             view(memory.sums, {2 * memory.vectors, keys.layout.paddedDim})};
}

Value AttentionTile::vectorsOf(const Rows &rows) { return b.mul(b.sub(rows.end, rows.begin), memory.group); }

Value AttentionTile::sequenceOf(const Rows &rows) { return keys.sequence(b, b.load(slot, rows.begin), rows.kvHead); }

Value AttentionTile::columnOf(Value kvHead, Value v) {
  return b.mul(b.add(b.mul(kvHead, memory.group), b.rem(v, memory.group)), keys.layout.headDim);
}

void AttentionTile::forVectors(const Rows &rows, llvm::function_ref<void(Value)> body) {
  b.loop(b.index(0), vectorsOf(rows), 1, body);
}

// i32: where a row stands in its slot and the last key it sees. index >= 0: both are the index; index -1-n, a row
// without a key of its own: n and n - 1.
AttentionTile::Place AttentionTile::placeOf(Value row) {
  Value given = b.load(index, row);
  Value sign = arith::ShRSIOp::create(b, given, b.i32Like(31, given));  // 0 or -1
  Value place = arith::XOrIOp::create(b, given, sign);
  return {place, arith::AddIOp::create(b, place, sign)};
}

std::pair<Value, Value> AttentionTile::blocksSeen(const Rows &rows) {
  Value highest = b.toIndex(placeOf(b.sub(rows.end, b.index(1))).reach);
  Value end = b.add(b.div(highest, kKeyBlock), 1);
  if (!kernel.has("window"))
    return {b.index(0), end};
  Value lowest = b.toIndex(placeOf(rows.begin).place);
  Value firstKey = b.max(b.sub(lowest, b.index(kernel.integer("window") - 1)), b.index(0));
  return {b.div(firstKey, kKeyBlock), end};
}

void AttentionTile::begin(const Rows &rows) {
  double scale = kernel.real("scale");
  forVectors(rows, [&](Value v) {
    Value row = b.add(rows.begin, b.div(v, memory.group)), column = columnOf(rows.kvHead, v);
    b.overLanes(keys.layout.headDim, [&](Value d, int64_t lanes) {
      Value scaled = b.mulf(b.load(query, {row, b.add(column, d)}, lanes), b.f32(scale, lanes));
      b.store(scaled, queries, {v, d});
    });
    reset(v);
  });
}

void AttentionTile::reset(Value at) {
  b.overLanes(keys.layout.paddedDim, [&](Value d, int64_t lanes) {
    b.store(b.f32(0.0, lanes), running.sums, {at, d});
  });
  b.store(b.f32(-1e30), running.maxima, at);
  b.store(b.f32(0.0), running.totals, at);
}

void AttentionTile::addBlocks(const Rows &rows, Value first, Value end) {
  Value firstChunk = b.div(first, kChunkBlocks);
  Value endChunk = b.div(b.add(end, kChunkBlocks - 1), kChunkBlocks);
  b.loop(firstChunk, endChunk, 1, [&](Value chunk) {
    Value later = b.less(firstChunk, chunk);
    Value offset = b.select(later, b.index(memory.vectors), b.index(0));
    b.when(later, [&] { forVectors(rows, [&](Value v) { reset(b.add(v, offset)); }); });
    Value low = b.max(first, b.mul(chunk, kChunkBlocks));
    Value high = b.min(end, b.mul(b.add(chunk, 1), kChunkBlocks));
    b.loop(low, high, 1, [&](Value block) { addBlock(rows, block, offset); });
    b.when(later, [&] { forVectors(rows, [&](Value v) { merge(running, v, running, b.add(v, offset)); }); });
  });
}

void AttentionTile::addBlock(const Rows &rows, Value block, Value offset) {
  Value sequence = sequenceOf(rows), vectors = vectorsOf(rows);
  Value keyBase = keys.blockAt(b, sequence, block), valueBase = values.blockAt(b, sequence, block);
  score(b.add(keyBase, keys.layout.scaleElements()), vectors);
  forVectors(rows, [&](Value v) { softmax(rows, block, keyBase, valueBase, v, b.add(v, offset)); });
  accumulate(b.add(valueBase, values.layout.scaleElements()), vectors, offset);
}

static ValueList rowsFrom(KernelBuilder &b, Value first, int64_t n) {
  ValueList rows;
  for (int64_t r = 0; r < n; ++r)
    rows.push_back(b.add(first, r));
  return rows;
}

// scores[v, j] = q[v] . K[j], keys being in lanes.
void AttentionTile::score(Value base, Value vectors) {
  CachePanels source{keys, keys.layout.headDim, kPanelRows};
  forVectorTiles(kernel, vectors, [&](Value first, int64_t n, int64_t panels) {
    b.loop(b.index(0), b.index(kKeyBlock / kPanelRows), panels, [&](Value panel) {
      ValueList rows = rowsFrom(b, first, n), bases;
      for (int64_t p = 0; p < panels; ++p)
        bases.push_back(b.add(base, b.mul(b.add(panel, p), keys.layout.keyPanelElements())));
      ValueList zeros(n * panels, b.f32(0.0, kPanelRows));
      ValueList dots = emitCacheDot(b, queries, rows, source, bases, zeros);
      for (int64_t r = 0; r < n; ++r)
        for (int64_t p = 0; p < panels; ++p)
          b.store(dots[r * panels + p], scores, {rows[r], b.mul(b.add(panel, p), kPanelRows)});
    });
  });
}

// Which of the 16 keys from `firstKey` on a row sees.
Value AttentionTile::seen(const Place &place, Value firstKey) {
  SmallVector<Attribute> steps;
  for (int64_t lane = 0; lane < kPanelRows; ++lane)
    steps.push_back(b.getI32IntegerAttr(lane));
  auto integers = VectorType::get({kPanelRows}, b.getI32Type());
  Value lanes = arith::ConstantOp::create(b, DenseElementsAttr::get(integers, steps));
  Value key = arith::AddIOp::create(b, b.splat(b.toI32(firstKey)), lanes);
  Value seen = arith::CmpIOp::create(b, arith::CmpIPredicate::sle, key, b.splat(place.reach));
  if (!kernel.has("window"))
    return seen;
  Value window = b.i32Like(int32_t(kernel.integer("window")), place.place);
  Value edge = b.splat(arith::SubIOp::create(b, place.place, window));
  return arith::AndIOp::create(b, seen, arith::CmpIOp::create(b, arith::CmpIPredicate::sgt, key, edge));
}

// Turns a vector's scores into the weights of a block's values, exp(score - largest), and updates its running maximum
// and total. The scales of q8 go into scores and weights.
void AttentionTile::softmax(const Rows &rows, Value block, Value keyBase, Value valueBase, Value v, Value at) {
  Place place = placeOf(b.add(rows.begin, b.div(v, memory.group)));
  Value never = b.f32(-std::numeric_limits<double>::infinity(), kPanelRows);
  ValueList masked;
  for (int64_t p = 0; p < kKeyBlock; p += kPanelRows) {
    Value score = b.load(scores, {v, b.index(p)}, kPanelRows);
    if (keys.layout.quantized())
      score = b.mulf(score, b.load(keys.scales, keys.scaleAt(b, keyBase, b.index(p)), kPanelRows));
    masked.push_back(b.select(seen(place, b.add(b.mul(block, kKeyBlock), p)), score, never));
  }
  Value top = masked[0];
  for (Value lanes : ArrayRef(masked).drop_front())
    top = arith::MaxNumFOp::create(b, top, lanes);
  Value before = b.load(running.maxima, at);
  Value maximum = arith::MaxNumFOp::create(b, before, b.maxLanes(top));
  Value sum;
  for (auto [p, lanes] : llvm::enumerate(masked)) {
    Value weight = emitExp(b, b.subf(lanes, b.splat(maximum)));
    sum = sum ? b.addf(sum, weight) : weight;
    if (values.layout.quantized())
      weight = b.mulf(weight, b.load(values.scales, values.scaleAt(b, valueBase, b.index(p * kPanelRows)), kPanelRows));
    b.store(weight, scores, {v, b.index(p * kPanelRows)});
  }
  Value correction = emitExp(b, b.subf(before, maximum));
  b.store(maximum, running.maxima, at);
  b.store(correction, corrections, v);
  b.store(b.fma(b.load(running.totals, at), correction, b.sumLanes(sum)), running.totals, at);
}

// sums[v] = sums[v] * correction + weights[v] V
void AttentionTile::accumulate(Value base, Value vectors, Value offset) {
  const CacheLayout &layout = values.layout;
  CachePanels source{values, kKeyBlock, layout.paddedDim};
  forVectorTiles(kernel, vectors, [&](Value first, int64_t n, int64_t panels) {
    auto some = [&](Value panel, int64_t panels) {
      ValueList rows = rowsFrom(b, first, n), bases, init;
      for (int64_t p = 0; p < panels; ++p)
        bases.push_back(b.add(base, b.mul(b.add(panel, p), kPanelRows * layout.kGroup())));
      auto sumsOf = [&](int64_t r, int64_t p) -> ValueList {
        return {b.add(rows[r], offset), b.mul(b.add(panel, p), kPanelRows)};
      };
      for (int64_t r = 0; r < n; ++r) {
        Value correction = b.splat(b.load(corrections, rows[r]));
        for (int64_t p = 0; p < panels; ++p)
          init.push_back(b.mulf(b.load(running.sums, sumsOf(r, p), kPanelRows), correction));
      }
      ValueList next = emitCacheDot(b, scores, rows, source, bases, init);
      for (int64_t r = 0; r < n; ++r)
        for (int64_t p = 0; p < panels; ++p)
          b.store(next[r * panels + p], running.sums, sumsOf(r, p));
    };
    int64_t all = layout.paddedDim / kPanelRows, whole = all / panels * panels;
    b.loop(b.index(0), b.index(whole), panels, [&](Value panel) { some(panel, panels); });
    if (whole < all)
      b.loop(b.index(whole), b.index(all), 1, [&](Value panel) { some(panel, 1); });
  });
}

void AttentionTile::merge(const RunningSums &into, Value i, const RunningSums &from, Value j) {
  Value one = b.load(into.maxima, i), other = b.load(from.maxima, j);
  Value maximum = arith::MaxNumFOp::create(b, one, other);
  Value keep = emitExp(b, b.subf(one, maximum)), add = emitExp(b, b.subf(other, maximum));
  auto join = [&](Value a, Value c, int64_t lanes) {
    return b.fma(c, b.splat(add, lanes), b.mulf(a, b.splat(keep, lanes)));
  };
  b.store(maximum, into.maxima, i);
  b.store(join(b.load(into.totals, i), b.load(from.totals, j), 0), into.totals, i);
  b.overLanes(keys.layout.paddedDim, [&](Value d, int64_t lanes) {
    b.store(join(b.load(into.sums, {i, d}, lanes), b.load(from.sums, {j, d}, lanes), lanes), into.sums, {i, d});
  });
}

void AttentionTile::copy(const RunningSums &into, Value i, const RunningSums &from, Value j) {
  b.store(b.load(from.maxima, j), into.maxima, i);
  b.store(b.load(from.totals, j), into.totals, i);
  b.overLanes(keys.layout.paddedDim, [&](Value d, int64_t lanes) {
    b.store(b.load(from.sums, {j, d}, lanes), into.sums, {i, d});
  });
}

void AttentionTile::finish(const Rows &rows) {
  forVectors(rows, [&](Value v) {
    Value row = b.add(rows.begin, b.div(v, memory.group)), column = columnOf(rows.kvHead, v);
    Value inverse = b.divf(b.f32(1.0), b.load(running.totals, v));
    b.overLanes(keys.layout.headDim, [&](Value d, int64_t lanes) {
      Value mean = b.mulf(b.load(running.sums, {v, d}, lanes), b.splat(inverse, lanes));
      if (gate)
        mean = b.mulf(mean, emitActivation(b, Activation::Sigmoid, b.load(gate, {row, b.add(column, d)}, lanes)));
      b.store(mean, out, {row, b.add(column, d)});
    });
  });
}

}  // namespace mlir::qwen
