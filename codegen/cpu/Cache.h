// A KV cache inside a kernel (codegen/plan/CacheLayout.h): its memory, and the product with what lies in it.
#pragma once

#include "codegen/cpu/Kernel.h"
#include "codegen/plan/CacheLayout.h"

namespace mlir::qwen {

struct Cache {
  Cache(Kernel &kernel, size_t state);

  CacheLayout layout;
  Value memory;    // flat, of f32, bf16 or codes i8
  Value scales;    // q8: the same bytes as f32
  Value counters;  // [kv_heads] i32

  // Number of a slot's KV head.
  Value sequence(KernelBuilder &b, Value slot, Value kvHead) const;
  // First element of block `block` of a sequence.
  Value blockAt(KernelBuilder &b, Value sequence, Value block) const;
  // Place in `scales` of a position of the block that begins at `base`; q8 only.
  Value scaleAt(KernelBuilder &b, Value base, Value position) const;
};

// What a row of queries or weights is multiplied by: `k` lanes vectors, the element (k, lane) of panel p being
// cache.memory[bases[p] + k * stride + lane], with pairs of k side by side as PanelSource has them.
struct CachePanels {
  const Cache &cache;
  int64_t k, stride;
};

// sums[r * panels + p] += sum_k x[rows[r], k] * panel p [k] in rising order of k, one chain a lane; codes count as they
// are, without their scales.
ValueList emitCacheDot(KernelBuilder &b, Value x, ArrayRef<Value> rows, const CachePanels &panels,
                       ArrayRef<Value> bases, ArrayRef<Value> init);

// Calls body(first, n, panels) for register tiles that cover the rows [0, end): n rows by `panels` panels.
void forVectorTiles(Kernel &kernel, Value end, llvm::function_ref<void(Value, int64_t, int64_t)> body);

}  // namespace mlir::qwen
