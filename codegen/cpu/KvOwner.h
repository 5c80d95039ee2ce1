// Who works on which KV head, decided alike by norm_qkv, by attention and by the barrier between them; and on which key
// head of a gated_delta_net.
#pragma once

#include "codegen/cpu/Kernel.h"

namespace mlir::qwen {

// Where the KV heads divide evenly among the threads, each thread owns an equal stretch of them, with their query
// heads: it appends to them and attends to them, and nobody has to wait for anybody in between.
struct KvOwner {
  KvOwner(Kernel &kernel, int64_t kvHeads);

  Value owns;        // i1: the KV heads divide evenly
  Value begin, end;  // this thread's KV heads where they do
};

inline KvOwner::KvOwner(Kernel &kernel, int64_t kvHeads) {
  KernelBuilder &b = kernel.b;
  owns = b.equal(b.rem(b.index(kvHeads), kernel.threads), b.index(0));
  std::tie(begin, end) = b.share(b.index(kvHeads), kernel.thread, kernel.threads);
}

}  // namespace mlir::qwen
