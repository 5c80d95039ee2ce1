// What a compiled program knows about itself: written by the compiler as JSON
// into `qwen_program_json`, read by the runtime once at start-up.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace qwen {

enum class Head { causal_lm, model, sequence_classification, token_classification, question_answering };

// One tensor that qwen_forward can write; its place in Program::outputs is its place in QwenCall::outputs.
struct Output {
  std::string
      name;  // as the generated code has it: "logits", "last_hidden_state", "hidden_states.3", "router_logits.0"
  int64_t width = 0;         // f32 values per row
  bool wanted_rows = false;  // true: one row per QwenCall::wanted; false: one per row of the call
  bool on_request = false;   // written only when --select names it
};

// Defaults of generation_config.json (then config.json); absent: HF's own default.
struct Generation {
  bool do_sample = false;
  double temperature = 1.0;
  int64_t top_k = 50;
  double top_p = 1.0;
  double min_p = 0.0;
  double repetition_penalty = 1.0;
  double presence_penalty = 0.0;
  std::vector<int64_t> eos_token_ids;
  std::optional<int64_t> pad_token_id;  // generation_config's, else config's; absent: the first eos
  std::optional<int64_t> bos_token_id;
};

struct MemoryEntry {
  std::string section;  // "weights", "states", "arena", "scratch", "tokenizer", "code"
  std::string name;     // HF tensor name, state name, or what the bytes are for
  int64_t bytes = 0;
};

// Launches of kernels of one kind in a forward call, of all layers together: what they read and compute, for `bench`.
// Activations aren't counted: they stay in the caches.
struct Phase {
  std::string name;              // the kernel's kind, and of which weight: "norm_qkv", "linear_residual o_proj"
  std::string element;           // of the matrices that it multiplies by: "f32", "bf16", "q8", "q4"; empty: none
  bool wanted_rows = false;      // works on QwenCall::wanted rows, and not at all without one
  bool on_request = false;       // runs only for an output on request
  int64_t launches = 0;          // in a call
  int64_t weight_bytes = 0;      // read once a call, however many rows it has
  int64_t row_weight_bytes = 0;  // read for each row: of an embedding table
  int64_t expert_bytes = 0;      // of one expert; read for each that a row of the call chose
  int64_t screen_bytes = 0;      // of an LM head's screen: read in calls with a top_k, and of the weights only a part
  int64_t row_multiplies = 0;    // multiply-adds with weights and recurrent states for each row
  int64_t state_bytes = 0;       // recurrent state of a slot: read once a call and written back
  int64_t key_bytes = 0;         // keys and values of one place of a slot's cache
  int64_t key_multiplies = 0;    // multiply-adds for each row and place that it attends to
  int64_t window = 0;            // places that a row attends to; 0: all up to its own
};

// Where a state lies in QwenCall::states: slot s has slot_bytes from offset + s * slot_bytes on. Those of a cache are
// `heads` equal parts, each of them blocks of block_bytes for block_positions places in rising order.
struct State {
  int64_t offset = 0;
  int64_t slot_bytes = 0;
  bool recurrent = false;  // no cache: carried from row to row as a whole
  int64_t heads = 0;
  int64_t block_bytes = 0;
  int64_t block_positions = 0;
};

struct Program {
  static constexpr int64_t kFormat = 1;

  std::string model;   // directory name of the checkpoint
  std::string family;  // model_type: "qwen3", "qwen3_moe"
  std::string task;    // HF class name
  Head head = Head::causal_lm;
  std::string build_id;  // 32 hex digits; equal in the program and in its weight file

  int64_t vocab_size = 0;
  int64_t hidden_size = 0;
  int64_t num_layers = 0;
  int64_t parameters = 0;   // elements of all weights; a tied embedding counts once
  int64_t num_labels = 0;   // classification heads
  int64_t num_experts = 0;  // 0: dense (aux_loss needs these two)
  int64_t num_experts_per_tok = 0;
  std::optional<int64_t> pad_token_id;  // config.json's: sequence classification pools by it
  bool output_router_logits = false;    // config.json: router_logits and aux_loss are written by default

  int64_t batch = 1;          // slots
  int64_t max_seq = 0;        // positions in a slot's KV cache
  int64_t max_rows = 0;       // rows of one qwen_forward call
  int64_t position_axes = 1;  // values of QwenCall::position per row
  int64_t mask_window = 0;    // sliding window over padded columns, 0: none

  std::string target_triple;
  std::string target_cpu;
  std::string target_level;               // "x86-64-v3", "x86-64-v4+bf16", "generic", ...
  std::vector<std::string> cpu_features;  // LLVM names that generated code uses and CPUID must show: "avx2", "fma", ...
  // How products with weights add up, for the machine's peak to compare with: "fma_f32", "dpbf16", "dpbusd",
  // "maddubs16", "maddubs32", "sdot"; "generic" where it is nothing better than separate multiplications and additions.
  std::string dot_form;
  std::string weight_dtype;  // "f32", "bf16", "q8", "q4"
  std::string head_screen;   // "q8", "q4": QwenCall::top_k spares most of the LM head (dialect/README.md); empty: none
  std::string kv_dtype;      // of keys and values in their caches: "f32", "bf16", "q8"

  int64_t arena_bytes = 0;
  int64_t scratch_bytes = 0;  // per thread
  int64_t states_bytes = 0;   // all slots
  std::vector<State> states;
  int64_t weights_bytes = 0;  // packed weights, without the file's header
  bool weights_embedded = false;

  std::vector<Output> outputs;
  std::vector<MemoryEntry> memory;
  std::vector<Phase> phases;  // in the order of their first launch
  Generation generation;
  std::string chat_template;                    // Jinja source, empty: none
  std::string bos_token, eos_token, pad_token;  // texts for the template, empty: none
};

// Whether there are recurrent states, so that a slot can't be taken back to fewer tokens.
bool isRecurrent(const Program &program);

std::string toJson(const Program &program);
// Returns nullopt and sets `error` to one line when the text isn't a program description of this format.
std::optional<Program> programFromJson(const std::string &text, std::string &error);

// The weight file: this header, zeros up to kWeightsAlignment, then Program::weights_bytes of packed weights.
struct WeightFileHeader {
  char magic[8];           // "QWENCWT1"
  char build_id[32];       // hex, not terminated
  uint64_t payload_bytes;  // packed weights after the header page
  uint64_t checksum;       // XXH3 (64 bits) of the bytes before this field
};
inline constexpr char kWeightsMagic[9] = "QWENCWT1";
inline constexpr int64_t kWeightsAlignment = 4096;

}  // namespace qwen
