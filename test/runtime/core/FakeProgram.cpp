#include "FakeProgram.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>

namespace qwen::fake {
namespace {

const Program *expected_program = nullptr;

void require(bool holds, const char *rule) {
  if (holds)
    return;
  std::fprintf(stderr, "fake forward: broken rule: %s\n", rule);
  std::abort();
}

float term(float value, float position, int64_t index) {
  return value * (1.0f + 0.25f * static_cast<float>(index)) + 0.013f * position;
}

float finish(float context, float rope_length, int64_t output, int64_t column) {
  return std::sin((context + 0.001f * rope_length) * (1.0f + 0.37f * static_cast<float>(column)) +
                  static_cast<float>(output));
}

float tokenValue(const QwenCall &call, const Program &program, int64_t row) {
  const int32_t id = call.ids[row];
  return id >= 0 ? value(id) : value(call.embeds + (-1 - id) * program.hidden_size);
}

void checkCall(const QwenCall &call, const Program &program) {
  require(call.rows >= 1 && call.rows <= program.max_rows, "1 <= rows <= max_rows");
  require(call.wanted_rows >= 0 && call.wanted_rows <= call.rows, "0 <= wanted_rows <= rows");
  require(reinterpret_cast<uintptr_t>(call.arena) % 64 == 0 && reinterpret_cast<uintptr_t>(call.states) % 64 == 0 &&
              reinterpret_cast<uintptr_t>(call.scratch) % 64 == 0,
          "memory is 64-byte aligned");
  for (int64_t w = 0; w < call.wanted_rows; ++w)
    require(call.wanted[w] >= 0 && call.wanted[w] < call.rows && (w == 0 || call.wanted[w] > call.wanted[w - 1]),
            "wanted rows increase");
  std::vector<int32_t> last(static_cast<size_t>(program.batch), -1);
  for (int64_t r = 0; r < call.rows; ++r) {
    require(call.slot[r] >= 0 && call.slot[r] < program.batch, "0 <= slot < batch");
    const int32_t place = call.index[r] >= 0 ? call.index[r] : -1 - call.index[r];
    require(call.index[r] >= 0 ? place < program.max_seq : place >= 1 && place <= program.max_seq,
            "0 <= index < max_seq, or -1 - n with 1 <= n <= max_seq");
    require(place > last[static_cast<size_t>(call.slot[r])], "rows of a slot increase");
    last[static_cast<size_t>(call.slot[r])] = place;
    require(call.ids[r] < program.vocab_size && (call.ids[r] >= 0 || call.embeds), "ids inside the vocabulary");
  }
  for (size_t o = 0; o < program.outputs.size(); ++o)
    require(!(call.outputs[o] && program.outputs[o].wanted_rows && call.wanted_rows == 0), "no wanted row, no output");
}

}  // namespace

Program program(Head head, bool moe) {
  Program program;
  program.model = "fake";
  program.family = moe ? "qwen3_moe" : "qwen3";
  program.task = "FakeFor" + std::string(head == Head::causal_lm ? "CausalLM" : "SomethingElse");
  program.head = head;
  program.build_id = "0123456789abcdef0123456789abcdef";
  program.vocab_size = kVocab;
  program.hidden_size = kHidden;
  program.num_layers = 1;
  program.batch = kBatch;
  program.max_seq = kMaxSeq;
  program.max_rows = kBatch * kMaxSeq;
  program.target_triple = "any";
  program.target_level = "generic";
  program.weight_dtype = "f32";
  program.kv_dtype = "f32";
  program.states_bytes = kBatch * kMaxSeq * static_cast<int64_t>(sizeof(float));
  program.arena_bytes = 4096;
  program.scratch_bytes = 64;
  program.weights_bytes = static_cast<int64_t>(weights().size() * sizeof(float));
  program.dot_form = "generic";
  program.parameters = 8;
  program.phases.resize(3);
  program.phases[0].name = "rows";
  program.phases[1].name = "head";
  program.phases[1].wanted_rows = true;
  program.phases[2].name = "output";
  program.phases[2].on_request = true;
  for (Phase &phase : program.phases)
    phase.launches = 1;
  program.generation.top_k = 0;
  switch (head) {
  case Head::causal_lm:
    program.outputs.push_back({"logits", kVocab, true, false});
    break;
  case Head::model:
    program.outputs.push_back({"last_hidden_state", kHidden, false, false});
    break;
  case Head::sequence_classification:
    program.num_labels = kLabels;
    program.outputs.push_back({"logits", kLabels, true, false});
    break;
  case Head::token_classification:
    program.num_labels = kLabels;
    program.outputs.push_back({"logits", kLabels, false, false});
    break;
  case Head::question_answering:
    program.outputs.push_back({"logits", 2, false, false});
    break;
  }
  for (int i = 0; i < 2; ++i)
    program.outputs.push_back({"hidden_states." + std::to_string(i), kHidden, false, true});
  if (moe) {
    program.num_experts = kExperts;
    program.num_experts_per_tok = kTopK;
    for (int i = 0; i < 2; ++i)
      program.outputs.push_back({"router_logits." + std::to_string(i), kExperts, false, true});
  }
  return program;
}

void expect(const Program &program) { expected_program = &program; }

std::vector<float> weights() { return {0.25f, 0.5f, -1, 2, 3, 4, 5, 6}; }

float value(int32_t id) { return 0.173f * static_cast<float>(id + 1); }
float value(const float *embedding) { return embedding[0] + 2 * embedding[1] - embedding[2] + 0.5f * embedding[3]; }

static float contextOf(const std::vector<float> &values, const std::vector<float> &positions) {
  float context = weights()[0];
  for (size_t i = 0; i < values.size(); ++i)
    context += term(values[i], positions[i], static_cast<int64_t>(i));
  return context;
}

float expected(const std::vector<float> &values, const std::vector<float> &positions, float rope_length, int64_t output,
               int64_t column) {
  return finish(contextOf(values, positions), rope_length, output, column);
}

float expectedAtPadding(float value, const std::vector<float> &values, const std::vector<float> &positions,
                        float rope_length, int64_t output, int64_t column) {
  return finish(contextOf(values, positions) + value, rope_length, output, column);
}

// Leaves nothing of a row of logits but what a call with a top_k may rely on.
static void screen(float *logits, int64_t width, int64_t top_k) {
  std::vector<float> sorted(logits, logits + width);
  std::sort(sorted.begin(), sorted.end(), std::greater<>());
  const float least = sorted[static_cast<size_t>(std::min(top_k, width) - 1)];
  std::replace_if(
      logits, logits + width, [&](float x) { return x < least; }, -INFINITY);
}

void forward(const QwenCall *call, int64_t thread, int64_t threads) {
  const Program &program = *expected_program;
  if (thread == 0)
    checkCall(*call, program);
  if (call->profile)
    call->profile->launch(call->profile, 0, thread);
  // Rows are dealt out to the threads; every row needs the cache entries of the others, hence the barrier.
  auto *cache = reinterpret_cast<float *>(call->states);
  for (int64_t r = thread; r < call->rows; r += threads) {
    if (call->index[r] < 0)
      continue;
    cache[call->slot[r] * program.max_seq + call->index[r]] =
        term(tokenValue(*call, program, r), call->position[r * program.position_axes], call->index[r]);
  }
  qwen_barrier(thread, threads);
  std::vector<float> contexts(static_cast<size_t>(call->rows));
  for (int64_t r = 0; r < call->rows; ++r) {
    const int32_t index = call->index[r], keys = index >= 0 ? index + 1 : -1 - index;
    float context = *reinterpret_cast<const float *>(call->weights);
    for (int32_t i = 0; i < keys; ++i)
      context += cache[call->slot[r] * program.max_seq + i];
    if (index < 0)  // its own token counts, as what it is without a place
      context += tokenValue(*call, program, r);
    contexts[static_cast<size_t>(r)] = context;
  }
  if (call->profile && call->wanted_rows > 0)
    call->profile->launch(call->profile, 1, thread);
  for (size_t o = 0; o < program.outputs.size(); ++o) {
    const Output &output = program.outputs[o];
    const int64_t rows = output.wanted_rows ? call->wanted_rows : call->rows;
    for (int64_t i = thread; call->outputs[o] && i < rows; i += threads) {
      const int64_t r = output.wanted_rows ? call->wanted[i] : i;
      for (int64_t c = 0; c < output.width; ++c)
        call->outputs[o][i * output.width + c] =
            finish(contexts[static_cast<size_t>(r)], call->rope_length[r], static_cast<int64_t>(o), c);
      if (call->top_k > 0 && !program.head_screen.empty() && output.name == "logits")
        screen(call->outputs[o] + i * output.width, output.width, call->top_k);
    }
  }
}

}  // namespace qwen::fake
