#include "frontend/Blocks.h"

#include <cmath>

using namespace mlir;
namespace ops = mlir::qwen;

namespace qwen {
namespace {

// The attributes that dialect/RopeParameters.h reads.
DictionaryAttr ropeAttributes(Graph &graph) {
  const RopeConfig &rope = graph.config.rope;
  Builder &builder = graph.attributes();
  NamedAttrList list;
  auto number = [&](StringRef name, std::optional<double> value) {
    if (value)
      list.set(name, builder.getF64FloatAttr(*value));
  };
  auto numbers = [&](StringRef name, const std::vector<double> &values) {
    if (!values.empty())
      list.set(name, builder.getDenseF64ArrayAttr(values));
  };
  list.set("rope_type", builder.getStringAttr(rope.rope_type));
  list.set("head_dim", builder.getI64IntegerAttr(rope.rotary_dim));
  if (!rope.mrope_section.empty())
    list.set("mrope_section", builder.getDenseI64ArrayAttr(rope.mrope_section));
  list.set("max_position_embeddings", builder.getI64IntegerAttr(graph.config.max_position_embeddings));
  number("rope_theta", rope.rope_theta);
  number("factor", rope.factor);
  if (rope.original_max_position_embeddings)
    list.set("original_max_position_embeddings", builder.getI64IntegerAttr(*rope.original_max_position_embeddings));
  number("attention_factor", rope.attention_factor);
  number("beta_fast", rope.beta_fast);
  number("beta_slow", rope.beta_slow);
  number("mscale", rope.mscale);
  number("mscale_all_dim", rope.mscale_all_dim);
  if (rope.truncate)
    list.set("truncate", builder.getBoolAttr(*rope.truncate));
  numbers("short_factor", rope.short_factor);
  numbers("long_factor", rope.long_factor);
  number("low_freq_factor", rope.low_freq_factor);
  number("high_freq_factor", rope.high_freq_factor);
  return list.getDictionary(builder.getContext());
}

}  // namespace

Value ropeTable(Graph &graph, const std::string &path) {
  return graph.create<ops::RopeTableOp>(path, graph.rows(graph.config.rope.rotary_dim), graph.position, graph.length,
                                        ropeAttributes(graph));
}

Value attention(Graph &graph, const std::string &path, Value input, Value table, int64_t window) {
  const ModelConfig &config = graph.config;
  Builder &builder = graph.attributes();
  const int64_t head_dim = config.head_dim;
  const int64_t query_width = config.num_attention_heads * head_dim;
  const int64_t kv_width = config.num_key_value_heads * head_dim;

  // With output gates, each head's query is followed by its gate.
  const int64_t parts = config.attention_gate ? 2 : 1;
  Value query = graph.linear(path + ".q_proj", input, parts * query_width, config.attention_bias), gate;
  if (config.attention_gate) {
    auto split =
        graph.create<ops::SplitOp>(path + ".q_proj", TypeRange{graph.rows(query_width), graph.rows(query_width)}, query,
                                   builder.getI64IntegerAttr(config.num_attention_heads));
    query = split.getResult(0);
    gate = split.getResult(1);
  }
  const Value key = graph.linear(path + ".k_proj", input, kv_width, config.attention_bias);
  const Value value = graph.linear(path + ".v_proj", input, kv_width, config.attention_bias);
  auto normTurn = [&](const std::string &norm, Value heads) -> Value {
    const Value normed = graph.norm(norm, heads, head_dim);
    return graph.create<ops::RopeOp>(path, normed.getType(), normed, table, builder.getI64IntegerAttr(head_dim));
  };
  const Value turned_query = normTurn(path + ".q_norm", query);
  const Value turned_key = normTurn(path + ".k_norm", key);

  const auto key_cache = graph.cache(path + ".key_cache", config.num_key_value_heads, head_dim);
  const auto value_cache = graph.cache(path + ".value_cache", config.num_key_value_heads, head_dim);
  graph.create<ops::CacheAppendOp>(path, turned_key, graph.slot, graph.index, key_cache);
  graph.create<ops::CacheAppendOp>(path, value, graph.slot, graph.index, value_cache);

  const double scale = std::pow(static_cast<double>(head_dim), -0.5);
  Value mixed = graph.create<ops::AttentionOp>(path, graph.rows(query_width), turned_query, graph.slot, graph.index,
                                               key_cache, value_cache, builder.getF64FloatAttr(scale),
                                               window ? builder.getI64IntegerAttr(window) : IntegerAttr());
  if (gate)
    mixed = graph.create<ops::GluOp>(path, mixed.getType(), ops::Activation::Sigmoid, gate, mixed);
  return graph.linear(path + ".o_proj", mixed, config.hidden_size, config.attention_bias);
}

}  // namespace qwen
