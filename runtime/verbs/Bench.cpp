// `APP bench`: prompt and generation speed, beside what the machine's memory gives.
#include "nlohmann/json.hpp"
#include "runtime/core/ChunkedForward.h"
#include "runtime/core/Error.h"
#include "runtime/core/Sampler.h"
#include "runtime/verbs/Format.h"
#include "runtime/verbs/ReadProbe.h"
#include "runtime/verbs/SharedOptions.h"
#include "runtime/verbs/Verb.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iostream>

namespace qwen {
namespace {

using Json = nlohmann::ordered_json;

struct Series {
  std::vector<double> values;

  double mean() const {
    double sum = 0;
    for (double value : values)
      sum += value;
    return values.empty() ? 0 : sum / static_cast<double>(values.size());
  }
  // Sample standard deviation.
  double deviation() const {
    double sum = 0;
    for (double value : values)
      sum += (value - mean()) * (value - mean());
    return values.size() < 2 ? 0 : std::sqrt(sum / static_cast<double>(values.size() - 1));
  }
  Json json() const { return {{"mean", mean()}, {"deviation", deviation()}}; }
};

bool contains(const std::string &text, const char *part) { return text.find(part) != std::string::npos; }

// Bytes of weights that one decode step of one sequence reads: all, but of the experts only those chosen, and of an
// embedding that isn't the head's matrix too just a row.
double weightBytesPerToken(const Program &program) {
  const auto named = [&](const char *part) {
    return std::any_of(program.memory.begin(), program.memory.end(), [&](const MemoryEntry &entry) {
      return entry.section == "weights" && contains(entry.name, part);
    });
  };
  const bool embedding_is_head = program.head == Head::causal_lm && !named("lm_head.");
  double total = 0;
  for (const MemoryEntry &entry : program.memory) {
    auto bytes = static_cast<double>(entry.bytes);
    if (entry.section != "weights" || (contains(entry.name, "embed_tokens.") && !embedding_is_head))
      continue;
    if (contains(entry.name, ".mlp.experts."))
      bytes *= static_cast<double>(program.num_experts_per_tok) / static_cast<double>(program.num_experts);
    total += bytes;
  }
  return total;
}

class Bench : public Verb {
public:
  void addOptions(OptionSet &options, const Program &program) override {
    prompt = std::min<int64_t>(512, program.max_seq);
    generation = std::min<int64_t>(128, program.max_seq);
    options.integer("-p,--prompt", prompt, "tokens of the prompt, 0: don't measure", 0, INT32_MAX);
    options.integer("-n,--generate", generation, "tokens generated one by one, 0: don't measure", 0, INT32_MAX);
    options.integer("-r,--repetitions", repetitions, "measurements of each", 1, 1000000);
    options.flag("--json", json, "print JSON instead of a table");
    compute.add(options, program);
  }

  void run(Host &host) override {
    const Program &program = host.program();
    for (auto [flag, count] : {std::pair{"-p", prompt}, std::pair{"-n", generation}})
      if (count > program.max_seq)
        throw UserError(std::string(flag) + " " + std::to_string(count) + " is more than the program's " +
                        std::to_string(program.max_seq) + " positions");
    threads = compute.threads();  // asked once: the team then pins its threads, which narrows the default
    Engine &engine = host.startEngine(threads);
    ReadProbe probe(engine.team());
    measure(engine, probe);
    if (json)
      printJson(program);
    else
      printTable(program);
  }

private:
  // The first round warms caches and pages and isn't counted; rounds interleave what is compared.
  void measure(Engine &engine, ReadProbe &probe) {
    for (int64_t round = 0; round <= repetitions; ++round) {
      double bandwidth = probe.gigabytesPerSecond();
      double prompt_speed = tokensPerSecond(engine, prompt, compute.chunk(engine.program()));
      double generation_speed = tokensPerSecond(engine, generation, 1);
      if (round == 0)
        continue;
      read_bandwidth.values.push_back(bandwidth);
      prompt_tokens.values.push_back(prompt_speed);
      generation_tokens.values.push_back(generation_speed);
    }
  }

