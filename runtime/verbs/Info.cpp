// `APP info`: what the program is, and where every byte goes.
#include "nlohmann/json.hpp"
#include "runtime/core/Cores.h"
#include "runtime/verbs/EvalOutputs.h"
#include "runtime/verbs/Format.h"
#include "runtime/verbs/Verb.h"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>

namespace qwen {
namespace {

using Json = nlohmann::ordered_json;

struct Section {
  std::string name;
  int64_t bytes = 0;
  std::vector<MemoryEntry> entries;
};

// program.memory by section, in its order. What no entry explains of a section's size is what lies between them; it
// stands there as an entry of its own, so that every sum adds up.
std::vector<Section> memorySections(const Program &program) {
  std::vector<Section> sections;
  const auto find = [&](const std::string &name) -> Section & {
    for (Section &section : sections)
      if (section.name == name)
        return section;
    return sections.emplace_back(Section{name, 0, {}});
  };
  const auto add = [&](const MemoryEntry &entry) {
    Section &section = find(entry.section);
    section.entries.push_back(entry);
    section.bytes += entry.bytes;
  };
  for (const MemoryEntry &entry : program.memory)
    add(entry);
  for (auto [name, total] : {std::pair{"weights", program.weights_bytes}, std::pair{"states", program.states_bytes},
                             std::pair{"arena", program.arena_bytes}, std::pair{"scratch", program.scratch_bytes}})
    if (int64_t rest = total - find(name).bytes; rest != 0)
      add({name, find(name).entries.empty() ? "all" : "alignment", rest});
  // The file is known only once it is linked, so the program looks at itself.
  std::error_code problem;
  const auto file = static_cast<int64_t>(std::filesystem::file_size("/proc/self/exe", problem));
  const int64_t inside = find("code").bytes + find("tokenizer").bytes +
                         (program.weights_embedded ? kWeightsAlignment + program.weights_bytes : 0);
  if (!problem && file > inside)
    add({"file", "runtime, description and headers of the program", file - inside});
  return sections;
}

// "model.layers.*.mlp.gate.weight": the same tensor of all layers is one line for people.
std::string withoutLayer(const std::string &name) {
  const std::string mark = "layers.";
  size_t begin = name.find(mark);
  if (begin == std::string::npos)
    return name;
  begin += mark.size();
  size_t end = name.find_first_not_of("0123456789", begin);
  return end == begin ? name : name.substr(0, begin) + "*" + (end == std::string::npos ? "" : name.substr(end));
}

// What the process takes while it runs: scratch once per thread.
int64_t runningBytes(const Program &program, int64_t threads) {
  return program.weights_bytes + program.states_bytes + program.arena_bytes + program.scratch_bytes * threads;
}

// The LM head where it has a screen, else null.
const Phase *screenedHead(const Program &program) {
  const auto found = std::find_if(program.phases.begin(), program.phases.end(),
                                  [](const Phase &phase) { return phase.screen_bytes > 0; });
  return found == program.phases.end() ? nullptr : &*found;
}

class Info : public Verb {
public:
  void addOptions(OptionSet &options, const Program &) override {
    options.flag("--json", json, "print JSON, every tensor by name");
  }

  void run(Host &host) override {
    if (json)
      printJson(host);
    else
      printText(host);
  }

private:
  void printJson(const Host &host) const {
    const Program &program = host.program();
    Json memory = Json::array();
    for (const Section &section : memorySections(program)) {
      Json entries = Json::array();
      for (const MemoryEntry &entry : section.entries)
        entries.push_back({{"name", entry.name}, {"bytes", entry.bytes}});
      memory.push_back({{"section", section.name}, {"bytes", section.bytes}, {"entries", std::move(entries)}});
    }
    Json result = Json::parse(toJson(program));
    result.erase("memory");
    result["output_names"] = fieldNames(program);
    result["tokenizer_bytes"] = host.image().tokenizer_size;
    result["weights_path"] = program.weights_embedded ? Json(nullptr) : Json(host.image().weights_path);
    result["default_threads"] = defaultThreads();
    if (const Phase *head = screenedHead(program)) {
      result["head_screen_bytes"] = head->screen_bytes;
      result["head_bytes"] = head->weight_bytes;
    }
    result["running_bytes"] = runningBytes(program, defaultThreads());
    result["memory"] = std::move(memory);
    std::cout << result.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
  }

