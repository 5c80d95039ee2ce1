#include "frontend/Blocks.h"

using namespace mlir;
namespace ops = mlir::qwen;

namespace qwen {

Value mlp(Graph &graph, const std::string &path, Value input, int64_t intermediate_size) {
  const Value gate = graph.linear(path + ".gate_proj", input, intermediate_size);
  const Value up = graph.linear(path + ".up_proj", input, intermediate_size);
  const Value gated = graph.create<ops::GluOp>(path, gate.getType(), graph.activation(), gate, up);
  return graph.linear(path + ".down_proj", gated, graph.config.hidden_size);
}

Value moe(Graph &graph, const std::string &path, Value input, int64_t number, bool logits_on_request) {
  const ModelConfig &config = graph.config;
  Builder &builder = graph.attributes();
  const int64_t experts = config.num_experts, top_k = config.num_experts_per_tok;
  const int64_t hidden = config.hidden_size, inner = config.moe_intermediate_size;

  const auto gate = graph.weight(path + ".gate.weight", {experts, hidden}, WeightKind::matrix);
  const auto chosen = RankedTensorType::get({ShapedType::kDynamic, top_k}, builder.getI32Type());
  auto router = graph.create<ops::RouterOp>(path + ".gate", TypeRange{graph.rows(top_k), chosen, graph.rows(experts)},
                                            input, gate, builder.getI64IntegerAttr(top_k),
                                            config.norm_topk_prob ? builder.getUnitAttr() : UnitAttr());
  graph.output("router_logits." + std::to_string(number), router.getLogits(), logits_on_request);

  const std::string stack = path + ".experts";
  const auto gate_up = graph.weight(stack + ".gate_up_proj", {experts, 2 * inner, hidden}, WeightKind::gate_up_experts);
  const auto down = graph.weight(stack + ".down_proj", {experts, hidden, inner}, WeightKind::down_experts);
  const Value chosen_sum = graph.create<ops::ExpertsOp>(stack, input.getType(), graph.activation(), input,
                                                        router.getWeights(), router.getExperts(), gate_up, down);
  if (!config.shared_expert_intermediate_size)
    return chosen_sum;
  const Value shared = mlp(graph, path + ".shared_expert", input, config.shared_expert_intermediate_size);
  const Value weight = graph.linear(path + ".shared_expert_gate", input, 1);
  const Value weighted =
      graph.create<ops::GateRowsOp>(path, shared.getType(), ops::Activation::Sigmoid, weight, shared);
  return graph.add(path, chosen_sum, weighted);
}

}  // namespace qwen
