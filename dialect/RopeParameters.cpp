#include "dialect/RopeParameters.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

namespace mlir::qwen {
namespace {

StringRef type(DictionaryAttr parameters) { return parameters.getAs<StringAttr>("rope_type").getValue(); }

double number(DictionaryAttr parameters, StringRef name) {
  return parameters.getAs<FloatAttr>(name).getValueAsDouble();
}
std::optional<double> maybe(DictionaryAttr parameters, StringRef name) {
  const auto attribute = parameters.getAs<FloatAttr>(name);
  return attribute ? std::optional(attribute.getValueAsDouble()) : std::nullopt;
}
// HF's `parameters.get(name) or fallback`: zero counts as absent.
double orElse(DictionaryAttr parameters, StringRef name, double fallback) {
  const double value = maybe(parameters, name).value_or(0);
  return value != 0 ? value : fallback;
}
int64_t integer(DictionaryAttr parameters, StringRef name) { return parameters.getAs<IntegerAttr>(name).getInt(); }

// base^(2i / dim), the exponent and the power rounded to f32.
std::vector<float> powers(double base, int64_t dim) {
  std::vector<float> result(dim / 2);
  for (int64_t i = 0; i < dim / 2; ++i)
    result[i] = std::pow(double(float(base)), double(float(2 * i) / float(dim)));
  return result;
}

// torch: base * ((factor * length / max) - (factor - 1)) ** (dim / (dim - 2)) with `length` a tensor, so in f32.
float dynamicBase(DictionaryAttr parameters, int64_t dim, float length) {
  const float max = integer(parameters, "max_position_embeddings");
  const double factor = number(parameters, "factor");
  if (length <= max)
    return number(parameters, "rope_theta");
  const float stretch = float(factor) * length / max - float(factor - 1);
  const float exponent = double(dim) / double(dim - 2);
  return float(number(parameters, "rope_theta")) * float(std::pow(double(stretch), double(exponent)));
}

std::vector<float> yarn(DictionaryAttr parameters, const std::vector<float> &power, int64_t dim) {
  const double base = number(parameters, "rope_theta");
  const double original = integer(parameters, "original_max_position_embeddings");
  auto correction = [&](double rotations) {
    return dim * std::log(original / (rotations * 2 * std::numbers::pi)) / (2 * std::log(base));
  };
  double low = correction(orElse(parameters, "beta_fast", 32));
  double high = correction(orElse(parameters, "beta_slow", 1));
  const auto truncate = parameters.getAs<BoolAttr>("truncate");
  if (!truncate || truncate.getValue()) {
    low = std::floor(low);
    high = std::ceil(high);
  }
  low = std::max(low, 0.0);
  high = std::min(high, double(dim - 1));
  if (low == high)
    high += 0.001;

  const float factor = number(parameters, "factor");
  std::vector<float> result(power.size());
  for (size_t i = 0; i < result.size(); ++i) {
    const float ramp = std::clamp((float(i) - float(low)) / float(high - low), 0.0f, 1.0f);
    const float extrapolation = 1 - ramp;
    result[i] = 1 / (factor * power[i]) * (1 - extrapolation) + 1 / power[i] * extrapolation;
  }
  return result;
}

float llama3(DictionaryAttr parameters, float frequency) {
  const double original = integer(parameters, "original_max_position_embeddings");
  const double low = number(parameters, "low_freq_factor"), high = number(parameters, "high_freq_factor");
  const float factor = number(parameters, "factor");
  const float wavelength = float(2 * std::numbers::pi) / frequency;
  if (wavelength > float(original / low))
    return frequency / factor;
  if (wavelength < float(original / high))
    return frequency;
  const float smooth = (float(original) / wavelength - float(low)) / float(high - low);
  return (1 - smooth) * frequency / factor + smooth * frequency;
}

}  // namespace

std::vector<float> inverseFrequencies(DictionaryAttr parameters, float length) {
  const StringRef rope_type = type(parameters);
  const int64_t dim = integer(parameters, "head_dim");
  const double theta = number(parameters, "rope_theta");
  const auto power = powers(rope_type == "dynamic" ? dynamicBase(parameters, dim, length) : theta, dim);
  if (rope_type == "yarn")
    return yarn(parameters, power, dim);

  ArrayRef<double> stretch;  // longrope
  if (rope_type == "longrope") {
    const bool is_long = length > integer(parameters, "original_max_position_embeddings");
    stretch = parameters.getAs<DenseF64ArrayAttr>(is_long ? "long_factor" : "short_factor").asArrayRef();
  }
  std::vector<float> result(power.size());
  for (size_t i = 0; i < result.size(); ++i) {
    result[i] = 1 / (stretch.empty() ? power[i] : float(stretch[i]) * power[i]);
    if (rope_type == "linear")
      result[i] /= float(number(parameters, "factor"));
    else if (rope_type == "llama3")
      result[i] = llama3(parameters, result[i]);
  }
  return result;
}

float attentionFactor(DictionaryAttr parameters, float length) {
  const StringRef rope_type = type(parameters);
  if (rope_type != "yarn" && rope_type != "longrope")
    return 1;
  if (const auto given = maybe(parameters, "attention_factor"))
    return *given;
  if (rope_type == "yarn") {
    auto mscale = [](double scale, double mscale) { return scale <= 1 ? 1.0 : 0.1 * mscale * std::log(scale) + 1.0; };
    const double factor = number(parameters, "factor");
    const double one = orElse(parameters, "mscale", 0), all = orElse(parameters, "mscale_all_dim", 0);
    return one != 0 && all != 0 ? mscale(factor, one) / mscale(factor, all) : mscale(factor, 1);
  }
  const double original = integer(parameters, "original_max_position_embeddings");
  const double factor =
      maybe(parameters, "factor").value_or(double(integer(parameters, "max_position_embeddings")) / original);
  return factor <= 1 ? 1 : std::sqrt(1 + std::log(factor) / std::log(original));
}

int64_t positionAxis(DictionaryAttr parameters, int64_t i) {
  auto sections = parameters.getAs<DenseI64ArrayAttr>("mrope_section");
  const int64_t axis = i % 3;
  return sections && i < 3 * sections[axis] ? axis : 0;
}

bool dependsOnLength(DictionaryAttr parameters) {
  return type(parameters) == "dynamic" || type(parameters) == "longrope";
}

}  // namespace mlir::qwen