  // `tokens` random tokens from an empty cache in calls of `chunk`; the head is computed once a call.
  double tokensPerSecond(Engine &engine, int64_t tokens, int64_t chunk) {
    if (tokens == 0)
      return 0;
    const Program &program = engine.program();
    const int64_t head = outputIndex(program, "logits");
    std::vector<float> logits;
    std::vector<OutputTarget> targets;
    if (head >= 0 && program.outputs[static_cast<size_t>(head)].wanted_rows) {
      logits.resize(static_cast<size_t>(program.outputs[static_cast<size_t>(head)].width));
      targets.push_back({head, logits.data()});
    }
    RandomStream random(1);
    ChunkedForward forward(engine, chunk, targets);
    auto start = std::chrono::steady_clock::now();
    for (int64_t i = 0; i < tokens; ++i) {
      Row row;
      row.id = static_cast<int32_t>(random.uniform() * static_cast<double>(program.vocab_size));
      row.index = static_cast<int32_t>(i);
      row.position = static_cast<float>(i);
      row.rope_length = static_cast<float>(chunk == 1 ? i + 1 : tokens);
      row.wanted_place = !targets.empty() && ((i + 1) % chunk == 0 || i + 1 == tokens) ? 0 : -1;
      forward.add(row);
    }
    forward.flush();
    std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    return static_cast<double>(tokens) / seconds.count();
  }

  double generationBandwidth(const Program &program) const {
    return weightBytesPerToken(program) * generation_tokens.mean() * 1e-9;
  }

  void printJson(const Program &program) const {
    Json result = {{"model", program.model},
                   {"task", program.task},
                   {"build_id", program.build_id},
                   {"target_level", program.target_level},
                   {"weight_dtype", program.weight_dtype},
                   {"weights_bytes", program.weights_bytes},
                   {"threads", threads},
                   {"chunk", compute.chunk(program)},
                   {"repetitions", repetitions},
                   {"read_gigabytes_per_second", read_bandwidth.json()}};
    if (prompt > 0)
      result["prompt"] = {{"tokens", prompt}, {"tokens_per_second", prompt_tokens.json()}};
    if (generation > 0)
      result["generation"] = {{"tokens", generation},
                              {"tokens_per_second", generation_tokens.json()},
                              {"weight_bytes_per_token", weightBytesPerToken(program)},
                              {"gigabytes_per_second", generationBandwidth(program)},
                              {"bandwidth_fraction", generationBandwidth(program) / read_bandwidth.mean()}};
    std::cout << result.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
  }

  void printTable(const Program &program) const {
    const std::string front = "| " + program.model + " | " + program.weight_dtype + " | " +
                              humanBytes(program.weights_bytes) + " | " + std::to_string(threads) + " | ";
    const auto speed = [](const Series &series) {
      return fixed(series.mean(), 2) + " ± " + fixed(series.deviation(), 2);
    };
    std::cout << "| model | weights | size | threads | test | tokens/s | GB/s | of bandwidth |\n"
              << "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n";
    if (prompt > 0)
      std::cout << front << "pp" << prompt << " | " << speed(prompt_tokens) << " | | |\n";
    if (generation > 0)
      std::cout << front << "tg" << generation << " | " << speed(generation_tokens) << " | "
                << fixed(generationBandwidth(program), 1) << " | "
                << fixed(generationBandwidth(program) / read_bandwidth.mean(), 2) << " |\n";
    std::cout << "\nmemory bandwidth, " << threads << " threads reading: " << speed(read_bandwidth)
              << " GB/s\n";
  }

  int64_t prompt = 0, generation = 0, repetitions = 5, threads = 1;
  bool json = false;
  ComputeOptions compute;
  Series prompt_tokens, generation_tokens, read_bandwidth;
};

}  // namespace

std::unique_ptr<Verb> makeBench() { return std::make_unique<Bench>(); }

}  // namespace qwen
