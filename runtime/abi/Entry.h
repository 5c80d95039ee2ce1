// The binary interface between generated code and the runtime that is linked
// with it into one program. C types only: the compiler emits these symbols,
// the runtime calls or reads them.
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Told by every thread when it begins a launch of program.phases[phase].
typedef struct QwenProfile {
  void (*launch)(struct QwenProfile *profile, int64_t phase, int64_t thread);
} QwenProfile;

// One forward call over `rows` tokens. Rows may belong to different sequences
// ("slots") in any mix; rows of one slot stand in increasing order of their place
// in it. Padded positions become rows only where a head reads them, as rows that
// append nothing.
typedef struct QwenCall {
  uint8_t *arena;          // [program.arena.bytes] activations, 64-byte aligned, shared by all threads
  uint8_t *scratch;        // [threads][program.arena.scratch_bytes] private to a thread, 64-byte aligned
  const uint8_t *weights;  // the packed weights, page-aligned, as in the program's weight file after its header
  uint8_t *states;         // [program.states.bytes] KV caches of all slots, zeroed at start, 64-byte aligned
  const int32_t *ids;      // [rows] token id; -1-r takes row r of `embeds` instead of the embedding table
  const float *embeds;     // [*, hidden_size], or null when no id is negative
  const int32_t *slot;     // [rows] sequence slot, 0 <= slot < program.batch
  const int32_t *index;    // [rows] place of this row in its slot's KV cache, 0 <= index < program.max_seq. It appends
                           // its key and value there and attends to the places up to its own. -1-n, 1 <= n <= max_seq:
                           // it appends nothing and attends to the places 0 .. n-1; a sliding window counts from place
                           // n and must leave one of them
  const float *position;   // [rows][program.position_axes] what RoPE turns by
  const float *rope_length;  // [rows] HF's seq_len of the forward call (largest position + 1): dynamic and longrope
  const int32_t *wanted;     // [wanted_rows] rows (increasing) for which row-wise heads (logits) are computed
  int64_t rows;              // 1 .. program.max_rows
  int64_t wanted_rows;       // 0 .. rows
  // k > 0: of each wanted row of logits only the k largest are needed, and what equals the k-th of them or comes nearer
  // to it than 2^-20 of itself; others may be -infinity. 0: all of them.
  int64_t top_k;
  // [program.outputs] destination of each output in the order of program.outputs in the program's JSON.
  // null: not requested. Outputs over "rows" are [rows, width], over "wanted" [wanted_rows, width], dense f32.
  float *const *outputs;
  QwenProfile *profile;  // null: nobody measures
} QwenCall;

// Run by every thread of the team with the same call; meets at qwen_barrier.
void qwen_forward(const QwenCall *call, int64_t thread, int64_t threads);

// Provided by the runtime: returns when all threads of the team have called it.
void qwen_barrier(int64_t thread, int64_t threads);

// Emitted by the compiler. Sizes in bytes; a blob that is absent has size 0.
extern const char qwen_program_json[];  // described in runtime/abi/Program.h
extern const uint64_t qwen_program_json_size;
extern const uint8_t qwen_tokenizer_blob[];  // runtime/text/TokenizerFormat.h
extern const uint64_t qwen_tokenizer_size;
extern const uint8_t qwen_weights_blob[];  // the weight file, for --weights=embed; page-aligned
extern const uint64_t qwen_weights_size;

#ifdef __cplusplus
}
#endif
