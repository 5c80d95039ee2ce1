#include "runtime/core/Sampler.h"

#include "runtime/core/Error.h"

#include <algorithm>
#include <cmath>

namespace qwen {
namespace {

constexpr uint8_t kInPrompt = 1, kGenerated = 2;

uint64_t rotateLeft(uint64_t value, int bits) { return value << bits | value >> (64 - bits); }

std::string text(double value) {
  std::string digits = std::to_string(value);
  digits.erase(digits.find_last_not_of('0') + 1);
  return digits.back() == '.' ? digits + "0" : digits;
}

// Ties in id order, so that the result depends on nothing but the scores.
bool higher(const Sampler::Candidate &a, const Sampler::Candidate &b) {
  return a.score != b.score ? a.score > b.score : a.id < b.id;
}

}  // namespace

SamplingOptions SamplingOptions::from(const Generation &defaults) {
  SamplingOptions options;
  options.do_sample = defaults.do_sample;
  options.temperature = defaults.temperature;
  options.top_k = defaults.top_k;
  options.top_p = defaults.top_p;
  options.min_p = defaults.min_p;
  options.repetition_penalty = defaults.repetition_penalty;
  options.presence_penalty = defaults.presence_penalty;
  return options;
}

// Penalties can lift any token over those that had larger logits. Top-p and min-p choose among what top-k left. Within
// these temperatures quotients neither overflow nor lose bits (the largest and least logits that a screen tells apart
// leave room for them), so they are equal only where the logits nearly are.
int64_t SamplingOptions::decisiveLogits() const {
  if (repetition_penalty != 1 || presence_penalty != 0)
    return 0;
  if (!do_sample)
    return 1;
  return temperature >= 0x1p-20 && temperature <= 0x1p20 ? top_k : 0;
}

void SamplingOptions::check() const {
  auto rule = [](bool holds, const char *name, double value, const char *range) {
    if (!holds)
      throw UsageError(std::string("--") + name + " is " + text(value) + ", it must be " + range);
  };
  // Written so that a NaN breaks every rule.
  rule(!do_sample || (temperature > 0 && std::isfinite(temperature)), "temperature", temperature, "above 0");
  rule(top_k >= 0, "top-k", static_cast<double>(top_k), "0 (all tokens) or more");
  rule(top_p >= 0 && top_p <= 1, "top-p", top_p, "between 0 and 1");
  rule(min_p >= 0 && min_p <= 1, "min-p", min_p, "between 0 and 1");
  rule(repetition_penalty > 0 && std::isfinite(repetition_penalty), "repetition-penalty", repetition_penalty,
       "above 0");
  rule(std::isfinite(presence_penalty), "presence-penalty", presence_penalty, "a number");
}

RandomStream::RandomStream(uint64_t seed) {
  for (uint64_t &word : state) {
    uint64_t mixed = seed += 0x9e3779b97f4a7c15;
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb;
    word = mixed ^ mixed >> 31;
  }
}

double RandomStream::uniform() {
  uint64_t result = rotateLeft(state[1] * 5, 7) * 9;
  uint64_t shifted = state[1] << 17;
  state[2] ^= state[0];
  state[3] ^= state[1];
  state[1] ^= state[2];
  state[0] ^= state[3];
  state[2] ^= shifted;
  state[3] = rotateLeft(state[3], 45);
  return static_cast<double>(result >> 11) * 0x1p-53;
}

int64_t argmax(const float *values, int64_t count) {
  // Lanes of maxima first (this vectorises), then the place of the largest.
  constexpr int64_t kLanes = 16;
  float lanes[kLanes];
  std::fill(lanes, lanes + kLanes, -INFINITY);
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes)
    for (int64_t lane = 0; lane < kLanes; ++lane)
      lanes[lane] = values[i + lane] > lanes[lane] ? values[i + lane] : lanes[lane];
  float largest = *std::max_element(lanes, lanes + kLanes);
  for (; i < count; ++i)
    largest = std::max(largest, values[i]);
  int64_t place = std::find(values, values + count, largest) - values;
  return place < count ? place : 0;
}

Sampler::Sampler(const SamplingOptions &options, int64_t vocab_size)
    : options(options), vocab_size(vocab_size), random(options.seed), seen(static_cast<size_t>(vocab_size)),
      scores(static_cast<size_t>(vocab_size)) {
  left.reserve(static_cast<size_t>(vocab_size));
}

