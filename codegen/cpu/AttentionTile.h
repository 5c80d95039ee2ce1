// What attention computes with: the query vectors of a tile (some rows of one sequence times the heads of one KV head)
// against cached keys and values, flash style.
#pragma once

#include "codegen/cpu/Cache.h"
#include "codegen/plan/AttentionMemory.h"

namespace mlir::qwen {

// Softmax-weighted sums on the way, one for each vector: over the keys seen so far the largest score, the sum of
// exp(score - largest), and the values weighted by that.
struct RunningSums {
  Value maxima, totals, sums;  // [n], [n], [n, padded head_dim]
};

class AttentionTile {
public:
  explicit AttentionTile(Kernel &kernel);

  // Rows [begin, end) of one sequence, and one of its KV heads.
  struct Rows {
    Value kvHead, begin, end;
  };

  // Blocks of keys that one of the rows sees: [first, second).
  std::pair<Value, Value> blocksSeen(const Rows &rows);

  // Loads and scales the query vectors; running sums 0 .. vectors - 1 are then those of no keys.
  void begin(const Rows &rows);
  // Adds the keys of blocks [first, end) to the running sums, chunk by chunk.
  void addBlocks(const Rows &rows, Value first, Value end);
  // Results of the rows from their running sums.
  void finish(const Rows &rows);

  // into[i] becomes the sums over the keys of both; where one of them has seen no key, exactly the other.
  void merge(const RunningSums &into, Value i, const RunningSums &from, Value j);
  void copy(const RunningSums &into, Value i, const RunningSums &from, Value j);

  void forVectors(const Rows &rows, llvm::function_ref<void(Value)> body);

  Value slot;  // [rows] i32

  const Cache keys, values;
  const AttentionMemory memory;
  RunningSums running;  // [0, V) of all chunks so far, [V, 2 V) of the chunk at hand, if that isn't the first

private:
  // A block's vectors have their running sums from `offset` on.
  void addBlock(const Rows &rows, Value block, Value offset);
  void score(Value base, Value vectors);
  void softmax(const Rows &rows, Value block, Value keyBase, Value valueBase, Value v, Value at);
  void accumulate(Value base, Value vectors, Value offset);
  void reset(Value at);

  struct Place {
    Value place, reach;
  };
  Place placeOf(Value row);
  Value seen(const Place &place, Value firstKey);
  Value vectorsOf(const Rows &rows);
  Value sequenceOf(const Rows &rows);
  Value columnOf(Value kvHead, Value v);

  Kernel &kernel;
  KernelBuilder &b;
  Value query, gate, index, out;  // no gate: null
  Value queries, scores, corrections;
};

}  // namespace mlir::qwen
