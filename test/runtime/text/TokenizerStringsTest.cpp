// Ids and texts equal HF's for every stored string.
#include "test/runtime/text/TokenizerData.h"

#include <cstdlib>

namespace qwen {
namespace {

using testing::CompiledTokenizer;
using testing::hashIds;
using testing::readLines;

TEST(TokenizerStrings, ExampleVocabulary) {
  CompiledTokenizer example(QWEN_EXAMPLE_DIR, "qwen3_moe");
  CompiledTokenizer with_marks(QWEN_EXAMPLE_DIR, "qwen3_5");
  ASSERT_TRUE(example.tokenizer) << example.error;
  ASSERT_TRUE(with_marks.tokenizer) << with_marks.error;
  EXPECT_EQ(example.tokenizer->size(), 4096);
  size_t count = 0;
  for (const nlohmann::json &record : readLines("strings.jsonl")) {
    auto text = record["text"].get<std::string>();
    auto ids = record["ids"].get<std::vector<int32_t>>();
    ASSERT_EQ(example.tokenizer->encode(text), ids) << record["text"];
    std::string decoded = record.value("decoded", text);
    ASSERT_EQ(example.tokenizer->decode(ids, false), decoded) << record["text"];
    ASSERT_EQ(example.tokenizer->decode(ids, true), record.value("plain", decoded)) << record["text"];
    ASSERT_EQ(hashIds(with_marks.tokenizer->encode(text)), record.value("qwen3_5", hashIds(ids))) << record["text"];
    ++count;
  }
  EXPECT_GE(count, 2000u);
}

TEST(TokenizerStrings, RealVocabulary) {
  const char *dir = std::getenv("QWENC_TOKENIZER_DIR");
  if (dir == nullptr)
    GTEST_SKIP() << "QWENC_TOKENIZER_DIR is not set";
  CompiledTokenizer real(dir, "qwen3");
  ASSERT_TRUE(real.tokenizer) << real.error;
  EXPECT_EQ(real.tokenizer->size(), 151669);
  for (const nlohmann::json &record : readLines("strings.jsonl")) {
    auto text = record["text"].get<std::string>();
    std::vector<int32_t> ids = real.tokenizer->encode(text);
    ASSERT_EQ(hashIds(ids), record["real"]) << record["text"];
    std::string decoded = record.value("decoded", text);
    ASSERT_EQ(real.tokenizer->decode(ids, false), decoded) << record["text"];
    ASSERT_EQ(real.tokenizer->decode(ids, true), record.value("plain", decoded)) << record["text"];
  }
}

TEST(TokenizerStrings, Decodings) {
  CompiledTokenizer example(QWEN_EXAMPLE_DIR, "qwen3_moe");
  ASSERT_TRUE(example.tokenizer) << example.error;
  for (const nlohmann::json &record : readLines("decodings.jsonl")) {
    auto ids = record["ids"].get<std::vector<int32_t>>();
    ASSERT_EQ(example.tokenizer->decode(ids, false), record["decoded"]) << record["ids"];
    ASSERT_EQ(example.tokenizer->decode(ids, true), record["plain"]) << record["ids"];
    Utf8Stream stream;
    std::string streamed;
    for (int32_t id : ids)
      streamed += stream.push(example.tokenizer->bytes(id));
    ASSERT_EQ(streamed + stream.finish(), record["decoded"]) << record["ids"];
  }
}

TEST(TokenizerStrings, IdsOutsideTheVocabulary) {
  CompiledTokenizer example(QWEN_EXAMPLE_DIR, "qwen3_moe");
  ASSERT_TRUE(example.tokenizer) << example.error;
  for (int32_t id : {-1, 4096, INT32_MAX, INT32_MIN}) {
    EXPECT_EQ(example.tokenizer->bytes(id), "");
    EXPECT_FALSE(example.tokenizer->isSpecial(id));
    EXPECT_EQ(example.tokenizer->decode({id}, false), "");
  }
}

TEST(TokenizerStrings, InvalidUtf8CountsAsReplacementCharacter) {
  CompiledTokenizer example(QWEN_EXAMPLE_DIR, "qwen3_moe");
  ASSERT_TRUE(example.tokenizer) << example.error;
  EXPECT_EQ(example.tokenizer->encode("a\xFF b\xE2\x82"), example.tokenizer->encode("a\uFFFD b\uFFFD"));
}

}  // namespace
}  // namespace qwen
