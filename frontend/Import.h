// The frontend's face: a checkpoint directory or a config.json -> qwen IR at the model level.
#pragma once

#include "frontend/WeightSource.h"
#include "runtime/abi/Program.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace qwen {

struct ImportOptions {
  std::string task;     // HF class name; empty: the first of config.json's `architectures`
  int64_t max_seq = 0;  // 0: min(4096, max_position_embeddings)
  int64_t batch = 1;
  std::string dtype;                       // "f32", "bf16"; empty: the checkpoint's own (f16 is stored as f32)
  std::string kv_dtype;                    // "f32", "bf16", "q8": of keys and values in their caches; empty: "f32"
  std::optional<uint64_t> random_weights;  // seed: a bare config.json with weights
  std::function<void(const std::string &)> warn;  // one line: unknown config fields, ...
};

struct ImportedModel {
  // Module with `qwen.weight`s, `qwen.state`s and func.func @forward (see frontend/README.md for its arguments).
  mlir::OwningOpRef<mlir::ModuleOp> module;
  // Filled: model, family, task, head, sizes, batch, max_seq, max_rows, position_axes, outputs, generation,
  // chat_template, token texts, weight_dtype, kv_dtype. The rest is the driver's to fill.
  Program program;
  std::unique_ptr<WeightSource> weights;  // null: a bare config.json without random weights
  std::string tokenizer_dir;              // directory that holds the tokenizer's files; empty: none
};

// `path` is a checkpoint directory or a config.json. The context must have the qwen and func dialects loaded.
// On failure returns nullopt and sets `error` to one line: file, field or tensor, found, expected.
std::optional<ImportedModel> importModel(mlir::MLIRContext &context, const std::string &path,
                                         const ImportOptions &options, std::string &error);

}  // namespace qwen
