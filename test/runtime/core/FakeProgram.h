// A small hand-written model in the place of generated code: its results depend on ids, embeddings, positions, order,
// slot and rope length, through the states memory, so that a row that is computed wrongly, in the wrong order or in the
// wrong slot shows.
#pragma once

#include "runtime/abi/Entry.h"
#include "runtime/abi/Program.h"

#include <string>
#include <vector>

namespace qwen::fake {

inline constexpr int64_t kBatch = 2, kMaxSeq = 16, kVocab = 31, kHidden = 4, kExperts = 5, kTopK = 2, kLabels = 3;

// A program of this head with hidden_states.0 and .1 (and router_logits.0 and .1 when `moe`) on request.
Program program(Head head = Head::causal_lm, bool moe = false);

// qwen_forward for `program()`, which screens its logits if it has a head_screen: weights are f32 [8]. Aborts when a
// call breaks a rule of Entry.h.
void forward(const QwenCall *call, int64_t thread, int64_t threads);
// The program whose calls forward() shall expect from now on; borrowed.
void expect(const Program &program);

std::vector<float> weights();

// What output `output` gives for the last of the tokens `values` (see value()) at `positions`, computed plainly.
float expected(const std::vector<float> &values, const std::vector<float> &positions, float rope_length, int64_t output,
               int64_t column);
// The same for a token `value` at padding, which sees `values` but has no place among them.
float expectedAtPadding(float value, const std::vector<float> &values, const std::vector<float> &positions,
                        float rope_length, int64_t output, int64_t column);
float value(int32_t id);              // of a token
float value(const float *embedding);  // [kHidden]

}  // namespace qwen::fake
