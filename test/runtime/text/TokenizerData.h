// The stored results of HF's tokenizers (test/data/tokenizer/README.md) and tokenizers to compare with them.
#pragma once

#include "frontend/tokenizer/TokenizerCompiler.h"
#include "runtime/text/Tokenizer.h"

#include "nlohmann/json.hpp"

#include <cstdint>
#include <fstream>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace qwen::testing {

inline std::vector<nlohmann::json> readLines(const std::string &file) {
  std::ifstream stream(std::string(QWEN_TOKENIZER_DATA) + "/" + file);
  EXPECT_TRUE(stream.good()) << file;
  std::vector<nlohmann::json> records;
  for (std::string line; std::getline(stream, line);)
    records.push_back(nlohmann::json::parse(line));
  return records;
}

// FNV-1a, 64 bits, as 16 hex digits.
class Fnv {
public:
  void add(uint8_t byte) { value = (value ^ byte) * 0x100000001B3u; }
  void add(std::string_view bytes) {
    for (char c : bytes)
      add(static_cast<uint8_t>(c));
  }
  std::string text() const {
    char digits[17];
    std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(value));
    return digits;
  }

private:
  uint64_t value = 0xCBF29CE484222325u;
};

inline std::string hashIds(const std::vector<int32_t> &ids) {
  Fnv hash;
  for (int32_t id : ids) {
    for (int shift = 0; shift < 32; shift += 8)
      hash.add(static_cast<uint8_t>(static_cast<uint32_t>(id) >> shift));
  }
  return hash.text();
}

// CPU time that work on a megabyte may take, in seconds.
#if defined(NDEBUG) && !defined(__SANITIZE_ADDRESS__)
inline constexpr double kMegabyteSeconds = 1.0;
#else
inline constexpr double kMegabyteSeconds = 15.0;
#endif

// A tokenizer and the blob that it uses.
struct CompiledTokenizer {
  std::vector<uint8_t> blob;
  std::optional<Tokenizer> tokenizer;
  std::string error;

  CompiledTokenizer(const std::string &dir, const std::string &model_type) {
    std::optional<std::vector<uint8_t>> compiled = compileTokenizer(dir, model_type, error);
    if (!compiled)
      return;
    blob = std::move(*compiled);
    tokenizer = Tokenizer::fromBlob(blob.data(), blob.size(), error);
  }
};

}  // namespace qwen::testing
