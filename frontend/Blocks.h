// The blocks that model families are made of: one function per HF module.
#pragma once

#include "frontend/Graph.h"

namespace qwen {

// HF: Qwen3RotaryEmbedding, Qwen3_5TextRotaryEmbedding. [rows, rotary_dim] cosines and sines.
mlir::Value ropeTable(Graph &graph, const std::string &path);

// HF: Qwen3Attention, Qwen3_5Attention. `input` is [rows, hidden_size], normalised; `window` 0: none.
mlir::Value attention(Graph &graph, const std::string &path, mlir::Value input, mlir::Value table, int64_t window);

// HF: Qwen3_5GatedDeltaNet. `input` is [rows, hidden_size], normalised.
mlir::Value gatedDeltaNet(Graph &graph, const std::string &path, mlir::Value input);

// HF: Qwen3MLP.
mlir::Value mlp(Graph &graph, const std::string &path, mlir::Value input, int64_t intermediate_size);

// HF: Qwen3MoeSparseMoeBlock, Qwen3_5MoeSparseMoeBlock. Its router logits become the output "router_logits.`number`".
mlir::Value moe(Graph &graph, const std::string &path, mlir::Value input, int64_t number, bool logits_on_request);

// Everything after the last layer: the final norm, the task's head and its outputs.
// `prefix` is where the decoder sits in the HF class ("model."); `tied`: the LM head is the embedding.
void buildHead(Graph &graph, Head head, const std::string &prefix, mlir::Value last, bool tied);

// HF: Qwen3Model, Qwen3MoeModel, Qwen3_5TextModel, Qwen3_5MoeTextModel with their heads: the whole of @forward.
void buildTextDecoder(Graph &graph, Head head, const std::string &prefix, bool tied);

}  // namespace qwen
