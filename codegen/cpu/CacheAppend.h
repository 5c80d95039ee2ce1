// Writing one key or value of one KV head into its cache, in the cache's element type.
#pragma once

#include "codegen/cpu/Cache.h"

namespace mlir::qwen {

// x[r, 0 .. head_dim) becomes position `place` of a sequence (Cache::sequence). x is f32; q8 rounds it in place.
void emitAppendKey(KernelBuilder &b, const Cache &cache, Value x, Value r, Value sequence, Value place);
void emitAppendValue(KernelBuilder &b, const Cache &cache, Value x, Value r, Value sequence, Value place);

}  // namespace mlir::qwen
