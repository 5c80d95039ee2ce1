// Small tokenizers whose files differ in what HF reads from them (test/oracle/tokenizer_variants.py).
#include "test/frontend/Files.h"
#include "test/runtime/text/TokenizerData.h"

namespace qwen {
namespace {

class TokenizerVariants : public testing::ScratchTest {};

TEST_F(TokenizerVariants, AsInHf) {
  size_t variants = 0;
  for (const nlohmann::json &variant : testing::readLines("variants.jsonl")) {
    SCOPED_TRACE(variant["name"].get<std::string>());
    std::filesystem::path dir = directory / std::to_string(variants++);
    std::filesystem::create_directory(dir);
    for (const auto &[name, content] : variant["files"].items())
      std::ofstream(dir / name, std::ios::binary)
          << (content.is_string() ? content.get<std::string>() : content.dump());
    testing::CompiledTokenizer compiled(dir.string(), variant["model_type"].get<std::string>());
    ASSERT_TRUE(compiled.tokenizer) << compiled.error;
    EXPECT_EQ(compiled.tokenizer->size(), variant["size"]);
    for (const nlohmann::json &c : variant["cases"]) {
      auto ids = c["ids"].get<std::vector<int32_t>>();
      EXPECT_EQ(compiled.tokenizer->encode(c["text"].get<std::string>()), ids) << c["text"];
      EXPECT_EQ(compiled.tokenizer->decode(ids, false), c["decoded"]) << c["text"];
      EXPECT_EQ(compiled.tokenizer->decode(ids, true), c["plain"]) << c["text"];
    }
  }
  EXPECT_GE(variants, 20u);
}

}  // namespace
}  // namespace qwen
