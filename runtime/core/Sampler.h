// Chooses the next token from logits, as HF's generate() does.
#pragma once

#include "runtime/abi/Program.h"

#include <array>
#include <cstdint>
#include <vector>

namespace qwen {

// HF's names and meanings; presence_penalty as OpenAI and vLLM define it (HF has none).
struct SamplingOptions {
  bool do_sample = false;  // false: greedy; the penalties hold all the same
  double temperature = 1.0;
  int64_t top_k = 0;  // 0: all
  double top_p = 1.0;
  double min_p = 0.0;
  double repetition_penalty = 1.0;
  double presence_penalty = 0.0;
  uint64_t seed = 0;

  static SamplingOptions from(const Generation &defaults);
  // How many of the largest logits decide which token is next, so that any other could be -infinity, under the rules of
  // QwenCall::top_k; 0: all of them do.
  int64_t decisiveLogits() const;
  // Throws UsageError naming the flag whose value is outside what HF allows.
  void check() const;
};

// xoshiro256** (Blackman and Vigna), seeded through splitmix64.
class RandomStream {
public:
  explicit RandomStream(uint64_t seed);
  double uniform();  // in [0, 1), 53 random bits

private:
  std::array<uint64_t, 4> state;
};

// The sampler of one sequence. Every sequence starts the same random stream, so that a row of a batch gets what it
// would get alone. Nothing is allocated per token.
class Sampler {
public:
  struct Candidate {
    int32_t id;
    float score;
  };

  Sampler(const SamplingOptions &options, int64_t vocab_size);

  // Tokens that the repetition penalty shall count; padding isn't among them.
  void addPrompt(const std::vector<int32_t> &ids);
  // `logits` is [vocab_size]. The token chosen counts for both penalties from now on.
  int32_t next(const float *logits);
  // What HF's processors leave of `logits`, in HF's order: repetition penalty, presence penalty, temperature, top-k,
  // top-p, min-p (transformers/generation/logits_process.py). Valid until the next call.
  const std::vector<Candidate> &process(const float *logits);

private:
  void applyPenalties(const float *logits);
  void keepTopK();
  void keepTopP();
  void keepMinP();
  int32_t draw();

  SamplingOptions options;
  int64_t vocab_size;
  RandomStream random;
  std::vector<uint8_t> seen;    // [vocab_size] bits kInPrompt, kGenerated
  std::vector<float> scores;    // [vocab_size]
  std::vector<Candidate> left;  // candidates still in play
};

// The lowest index of the largest of `values` [count]: torch.argmax.
int64_t argmax(const float *values, int64_t count);

}  // namespace qwen
