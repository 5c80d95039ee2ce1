// The loop of HF's generate(): prefill, then one token per sequence and step, or several where drafts are accepted.
#pragma once

#include "runtime/core/Drafter.h"
#include "runtime/core/Engine.h"
#include "runtime/core/Sampler.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace qwen {

struct Prompt {
  std::vector<int32_t> ids;      // tokens; -1-r takes row r of `embeds`
  std::vector<float> positions;  // one per token; empty: from 0
  // Leading tokens that the slot holds from an earlier call over the same tokens, less than ids.size(): a chat computes
  // only what is new. Recurrent layers stand right behind them. After a call the slot holds the prompt and all new
  // tokens but the last.
  int64_t cached = 0;
};

struct GenerateOptions {
  int64_t max_new_tokens = 0;  // at least 1
  int64_t chunk = 0;           // rows of a prefill call, 1 .. program.max_rows
  SamplingOptions sampling;
  std::vector<int64_t> eos_token_ids;
  DraftOptions draft;
};

// What generating took; counts go up.
struct GenerateCounts {
  int64_t tokens = 0;    // new ones, of all sequences
  int64_t steps = 0;     // behind those of the prompts: forward passes over what runs side by side
  int64_t drafted = 0;   // tokens that were guessed
  int64_t accepted = 0;  // and of these, the ones that were chosen
};

// Called with each new token as soon as it is chosen, the end token too; false ends that sequence.
using TokenSink = std::function<bool(int64_t sequence, int32_t id)>;

// Computes the prompt's tokens [prompt.cached, end) into slot 0, and no logits; the same bits as in one go with the
// rest.
void computePrompt(Engine &engine, const Prompt &prompt, int64_t end, const float *embeds, int64_t chunk);

// The new tokens of each prompt: up to and with an end token, or max_new_tokens. More prompts than program.batch are
// taken in groups; each gets what it would get alone. Prompt i of a group uses slot i.
// With drafts a call computes a sequence's last token and the guesses behind it, and the sampler goes through their
// logits as through those of single steps until it chooses something else. A row's bits don't depend on the rows beside
// it, so the result is the same to the token; what follows a wrong guess in the cache is never read, but overwritten.
// Programs with recurrent layers can't take back a guess: they go without drafts.
// Precondition: ids.size() + max_new_tokens - 1 <= program.max_seq for every prompt.
std::vector<std::vector<int32_t>> generate(Engine &engine, const std::vector<Prompt> &prompts, const float *embeds,
                                           const GenerateOptions &options, const TokenSink &sink = {},
                                           GenerateCounts *counts = nullptr);

}  // namespace qwen
