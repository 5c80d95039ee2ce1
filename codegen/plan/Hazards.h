// Where threads must wait for each other: launches touch memory, and threads run ahead of each other between barriers.
#pragma once

#include "mlir/Support/LLVM.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"

#include <cstdint>

namespace mlir::qwen {

// Memory that a launch touches.
struct TouchedRange {
  enum Space { arena, states } space;
  int64_t start, end;

  // How threads divide the range, if that is known: by `kvHeads` KV heads. Where those divide evenly among the threads,
  // each owns an equal stretch of them (codegen/cpu/KvOwner.h) and touches only its own part of a range `byHead`, or
  // nothing of a range `unlessOwned`.
  enum Division { unknown, byHead, unlessOwned } division = unknown;
  int64_t kvHeads = 0;
};

// Which barrier a launch needs in front of it.
struct BarrierNeed {
  bool always = false;
  // Only where so many KV heads don't divide evenly among the threads; 0: not even then.
  int64_t kvHeads = 0;

  explicit operator bool() const { return always || kvHeads; }
};

// What threads may still be reading and writing since they last met.
class Hazards {
public:
  BarrierNeed needOf(ArrayRef<TouchedRange> reads, ArrayRef<TouchedRange> writes) const {
    BarrierNeed need;
    collect(need, reads, written);
    collect(need, writes, written);
    collect(need, writes, read);
    return need;
  }
  void add(ArrayRef<TouchedRange> reads, ArrayRef<TouchedRange> writes) {
    read.append(reads.begin(), reads.end());
    written.append(writes.begin(), writes.end());
  }
  void clear() {
    read.clear();
    written.clear();
  }

private:
  static void collect(BarrierNeed &need, ArrayRef<TouchedRange> a, ArrayRef<TouchedRange> b) {
    for (const TouchedRange &x : a)
      for (const TouchedRange &y : b) {
        if (x.space != y.space || x.start >= y.end || y.start >= x.end)
          continue;
        int64_t kvHeads = ownedBy(x, y);
        if (kvHeads == 0 || (need.kvHeads && need.kvHeads != kvHeads))
          need.always = true;
        else
          need.kvHeads = kvHeads;
      }
  }

  // KV heads whose owners don't meet in two overlapping ranges; 0: any threads may meet.
  static int64_t ownedBy(const TouchedRange &x, const TouchedRange &y) {
    if (x.division == TouchedRange::unlessOwned)
      return x.kvHeads;
    if (y.division == TouchedRange::unlessOwned)
      return y.kvHeads;
    bool same = x.division == TouchedRange::byHead && y.division == TouchedRange::byHead && x.start == y.start &&
                x.end == y.end && x.kvHeads == y.kvHeads;
    return same ? x.kvHeads : 0;
  }

  SmallVector<TouchedRange> read, written;
};

}  // namespace mlir::qwen