  static std::vector<std::string> fieldNames(const Program &program) {
    std::vector<std::string> names;
    for (const Field &field : outputFields(program))
      names.push_back(field.name);
    return names;
  }

  static void line(const std::string &name, const std::string &value) {
    std::cout << "  " << name << std::string(name.size() < 18 ? 18 - name.size() : 1, ' ') << value << "\n";
  }

  void printText(const Host &host) const {
    const Program &program = host.program();
    std::cout << program.task << " " << program.model << "\n";
    line("family", program.family);
    line("build", program.build_id);
    line("vocabulary", std::to_string(program.vocab_size));
    line("hidden size", std::to_string(program.hidden_size));
    line("layers", std::to_string(program.num_layers));
    if (program.num_experts > 0)
      line("experts", std::to_string(program.num_experts) + ", " + std::to_string(program.num_experts_per_tok) +
                          " for each token");
    if (program.num_labels > 0)
      line("labels", std::to_string(program.num_labels));
    line("sequences",
         std::to_string(program.batch) + " side by side, " + std::to_string(program.max_seq) + " positions each");
    line("prefill", "up to " + std::to_string(program.max_rows) + " tokens at once");
    if (program.mask_window > 0)
      line("sliding window", std::to_string(program.mask_window));
    line("target", program.target_triple + ", " + program.target_cpu + ", " + program.target_level);
    std::string features;
    for (const std::string &feature : program.cpu_features)
      features += (features.empty() ? "" : " ") + feature;
    line("needs", features.empty() ? "nothing beyond the target's baseline" : features);
    line("weights",
         program.weight_dtype + ", " + (program.weights_embedded ? "inside the program" : host.image().weights_path));
    if (const Phase *head = screenedHead(program))
      line("head screen", program.head_screen + ", " + humanBytes(head->screen_bytes) + " beside the head's " +
                              humanBytes(head->weight_bytes));
    line("KV cache", program.kv_dtype);
    std::string outputs;
    for (const Field &field : outputFields(program))
      if (field.by_default)
        outputs += (outputs.empty() ? "" : ", ") + field.name;
    line("outputs", outputs);
    std::cout << "\n";
    printMemory(program);
  }

  static void memoryLine(int64_t bytes, const std::string &what) {
    const std::string number = std::to_string(bytes), human = humanBytes(bytes);
    std::cout << std::string(number.size() < 15 ? 15 - number.size() : 0, ' ') << number
              << std::string(human.size() < 13 ? 13 - human.size() : 1, ' ') << human << "  " << what << "\n";
  }

  static void printMemory(const Program &program) {
    for (const Section &section : memorySections(program)) {
      memoryLine(section.bytes, section.name + (section.name == "scratch" ? " of each thread" : ""));
      std::vector<std::string> order;
      std::map<std::string, std::pair<int64_t, int64_t>> groups;  // count, bytes
      for (const MemoryEntry &entry : section.entries) {
        auto [group, added] = groups.try_emplace(withoutLayer(entry.name));
        if (added)
          order.push_back(group->first);
        group->second.first += 1;
        group->second.second += entry.bytes;
      }
      for (const std::string &name : order) {
        auto [count, bytes] = groups.at(name);
        memoryLine(bytes, "  " + name + (count > 1 ? " x" + std::to_string(count) : ""));
      }
    }
    const int64_t threads = defaultThreads();
    memoryLine(runningBytes(program, threads), "while running: weights, states, arena and scratch of " +
                                                   std::to_string(threads) + (threads == 1 ? " thread" : " threads"));
  }

  bool json = false;
};

}  // namespace

std::unique_ptr<Verb> makeInfo() { return std::make_unique<Info>(); }

}  // namespace qwen
