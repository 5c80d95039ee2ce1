#include "frontend/Blocks.h"

using namespace mlir;
namespace ops = mlir::qwen;

namespace qwen {

void buildHead(Graph &graph, Head head, const std::string &prefix, Value last, bool tied) {
  const ModelConfig &config = graph.config;
  const std::string norm = prefix + "norm";

  // HF's hidden_states[-1] is last_hidden_state.
  const Value normed = graph.norm(norm, last, config.hidden_size);
  graph.output("hidden_states." + std::to_string(config.num_hidden_layers), normed, /*on_request=*/true);

  // Row by row heads over the wanted rows only: the final norm is taken of those alone.
  auto wantedRows = [&]() -> Value {
    const Value rows = graph.create<ops::GatherRowsOp>(norm, last.getType(), last, graph.wanted);
    return graph.norm(norm, rows, config.hidden_size);
  };
  switch (head) {
  case Head::causal_lm: {
    const Value rows = wantedRows();
    const auto matrix = graph.weight(tied ? prefix + "embed_tokens.weight" : "lm_head.weight",
                                     {config.vocab_size, config.hidden_size}, WeightKind::matrix);
    const Value logits = graph.linearWith("lm_head", rows, config.vocab_size, matrix);
    return graph.output("logits", logits, false, /*wanted_rows=*/true);
  }
  case Head::model:
    return graph.output("last_hidden_state", normed, false);
  case Head::sequence_classification:
    return graph.output("logits", graph.linear("score", wantedRows(), config.num_labels), false,
                        /*wanted_rows=*/true);
  case Head::token_classification:
    return graph.output("logits", graph.linear("score", normed, config.num_labels, config.token_classification_bias),
                        false);
  case Head::question_answering:
    return graph.output("logits", graph.linear("qa_outputs", normed, 2, /*bias=*/true), false);
  }
}

}  // namespace qwen
