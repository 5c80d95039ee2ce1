// The decoders of the text families: they differ only in their configuration.
#include "frontend/Blocks.h"

using namespace mlir;
namespace ops = mlir::qwen;

namespace qwen {

void buildTextDecoder(Graph &graph, Head head, const std::string &prefix, bool tied) {
  const ModelConfig &config = graph.config;
  const auto table_of_tokens =
      graph.weight(prefix + "embed_tokens.weight", {config.vocab_size, config.hidden_size}, WeightKind::matrix);
  Value hidden = graph.create<ops::EmbedOp>(prefix + "embed_tokens", graph.rows(config.hidden_size), graph.ids,
                                            graph.embeds, table_of_tokens);
  const Value table = ropeTable(graph, prefix + "rotary_emb");

  // HF's sequence and token classifiers have no field for router logits; on request they are there all the same.
  const bool logits_by_default = config.output_router_logits && (head == Head::causal_lm || head == Head::model);
  int64_t sparse_layers = 0;
  for (int64_t layer = 0; layer < config.num_hidden_layers; ++layer) {
    graph.output("hidden_states." + std::to_string(layer), hidden, /*on_request=*/true);
    const std::string path = prefix + "layers." + std::to_string(layer);
    const Value before_attention = graph.norm(path + ".input_layernorm", hidden, config.hidden_size);
    const bool linear = !config.linear_layers.empty() && config.linear_layers[layer];
    const Value attended = linear
                               ? gatedDeltaNet(graph, path + ".linear_attn", before_attention)
                               : attention(graph, path + ".self_attn", before_attention, table, config.windows[layer]);
    hidden = graph.add(path, hidden, attended);
    const Value before_mlp = graph.norm(path + ".post_attention_layernorm", hidden, config.hidden_size);
    const Value transformed = config.sparse[layer]
                                  ? moe(graph, path + ".mlp", before_mlp, sparse_layers++, !logits_by_default)
                                  : mlp(graph, path + ".mlp", before_mlp, config.intermediate_size);
    hidden = graph.add(path, hidden, transformed);
  }
  buildHead(graph, head, prefix, hidden, tied);
}

}  // namespace qwen
