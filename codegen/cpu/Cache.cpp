#include "codegen/cpu/Cache.h"

namespace mlir::qwen {

Cache::Cache(Kernel &kernel, size_t state) : layout(kernel.stateTypes[state]) {
  KernelBuilder &b = kernel.b;
  Value bytes = kernel.states[state];
  Type element = layout.quantized() ? Type(b.getI8Type()) : layout.element;
  memory = b.view(bytes, 0, {layout.countersAt() / layout.elementBytes()}, element);
  if (layout.quantized())
    scales = b.view(bytes, 0, {layout.countersAt() / 4}, b.getF32Type());
  counters = b.view(bytes, layout.countersAt(), {layout.kvHeads}, b.getI32Type());
}

Value Cache::sequence(KernelBuilder &b, Value slot, Value kvHead) const {
  return b.add(b.mul(b.toIndex(slot), layout.kvHeads), kvHead);
}

Value Cache::blockAt(KernelBuilder &b, Value sequence, Value block) const {
  return b.mul(b.add(b.mul(sequence, layout.blocks()), block), layout.blockElements());
}

Value Cache::scaleAt(KernelBuilder &b, Value base, Value position) const { return b.add(b.div(base, 4), position); }

// The f32 lanes of k + d. Of a bf16 pair, the even k is the low half of a word; the odd one becomes the low half of
// the word that begins one element later. So both are a load and a shift, and no register keeps a pair for later.
static Value loadLanes(KernelBuilder &b, const Cache &cache, Value at, int64_t d) {
  auto words = VectorType::get({kPanelRows}, b.getI32Type());
  if (cache.layout.quantized()) {
    Value codes = arith::ExtSIOp::create(b, words, b.load(cache.memory, at, kPanelRows));
    return arith::SIToFPOp::create(b, b.panel(), codes);
  }
  if (cache.layout.kGroup() == 1)
    return b.load(cache.memory, at, kPanelRows);
  Value pairs = vector::BitCastOp::create(b, words, b.load(cache.memory, b.add(at, d), 2 * kPanelRows));
  return arith::BitcastOp::create(b, b.panel(), arith::ShLIOp::create(b, pairs, b.i32Like(16, pairs)));
}

// Asks for what stands at this place of the next block: it arrives while this block is computed with, which the
// processor's own prefetching doesn't achieve (q8, 8192 keys from memory on Zen 3: 28 ns a key before, 17 after).
static void emitPrefetch(KernelBuilder &b, const Cache &cache, Value at) {
  b.prefetch(cache.memory, b.add(at, cache.layout.blockElements()));
}

ValueList emitCacheDot(KernelBuilder &b, Value x, ArrayRef<Value> rows, const CachePanels &source,
                       ArrayRef<Value> bases, ArrayRef<Value> init) {
  size_t panels = bases.size();
  int64_t together = source.cache.layout.kGroup();
  constexpr int64_t kUnroll = 4, kLineBytes = 64;
  // `depth` values of k, the first of them `u` after one that the unrolled loop begins with.
  auto step = [&](Value k, int64_t u, ArrayRef<Value> sums, int64_t depth) {
    ValueList next(sums);
    Value at = b.mul(k, source.stride);
    if (u * source.stride * source.cache.layout.elementBytes() % kLineBytes == 0)
      for (Value base : bases)
        emitPrefetch(b, source.cache, b.add(base, at));
    for (int64_t d = 0; d < depth; ++d) {
      ValueList lanes;
      for (Value base : bases)
        lanes.push_back(loadLanes(b, source.cache, b.add(base, at), d));
      for (size_t r = 0; r < rows.size(); ++r) {
        Value broadcast = b.splat(b.load(x, {rows[r], b.add(k, d)}));
        for (size_t p = 0; p < panels; ++p)
          next[r * panels + p] = b.fma(broadcast, lanes[p], next[r * panels + p]);
      }
    }
    return next;
  };
  int64_t whole = source.k / kUnroll * kUnroll;
  ValueList sums(init);
  if (whole)
    sums = b.loop(b.index(0), b.index(whole), kUnroll, sums, [&](Value k, ValueRange carried) {
      ValueList inner(carried);
      for (int64_t u = 0; u < kUnroll; u += together)
        inner = step(b.add(k, u), u, inner, together);
      return inner;
    });
  // Of the last pair of an odd head_dim, the second half is padding.
  for (int64_t k = whole; k < source.k; k += together)
    sums = step(b.index(k), k - whole, sums, std::min(together, source.k - k));
  return sums;
}

// Sums, the panels' lanes and a broadcast stay in registers.
static bool fits(const ::qwen::MachineDescription &machine, int64_t rows, int64_t panels) {
  int64_t perPanel = std::max<int64_t>(1, kPanelRows / machine.lanes());
  return rows * panels * perPanel + panels * perPanel + 1 <= machine.vector_registers;
}

// As many rows as there is room for, then powers of two: the heads of a KV head are one, and all of them are to share
// what a decode step loads and widens.
void forVectorTiles(Kernel &kernel, Value end, llvm::function_ref<void(Value, int64_t, int64_t)> body) {
  KernelBuilder &b = kernel.b;
  constexpr int64_t kMostRows = 12, kMostPanels = 4;
  int64_t most = 1;
  while (most < kMostRows && fits(kernel.machine, most + 1, 1))
    ++most;
  Value begin = b.index(0);
  for (int64_t rows = most; rows >= 1; rows = llvm::bit_floor(uint64_t(rows - 1))) {
    int64_t panels = 1;
    while (panels < kMostPanels && fits(kernel.machine, rows, 2 * panels))
      panels *= 2;
    Value next = b.add(begin, b.mul(b.div(b.sub(end, begin), rows), rows));
    b.loop(begin, next, rows, [&](Value first) { body(first, rows, panels); });
    begin = next;
  }
}

}  // namespace mlir::qwen
