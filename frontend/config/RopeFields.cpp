// rope_parameters (transformers: modeling_rope_utils.py, RotaryEmbeddingConfigMixin).
#include "frontend/config/SharedFields.h"

#include <algorithm>
#include <utility>

namespace qwen {
namespace {

const std::vector<std::string> kTypes = {"default", "linear", "dynamic", "yarn", "longrope", "llama3"};

// The object that holds the parameters and what it is called in config.json.
struct Source {
  const Json *object = nullptr;
  std::string name;
};

bool isFilled(const Json *value) { return value && !(value->is_object() && value->empty()); }

Source findParameters(FieldReader &fields) {
  Source source;
  for (const char *name : {"rope_parameters", "rope_scaling"}) {
    const Json *value = fields.find(name);
    if (!isFilled(value))
      continue;
    if (!value->is_object())
      fields.fail(name, "an object");
    if (source.object && *source.object != *value)
      fields.contradiction("rope_scaling and rope_parameters differ, expected one of them");
    source = {value, name};
  }
  return source;
}

// A number under `name`, required, of at least `min`.
double atLeast(FieldReader &rope, const char *name, double min) {
  const double value = rope.number(name, std::nullopt);
  if (value < min)
    rope.fail(name, "a number of at least " + std::to_string(static_cast<int64_t>(min)));
  return value;
}

std::optional<double> positive(FieldReader &rope, const char *name) {
  const auto value = rope.optionalNumber(name);
  if (value && *value <= 0)
    rope.fail(name, "a number above 0");
  return value;
}

std::string readType(FieldReader &rope) {
  const bool legacy = rope.contains("type");
  auto type = rope.string(rope.contains("rope_type") || !legacy ? "rope_type" : "type", "default");
  if (legacy && rope.string("type", std::nullopt) != type)
    rope.fail("type", "the same as rope_type, which is " + shown(type));
  if (std::find(kTypes.begin(), kTypes.end(), type) == kTypes.end())
    rope.fail(rope.contains("rope_type") ? "rope_type" : "type", "one of " + joined(kTypes));
  return type;
}

double readTheta(FieldReader &fields, FieldReader &rope) {
  const auto outer = positive(fields, "rope_theta");
  const auto inner = positive(rope, "rope_theta");
  if (outer && inner && *outer != *inner)
    fields.contradiction("rope_theta is " + shown(*fields.find("rope_theta")) + ", but rope_parameters.rope_theta is " +
                         shown(*rope.find("rope_theta")));
  const double theta = inner ? *inner : outer.value_or(10000.0);
  if (theta <= 1)
    (inner ? rope : fields).fail("rope_theta", "a number above 1");
  return theta;
}

// int(head_dim * partial_rotary_factor), the factor among the parameters first, then at the top level.
int64_t readRotaryDim(FieldReader &fields, FieldReader &rope, int64_t head_dim, double fallback) {
  FieldReader &holder = rope.contains("partial_rotary_factor") ? rope : fields;
  const double factor = holder.number("partial_rotary_factor", fallback);
  fields.markRead("partial_rotary_factor");
  if (factor <= 0 || factor > 1)
    holder.fail("partial_rotary_factor", "a number above 0 and at most 1");
  const auto rotary_dim = static_cast<int64_t>(static_cast<double>(head_dim) * factor);
  if (rotary_dim < 2 || rotary_dim % 2)
    fields.contradiction("head_dim is " + std::to_string(head_dim) + " and partial_rotary_factor " + shown(factor) +
                         ", so " + std::to_string(rotary_dim) + " values of a head turn, expected an even number");
  return rotary_dim;
}

// mrope_section: how many frequencies turn by height and width; HF always interleaves them and doesn't look whether
// they fit the frequencies.
std::vector<int64_t> readSections(FieldReader &fields, FieldReader &rope, const std::vector<int64_t> &fallback,
                                  const Warn &warn) {
  if (!rope.boolean("mrope_interleaved", true) && warn)
    warn(fields.fileName() + ": mrope_interleaved ignored: this family always interleaves");
  if (!rope.contains("mrope_section"))
    return fallback;
  auto sections = rope.integers("mrope_section", {0, kWidth.max});
  if (sections.size() != 3)
    rope.contradiction("rope_parameters.mrope_section has " + std::to_string(sections.size()) +
                       " entries, expected three: time, height and width");
  return sections;
}

// partial_rotary_factor in families that turn whole heads. HF's default type ignores the factor, the other types make
// tables that don't fit the heads.
void checkPartial(FieldReader &fields, FieldReader &rope, const std::string &type, const Warn &warn) {
  FieldReader &holder = rope.contains("partial_rotary_factor") ? rope : fields;
  const auto factor = holder.optionalNumber("partial_rotary_factor");
  fields.markRead("partial_rotary_factor");
  if (!factor || *factor == 1)
    return;
  if (type != "default")
    holder.fail("partial_rotary_factor", "1: this family has no partial RoPE");
  if (warn)
    warn(fields.fileName() + ": partial_rotary_factor ignored: this family has no partial RoPE");
}

// original_max_position_embeddings: at the top level first, then among the parameters, then the model's maximum.
int64_t readOriginal(FieldReader &fields, FieldReader &rope, const ModelConfig &config) {
  const char *name = "original_max_position_embeddings";
  const auto outer = fields.optionalInteger(name, kPositions);
  const auto inner = rope.optionalInteger(name, kPositions);
  return outer ? *outer : inner.value_or(config.max_position_embeddings);
}

std::vector<double> readFactors(FieldReader &rope, const char *name, int64_t size) {
  auto factors = rope.numbers(name);
  if (static_cast<int64_t>(factors.size()) != size)
    rope.contradiction(std::string("rope_parameters.") + name + " has " + std::to_string(factors.size()) +
                       " entries, expected head_dim / 2 = " + std::to_string(size));
  if (std::any_of(factors.begin(), factors.end(), [](double factor) { return factor <= 0; }))
    rope.contradiction(std::string("rope_parameters.") + name + " holds a number that is not above 0");
  return factors;
}

void readYarn(FieldReader &rope, RopeConfig &result) {
  result.factor = atLeast(rope, "factor", 1);
  result.attention_factor = positive(rope, "attention_factor");
  result.beta_fast = rope.optionalNumber("beta_fast");
  result.beta_slow = rope.optionalNumber("beta_slow");
  result.mscale = rope.optionalNumber("mscale");
  result.mscale_all_dim = rope.optionalNumber("mscale_all_dim");
  if (rope.contains("truncate"))
    result.truncate = rope.boolean("truncate", true);
  // HF's `or`: zero counts as absent.
  auto orDefault = [](std::optional<double> value, double fallback) { return value && *value ? *value : fallback; };
  const double fast = orDefault(result.beta_fast, 32), slow = orDefault(result.beta_slow, 1);
  if (fast <= 0)
    rope.fail("beta_fast", "a number above 0");
  if (slow <= 0)
    rope.fail("beta_slow", "a number above 0");
  if (fast < slow)
    rope.contradiction("rope_parameters.beta_fast is " + shown(fast) + ", expected at least beta_slow, which is " +
                       shown(slow));
}

void readLongrope(FieldReader &rope, RopeConfig &result) {
  result.short_factor = readFactors(rope, "short_factor", result.rotary_dim / 2);
  result.long_factor = readFactors(rope, "long_factor", result.rotary_dim / 2);
  result.attention_factor = positive(rope, "attention_factor");
  if (rope.find("factor"))
    result.factor = atLeast(rope, "factor", 1);
  if (*result.original_max_position_embeddings < 2 && !result.attention_factor)
    rope.contradiction("rope_parameters.original_max_position_embeddings is 1, expected at least 2 (longrope divides "
                       "by its logarithm)");
}

void readLlama3(FieldReader &rope, RopeConfig &result) {
  result.factor = atLeast(rope, "factor", 1);
  result.low_freq_factor = rope.number("low_freq_factor", std::nullopt);
  result.high_freq_factor = rope.number("high_freq_factor", std::nullopt);
  if (*result.low_freq_factor <= 0)
    rope.fail("low_freq_factor", "a number above 0");
  if (*result.high_freq_factor <= *result.low_freq_factor)
    rope.fail("high_freq_factor", "a number above low_freq_factor, which is " + shown(*result.low_freq_factor));
}

}  // namespace

RopeConfig readRope(FieldReader &fields, const ModelConfig &config, const RopeDefaults &defaults, const Warn &warn) {
  const Json none = Json::object();
  const Source source = findParameters(fields);
  FieldReader rope(fields.fileName(), source.object ? *source.object : none, source.name + ".");
  for (const char *type : {"full_attention", "sliding_attention"})
    if (rope.contains(type))
      rope.fail(type, "nothing: this family has the same RoPE in all layers");

  RopeConfig result;
  result.rope_type = readType(rope);
  result.rope_theta = readTheta(fields, rope);
  if (defaults.partial_rotary_factor) {
    result.rotary_dim = readRotaryDim(fields, rope, config.head_dim, *defaults.partial_rotary_factor);
  } else {
    result.rotary_dim = config.head_dim;
    checkPartial(fields, rope, result.rope_type, warn);
  }
  if (!defaults.mrope_section.empty())
    result.mrope_section = readSections(fields, rope, defaults.mrope_section, warn);
  const std::string &type = result.rope_type;
  if (type == "yarn" || type == "longrope" || type == "llama3")
    result.original_max_position_embeddings = readOriginal(fields, rope, config);
  if (type == "linear" || type == "dynamic")
    result.factor = atLeast(rope, "factor", 1);
  if (type == "dynamic" && result.rotary_dim == 2)
    rope.fail("rope_type", "another type: dynamic needs a head_dim above 2");
  if (type == "yarn")
    readYarn(rope, result);
  if (type == "longrope")
    readLongrope(rope, result);
  if (type == "llama3")
    readLlama3(rope, result);

  fields.markRead("original_max_position_embeddings");
  std::vector<std::string> unknown;
  for (const auto &name : rope.unread())
    unknown.push_back(source.name + "." + name);
  if (!unknown.empty() && warn)
    warn(fields.fileName() + ": " + joined(unknown) + " not used by rope_type " + type + ", ignored");
  return result;
}

}  // namespace qwen
