#include "frontend/Blocks.h"

#include <cmath>

using namespace mlir;
namespace ops = mlir::qwen;

namespace qwen {
namespace {

constexpr double kL2Eps = 1e-6;  // the default of HF's l2norm, whatever the config says of norms

}  // namespace

Value gatedDeltaNet(Graph &graph, const std::string &path, Value input) {
  const LinearAttentionConfig &linear = graph.config.linear_attention;
  Builder &builder = graph.attributes();
  const int64_t key_width = linear.keyWidth(), value_width = linear.valueWidth();
  const int64_t channels = 2 * key_width + value_width, heads = linear.num_value_heads;

  const Value qkv = graph.linear(path + ".in_proj_qkv", input, channels);
  const Value z = graph.linear(path + ".in_proj_z", input, value_width);
  const Value b = graph.linear(path + ".in_proj_b", input, heads);
  const Value a = graph.linear(path + ".in_proj_a", input, heads);

  const std::string conv = path + ".conv1d";
  const auto kernel = graph.weight(conv + ".weight", {channels, 1, linear.conv_kernel_dim}, WeightKind::convolution);
  const auto conv_state = graph.recurrentState(path + ".conv_state", {linear.conv_kernel_dim - 1, channels});
  Value mixed = graph.create<ops::CausalConvOp>(conv, qkv.getType(), qkv, graph.slot, graph.index, kernel, conv_state);
  mixed = graph.create<ops::ActivationOp>(conv, mixed.getType(), graph.activation(), mixed);
  auto pieces =
      graph.create<ops::SplitOp>(path, TypeRange{graph.rows(key_width), graph.rows(key_width), graph.rows(value_width)},
                                 mixed, builder.getI64IntegerAttr(1));
  auto normalised = [&](unsigned piece) -> Value {
    return graph.create<ops::L2NormOp>(path, graph.rows(key_width), pieces.getResult(piece),
                                       builder.getI64IntegerAttr(linear.key_head_dim), builder.getF64FloatAttr(kL2Eps));
  };
  const Value query = normalised(0), key = normalised(1), value = pieces.getResult(2);

  const Value beta = graph.create<ops::ActivationOp>(path, b.getType(), ops::Activation::Sigmoid, b);
  const auto a_log = graph.weight(path + ".A_log", {heads}, WeightKind::vector);
  const auto dt_bias = graph.weight(path + ".dt_bias", {heads}, WeightKind::vector);
  const Value decay = graph.create<ops::DecayOp>(path, a.getType(), a, a_log, dt_bias);

  const auto state =
      graph.recurrentState(path + ".recurrent_state", {heads, linear.key_head_dim, linear.value_head_dim});
  const double scale = std::pow(static_cast<double>(linear.key_head_dim), -0.5);
  const Value attended =
      graph.create<ops::GatedDeltaRuleOp>(path, value.getType(), query, key, value, decay, beta, graph.slot,
                                          graph.index, state, builder.getF64FloatAttr(scale));

  const std::string norm = path + ".norm";
  const Value normed = graph.plainNorm(norm, attended, linear.value_head_dim);
  const Value gated = graph.create<ops::GluOp>(norm, z.getType(), ops::Activation::Silu, z, normed);
  return graph.linear(path + ".out_proj", gated, graph.config.hidden_size);
}

}  // namespace qwen
