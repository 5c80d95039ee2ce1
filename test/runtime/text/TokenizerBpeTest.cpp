#include "runtime/text/TokenizerBpe.h"

#include "test/runtime/text/TokenizerData.h"

#include <ctime>

namespace qwen {
namespace {

// A megabyte without a place to split: time that grew with the square of a word's length would take hours.
TEST(TokenizerBpe, LongWordsAreFast) {
  testing::CompiledTokenizer example(QWEN_EXAMPLE_DIR, "qwen3_moe");
  ASSERT_TRUE(example.tokenizer) << example.error;
  constexpr size_t kBytes = 1 << 20;
  uint64_t random = 1;
  std::string letters;
  while (letters.size() < kBytes) {
    random = random * 6364136223846793005u + 1442695040888963407u;
    letters += static_cast<char>('a' + (random >> 33) % 26);
  }
  for (const std::string &word : {letters, std::string(kBytes, 'e'), std::string(kBytes, ' ')}) {
    std::clock_t start = std::clock();
    std::vector<int32_t> ids = example.tokenizer->encode(word);
    double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    EXPECT_EQ(example.tokenizer->decode(ids, false), word);
    EXPECT_LT(seconds, testing::kMegabyteSeconds) << word.substr(0, 10);
  }
}

// Every word of the word table is what the merges make of its bytes: the table is a short cut, not another rule.
TEST(TokenizerBpe, WordTableAgreesWithTheMerges) {
  testing::CompiledTokenizer example(QWEN_EXAMPLE_DIR, "qwen3_moe");
  ASSERT_TRUE(example.tokenizer) << example.error;
  std::string error;
  std::optional<TokenizerTables> tables = TokenizerTables::fromBlob(example.blob.data(), example.blob.size(), error);
  ASSERT_TRUE(tables) << error;
  TokenizerTables merges_only = *tables;
  merges_only.words = {};
  Bpe with_words(*tables), by_merges(merges_only);
  EXPECT_GT(tables->words.size(), 4000u);
  for (uint32_t id = 0; id < tables->ids(); ++id) {
    std::vector<int32_t> expected, actual;
    by_merges.encodeWord(tables->bytes(id), expected);
    with_words.encodeWord(tables->bytes(id), actual);
    ASSERT_EQ(actual, expected) << id;
  }
}

}  // namespace
}  // namespace qwen
