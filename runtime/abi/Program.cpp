#include "runtime/abi/Program.h"

#include "nlohmann/json.hpp"

#include <algorithm>
#include <stdexcept>
#include <type_traits>

namespace qwen {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::pair<Head, const char *> kHeads[] = {
    {Head::causal_lm, "causal_lm"},
    {Head::model, "model"},
    {Head::sequence_classification, "sequence_classification"},
    {Head::token_classification, "token_classification"},
    {Head::question_answering, "question_answering"},
};

// The fields of each struct stand here once, for both directions: `field(name, member)`.
template <typename F, typename T> void visit(F &&field, T &self) {
  using Plain = std::remove_const_t<T>;
  if constexpr (std::is_same_v<Plain, Output>) {
    field("name", self.name);
    field("width", self.width);
    field("wanted_rows", self.wanted_rows);
    field("on_request", self.on_request);
  } else if constexpr (std::is_same_v<Plain, MemoryEntry>) {
    field("section", self.section);
    field("name", self.name);
    field("bytes", self.bytes);
  } else if constexpr (std::is_same_v<Plain, State>) {
    field("offset", self.offset);
    field("slot_bytes", self.slot_bytes);
    field("recurrent", self.recurrent);
    field("heads", self.heads);
    field("block_bytes", self.block_bytes);
    field("block_positions", self.block_positions);
  } else if constexpr (std::is_same_v<Plain, Phase>) {
    field("name", self.name);
    field("element", self.element);
    field("wanted_rows", self.wanted_rows);
    field("on_request", self.on_request);
    field("launches", self.launches);
    field("weight_bytes", self.weight_bytes);
    field("row_weight_bytes", self.row_weight_bytes);
    field("expert_bytes", self.expert_bytes);
    field("screen_bytes", self.screen_bytes);
    field("row_multiplies", self.row_multiplies);
    field("state_bytes", self.state_bytes);
    field("key_bytes", self.key_bytes);
    field("key_multiplies", self.key_multiplies);
    field("window", self.window);
  } else if constexpr (std::is_same_v<Plain, Generation>) {
    field("do_sample", self.do_sample);
    field("temperature", self.temperature);
    field("top_k", self.top_k);
    field("top_p", self.top_p);
    field("min_p", self.min_p);
    field("repetition_penalty", self.repetition_penalty);
    field("presence_penalty", self.presence_penalty);
    field("eos_token_ids", self.eos_token_ids);
    field("pad_token_id", self.pad_token_id);
    field("bos_token_id", self.bos_token_id);
  } else {
    field("model", self.model);
    field("family", self.family);
    field("task", self.task);
    field("head", self.head);
    field("build_id", self.build_id);
    field("vocab_size", self.vocab_size);
    field("hidden_size", self.hidden_size);
    field("num_layers", self.num_layers);
    field("parameters", self.parameters);
    field("num_labels", self.num_labels);
    field("num_experts", self.num_experts);
    field("num_experts_per_tok", self.num_experts_per_tok);
    field("pad_token_id", self.pad_token_id);
    field("output_router_logits", self.output_router_logits);
    field("batch", self.batch);
    field("max_seq", self.max_seq);
    field("max_rows", self.max_rows);
    field("position_axes", self.position_axes);
    field("mask_window", self.mask_window);
    field("target_triple", self.target_triple);
    field("target_cpu", self.target_cpu);
    field("target_level", self.target_level);
    field("cpu_features", self.cpu_features);
    field("dot_form", self.dot_form);
    field("weight_dtype", self.weight_dtype);
    field("head_screen", self.head_screen);
    field("kv_dtype", self.kv_dtype);
    field("arena_bytes", self.arena_bytes);
    field("scratch_bytes", self.scratch_bytes);
    field("states_bytes", self.states_bytes);
    field("states", self.states);
    field("weights_bytes", self.weights_bytes);
    field("weights_embedded", self.weights_embedded);
    field("outputs", self.outputs);
    field("memory", self.memory);
    field("phases", self.phases);
    field("generation", self.generation);
    field("chat_template", self.chat_template);
    field("bos_token", self.bos_token);
    field("eos_token", self.eos_token);
    field("pad_token", self.pad_token);
  }
}

template <typename T>
constexpr bool is_struct = std::is_same_v<T, Output> || std::is_same_v<T, MemoryEntry> || std::is_same_v<T, Phase> ||
                           std::is_same_v<T, Generation> || std::is_same_v<T, State>;

template <typename T> Json write(const T &value);
template <typename T> Json write(const std::vector<T> &values) {
  Json array = Json::array();
  for (const T &value : values)
    array.push_back(write(value));
  return array;
}
template <typename T> Json write(const std::optional<T> &value) { return value ? write(*value) : Json(nullptr); }
Json write(const Head &head) {
  for (auto &[known, name] : kHeads)
    if (known == head)
      return name;
  throw std::logic_error("unknown head");
}
template <typename T> Json write(const T &value) {
  if constexpr (is_struct<T> || std::is_same_v<T, Program>) {
    Json object = Json::object();
    visit([&](const char *name, const auto &member) { object[name] = write(member); }, value);
    return object;
  } else {
    return value;
  }
}

[[noreturn]] void wrong(const std::string &where, const char *expected) {
  throw std::runtime_error(where + " is not " + expected);
}

void read(const std::string &where, const Json &json, bool &value) {
  if (!json.is_boolean())
    wrong(where, "a boolean");
  value = json.get<bool>();
}
void read(const std::string &where, const Json &json, int64_t &value) {
  if (!json.is_number_integer())
    wrong(where, "an integer");
  value = json.get<int64_t>();
}
void read(const std::string &where, const Json &json, double &value) {
  if (!json.is_number())
    wrong(where, "a number");
  value = json.get<double>();
}
void read(const std::string &where, const Json &json, std::string &value) {
  if (!json.is_string())
    wrong(where, "a string");
  value = json.get<std::string>();
}
void read(const std::string &where, const Json &json, Head &value) {
  for (auto &[head, name] : kHeads)
    if (json == name) {
      value = head;
      return;
    }
  wrong(where, "a known head");
}
template <typename T> void read(const std::string &where, const Json &json, std::optional<T> &value) {
  if (json.is_null())
    value.reset();
  else
    read(where, json, value.emplace());
}
template <typename T> void read(const std::string &where, const Json &json, std::vector<T> &values);
template <typename T>
requires(is_struct<T> || std::is_same_v<T, Program>) void read(const std::string &where, const Json &json, T &value) {
  if (!json.is_object())
    wrong(where, "an object");
  visit(
      [&](const char *name, auto &member) {
        auto found = json.find(name);
        if (found == json.end())
          throw std::runtime_error(where + " has no " + name);
        read(where + "." + name, *found, member);
      },
      value);
}
template <typename T> void read(const std::string &where, const Json &json, std::vector<T> &values) {
  if (!json.is_array())
    wrong(where, "an array");
  values.clear();
  for (size_t i = 0; i < json.size(); ++i)
    read(where + "[" + std::to_string(i) + "]", json[i], values.emplace_back());
}

}  // namespace

bool isRecurrent(const Program &program) {
  return std::any_of(program.states.begin(), program.states.end(), [](const State &state) { return state.recurrent; });
}

std::string toJson(const Program &program) {
  Json object = {{"format", Program::kFormat}};
  object.update(write(program));
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<Program> programFromJson(const std::string &text, std::string &error) {
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("format")) {
    error = "program description: not a JSON object with a format";
    return std::nullopt;
  }
  if (json["format"] != Program::kFormat) {
    error = "program description: format is " + json["format"].dump() + ", this runtime reads " +
            std::to_string(Program::kFormat);
    return std::nullopt;
  }
  Program program;
  try {
    read("program", json, program);
  } catch (const std::runtime_error &problem) {
    error = std::string("program description: ") + problem.what();
    return std::nullopt;
  }
  return program;
}

}  // namespace qwen
