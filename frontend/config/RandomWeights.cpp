#include "frontend/config/RandomWeights.h"

#include "frontend/config/Convert.h"

#include <cmath>
#include <unordered_map>

namespace qwen {
namespace {

constexpr uint64_t kStep = 0x9e3779b97f4a7c15u;  // 2^64 / golden ratio

// The finaliser of SplitMix64 (Steele, Lea, Flood 2014).
uint64_t mix(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

// FNV-1a.
uint64_t hashName(const std::string &name) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (unsigned char c : name)
    hash = (hash ^ c) * 0x100000001b3u;
  return hash;
}

// Nearly normal with variance 1: the sum of four uniform 16-bit numbers.
float bell(uint64_t bits) {
  const auto sum = static_cast<int32_t>((bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) + (bits >> 48));
  constexpr float kMean = 4 * 65535 / 2;
  constexpr float kDeviation = 37837.22f;  // sqrt(4 (2^32 - 1) / 12)
  return (static_cast<float>(sum) - kMean) / kDeviation;
}

class RandomSource : public WeightSource {
public:
  RandomSource(uint64_t seed, double deviation, const std::vector<WeightSpec> &specs)
      : seed(seed), deviation(deviation) {
    for (const WeightSpec &spec : specs)
      by_name.emplace(spec.name, spec);
  }

  bool readRows(const std::string &name, int64_t first, int64_t count, float *out, std::string &error) const override {
    auto found = by_name.find(name);
    if (found == by_name.end()) {
      error = "weight \"" + name + "\" is not part of the model";
      return false;
    }
    const WeightSpec &spec = found->second;
    const bool norm = spec.kind == WeightKind::norm;
    const float mean = norm ? 1.0f : 0.0f;
    const float scale = norm ? 0.1f : static_cast<float>(deviation);
    const uint64_t start = mix(seed * kStep + hashName(name)) + static_cast<uint64_t>(first * spec.columns()) * kStep;
    const int64_t values = count * spec.columns();
    for (int64_t i = 0; i < values; ++i)
      out[i] = mean + scale * bell(mix(start + static_cast<uint64_t>(i) * kStep));
    if (spec.bf16)
      roundToBf16(out, values);
    return true;
  }

private:
  uint64_t seed;
  double deviation;
  std::unordered_map<std::string, WeightSpec> by_name;
};

}  // namespace

std::unique_ptr<WeightSource> randomWeights(uint64_t seed, double initializer_range,
                                            const std::vector<WeightSpec> &specs) {
  return std::make_unique<RandomSource>(seed, initializer_range, specs);
}

}  // namespace qwen