void Sampler::addPrompt(const std::vector<int32_t> &ids) {
  for (int32_t id : ids)
    if (id >= 0 && id < vocab_size)
      seen[static_cast<size_t>(id)] |= kInPrompt;
}

void Sampler::applyPenalties(const float *logits) {
  std::copy(logits, logits + vocab_size, scores.begin());
  auto repetition = static_cast<float>(options.repetition_penalty);
  auto presence = static_cast<float>(options.presence_penalty);
  if (repetition != 1.0f || presence != 0.0f)
    for (size_t id = 0; id < seen.size(); ++id) {
      if (seen[id])
        scores[id] = scores[id] < 0 ? scores[id] * repetition : scores[id] / repetition;
      if (seen[id] & kGenerated)
        scores[id] -= presence;
    }
}

// What is not below the k-th largest: of equal ones all stay.
void Sampler::keepTopK() {
  if (options.top_k == 0 || options.top_k >= static_cast<int64_t>(left.size()))
    return;
  auto kth = left.begin() + (options.top_k - 1);
  std::nth_element(left.begin(), kth, left.end(), higher);
  float threshold = kth->score;
  std::erase_if(left, [&](const Candidate &candidate) { return candidate.score < threshold; });
  std::sort(left.begin(), left.end(), higher);  // what nth_element leaves depends on the library
}

// Removes from the least probable upwards while the sum of what is removed is at most 1 - top_p.
void Sampler::keepTopP() {
  if (options.top_p >= 1)
    return;
  std::sort(left.begin(), left.end(), higher);
  double total = 0;
  for (const Candidate &candidate : left)
    total += std::exp(static_cast<double>(candidate.score) - left[0].score);
  double removed = 0;
  while (left.size() > 1) {
    removed += std::exp(static_cast<double>(left.back().score) - left[0].score) / total;
    if (removed > 1 - options.top_p)
      break;
    left.pop_back();
  }
}

void Sampler::keepMinP() {
  if (options.min_p <= 0)
    return;
  float largest = std::max_element(left.begin(), left.end(), [](auto &a, auto &b) { return a.score < b.score; })->score;
  std::erase_if(left, [&](const Candidate &candidate) {
    return candidate.score < largest && std::exp(candidate.score - largest) < static_cast<float>(options.min_p);
  });
}

const std::vector<Sampler::Candidate> &Sampler::process(const float *logits) {
  applyPenalties(logits);
  auto temperature = options.do_sample ? static_cast<float>(options.temperature) : 1.0f;
  left.clear();
  for (int64_t id = 0; id < vocab_size; ++id) {
    float score = scores[static_cast<size_t>(id)] / temperature;
    left.push_back({static_cast<int32_t>(id), std::isnan(score) ? -INFINITY : score});
  }
  if (options.do_sample) {
    keepTopK();
    keepTopP();
    keepMinP();
  }
  return left;
}

int32_t Sampler::draw() {
  float largest = std::max_element(left.begin(), left.end(), [](auto &a, auto &b) { return a.score < b.score; })->score;
  double total = 0;
  for (Candidate &candidate : left) {
    candidate.score = std::exp(candidate.score - largest);
    total += candidate.score;
  }
  double mark = random.uniform() * total;
  for (const Candidate &candidate : left) {
    mark -= candidate.score;
    if (mark < 0)
      return candidate.id;
  }
  // Rounding left a crumb beyond the last one, or no score is finite.
  auto last = std::find_if(left.rbegin(), left.rend(), [](auto &candidate) { return candidate.score > 0; });
  return last == left.rend() ? left.front().id : last->id;
}

int32_t Sampler::next(const float *logits) {
  int32_t id = 0;
  if (options.do_sample) {
    process(logits);
    id = draw();
  } else if (options.repetition_penalty != 1 || options.presence_penalty != 0) {
    applyPenalties(logits);
    id = static_cast<int32_t>(argmax(scores.data(), vocab_size));
  } else {
    id = static_cast<int32_t>(argmax(logits, vocab_size));
  }
  seen[static_cast<size_t>(id)] |= kGenerated;
  return id;
}

}  // namespace qwen
