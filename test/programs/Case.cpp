#include "test/programs/Case.h"

#include "test/programs/Process.h"

#include "nlohmann/json.hpp"

#include <algorithm>

namespace qwen::test {

std::filesystem::path casesDirectory() { return std::filesystem::path(QWENC_SOURCE_DIR) / "test/data/cases"; }

std::filesystem::path exampleDirectory() {
  return std::filesystem::path(QWENC_SOURCE_DIR) / "examples/tiny-dictionary";
}

std::string binary(const std::string &name) { return (std::filesystem::path(QWENC_BIN_DIR) / name).string(); }

double StoredRun::bf16Tolerance(const std::string &output) const {
  // Where HF's bf16 run has no error (embeddings), rounding the inputs of products has none either.
  return hf_bf16_error.at(output);
}

int64_t StoredRun::batch() const {
  auto ids = input.find("input_ids");
  return (ids != input.end() ? ids->second : input.at("inputs_embeds")).shape.at(0);
}

std::vector<std::string> caseNames() {
  std::vector<std::string> names;
  for (const auto &entry : std::filesystem::directory_iterator(casesDirectory()))
    if (std::filesystem::exists(entry.path() / "case.json"))
      names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

Case loadCase(const std::string &name) {
  std::filesystem::path directory = casesDirectory() / name;
  auto json = nlohmann::json::parse(readFile(directory / "case.json"));
  Case result;
  result.name = name;
  result.checkpoint = (directory / json.at("checkpoint").get<std::string>()).lexically_normal();
  result.bf16 = json.at("weights") == "bfloat16";
  result.build = json.at("build").get<std::vector<std::string>>();
  for (const auto &entry : json.at("runs")) {
    StoredRun run;
    run.name = entry.at("name");
    run.verb = entry.at("verb");
    run.args = entry.at("args").get<std::vector<std::string>>();
    run.tolerance = entry.at("tolerance");
    if (entry.contains("hf_bf16_error"))
      run.hf_bf16_error = entry.at("hf_bf16_error").get<std::map<std::string, double>>();
    run.input_path = (directory / (run.name + ".in.safetensors")).string();
    run.input = loadTensors(run.input_path);
    run.expected = loadTensors((directory / (run.name + ".out.safetensors")).string());
    result.runs.push_back(std::move(run));
  }
  return result;
}

}  // namespace qwen::test
