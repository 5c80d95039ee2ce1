// Compiles the tokenizer files of a checkpoint into the tables that the program maps (runtime/text/TokenizerFormat.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace qwen {

// Reads tokenizer.json, or vocab.json and merges.txt, and tokenizer_config.json beside it, as HF's AutoTokenizer does
// for a model of this type ("qwen3", "qwen3_moe", ...). The blob depends on nothing but the files. Whatever would
// give other ids than HF is an error: nullopt, and one line in `error` that names file and field.
std::optional<std::vector<uint8_t>> compileTokenizer(const std::string &dir, const std::string &model_type,
                                                     std::string &error);

}  // namespace qwen
