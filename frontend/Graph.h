// Builds the model-level module op by op; the blocks (Blocks.h) are written on it.
#pragma once

#include "dialect/QwenDialect.h"
#include "frontend/config/ModelConfig.h"
#include "frontend/config/WeightSpec.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"

#include "llvm/ADT/StringSet.h"

#include <string>
#include <vector>

namespace qwen {

// Sizes that the user chooses, and what keys and values are stored as.
struct GraphSizes {
  int64_t batch = 1;             // slots of the KV cache
  int64_t max_seq = 0;           // positions of a slot
  int64_t max_rows = 0;          // rows of one call
  std::string kv_dtype = "f32";  // "bf16", "q8"
};

// A module with `func.func @forward`, its weights and states declared in order of first use. Every op carries the
// path of the HF module it stands for as its location.
class Graph {
public:
  // bf16: matrices are stored as bf16, else as f32; vectors always as f32.
  Graph(mlir::MLIRContext &context, const std::string &name, const ModelConfig &config, const GraphSizes &sizes,
        bool bf16);

  const ModelConfig &config;
  const GraphSizes sizes;

  // The arguments of @forward: the fields of QwenCall (runtime/abi/Entry.h).
  mlir::Value ids, embeds, slot, index, position, length, wanted;

  // tensor<?xWIDTHxf32>: one row per token.
  mlir::RankedTensorType rows(int64_t width);

  // Ops. `path` is the HF module; its parameters are `path`.weight and `path`.bias.
  mlir::Value linear(const std::string &path, mlir::Value input, int64_t width, bool bias = false);
  // y = x W^T with a weight that belongs to another module (tied embeddings).
  mlir::Value linearWith(const std::string &path, mlir::Value input, int64_t width, mlir::FlatSymbolRefAttr weight);
  // Zero-centred where the config has its norms so.
  mlir::Value norm(const std::string &path, mlir::Value input, int64_t size);
  // Never zero-centred.
  mlir::Value plainNorm(const std::string &path, mlir::Value input, int64_t size);
  mlir::Value add(const std::string &path, mlir::Value a, mlir::Value b);
  void output(const std::string &name, mlir::Value value, bool on_request, bool wanted_rows = false);

  // Declares a parameter or a state on its first use.
  mlir::FlatSymbolRefAttr weight(const std::string &name, std::vector<int64_t> shape, WeightKind kind);
  mlir::FlatSymbolRefAttr cache(const std::string &name, int64_t heads, int64_t head_dim);
  // [slots, `shape`...] of f32.
  mlir::FlatSymbolRefAttr recurrentState(const std::string &name, llvm::ArrayRef<int64_t> shape);

  // An op at a location, for what has no function here.
  template <typename OpTy, typename... Args> OpTy create(const std::string &path, Args &&...args) {
    return OpTy::create(builder, at(path), std::forward<Args>(args)...);
  }
  mlir::Location at(const std::string &path);
  mlir::Builder &attributes() { return builder; }
  mlir::qwen::ActivationAttr activation();  // config.hidden_act, which is spelled as the dialect spells it

  // Ends the function and hands the module over; the graph is not to be used afterwards.
  mlir::OwningOpRef<mlir::ModuleOp> finish();

  std::vector<WeightSpec> weights;  // in order of the declarations
  std::vector<Output> outputs;      // in order of the `qwen.output`s

private:
  mlir::Value norm(const std::string &path, mlir::Value input, int64_t size, bool zero_centered);
  mlir::FlatSymbolRefAttr state(const std::string &name, mlir::RankedTensorType type, bool recurrent);

  mlir::OpBuilder builder;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  mlir::func::FuncOp function;
  mlir::Operation *first_state = nullptr;  // weights stand before the states
  llvm::StringSet<> declared;
  bool bf16;
};

}  // namespace qwen
