// A blob that isn't what the compiler wrote is an error, never a crash.
#include "runtime/text/TokenizerFormat.h"
#include "runtime/text/TokenizerHash.h"
#include "test/runtime/text/TokenizerData.h"

#include <cstring>
#include <functional>
#include <random>

namespace qwen {
namespace {

class TokenizerBlobTest : public ::testing::Test {
protected:
  void SetUp() override {
    std::string error;
    std::optional<std::vector<uint8_t>> compiled = compileTokenizer(QWEN_EXAMPLE_DIR, "qwen3_moe", error);
    ASSERT_TRUE(compiled) << error;
    blob = *compiled;
    std::memcpy(&header, blob.data(), sizeof header);
    layout = layoutOf(header);
  }

  // Writes `header` back and makes the checksum right, as if the damage had been meant.
  void seal() {
    std::memcpy(blob.data(), &header, sizeof header);
    constexpr size_t kChecked = offsetof(TokenizerHeader, blob_bytes);
    header.checksum = hashBytes({reinterpret_cast<const char *>(blob.data()) + kChecked, blob.size() - kChecked}, 0);
    std::memcpy(blob.data(), &header, sizeof header);
  }
  template <typename T> T &at(uint64_t section, size_t index) {
    return reinterpret_cast<T *>(blob.data() + section)[index];
  }
  // What fromBlob says of the blob, empty when it takes it.
  std::string problem() const {
    std::string error;
    return Tokenizer::fromBlob(blob.data(), blob.size(), error) ? "" : error;
  }
  std::string problemOf(const std::function<void()> &damage) {
    std::vector<uint8_t> whole = blob;
    TokenizerHeader whole_header = header;
    damage();
    seal();
    std::string error = problem();
    blob = whole;
    header = whole_header;
    return error;
  }

  std::vector<uint8_t> blob;
  TokenizerHeader header;
  TokenizerLayout layout;
};

TEST_F(TokenizerBlobTest, TakesWhatTheCompilerWrites) {
  EXPECT_EQ(problem(), "");
  seal();
  EXPECT_EQ(problem(), "");
  std::string error;
  EXPECT_EQ(compileTokenizer(QWEN_EXAMPLE_DIR, "qwen3_moe", error), blob);  // each time the same
}

TEST_F(TokenizerBlobTest, EveryTruncationIsAnError) {
  std::string error;
  for (size_t size = 0; size < blob.size(); size += size < 200 ? 1 : 997)
    EXPECT_FALSE(Tokenizer::fromBlob(blob.data(), size, error)) << size;
  EXPECT_FALSE(Tokenizer::fromBlob(nullptr, 0, error));
  EXPECT_EQ(error, "tokenizer tables: not a tokenizer blob, expected it to begin with QWENTOK1");
  blob.insert(blob.end(), 8, 0);
  EXPECT_NE(problem(), "");
}

TEST_F(TokenizerBlobTest, EveryDamagedByteIsAnError) {
  for (size_t i = 0; i < blob.size(); i += i < 200 ? 1 : 1009) {
    blob[i] ^= 0x10;
    EXPECT_NE(problem(), "") << i;
    blob[i] ^= 0x10;
  }
}

TEST_F(TokenizerBlobTest, Misaligned) {
  std::vector<uint8_t> moved(blob.size() + 8);
  std::memcpy(moved.data() + 4, blob.data(), blob.size());
  std::string error;
  EXPECT_FALSE(Tokenizer::fromBlob(moved.data() + 4, blob.size(), error));
  EXPECT_EQ(error, "tokenizer tables: not aligned to 8 bytes");
}

TEST_F(TokenizerBlobTest, EveryRuleOfTheFormat) {
  struct Case {
    const char *expected;
    std::function<void()> damage;
  };
  const Case cases[] = {
      {"unknown split pattern 2", [&] { header.pattern = 2; }},
      {"0 ids, allowed are 1 to 16777216", [&] { header.ids = 0; }},
      {"4294967295 ids, allowed are 1 to 16777216", [&] { header.ids = UINT32_MAX; }},
      {"a hash table without buckets", [&] { header.word_buckets = 0; }},
      {"a hash table without buckets", [&] { header.merges = 0; }},
      {"reserved field is not zero", [&] { header.reserved = 1; }},
      {"but its tables need", [&] { header.merges += 1; }},
      {"but its tables need", [&] { header.merges = UINT32_MAX; }},
      {"token offsets are not ascending", [&] { at<uint32_t>(layout.token_offsets, 7) = UINT32_MAX; }},
      {"token offsets are not ascending", [&] { at<uint32_t>(layout.token_offsets, 0) = 1; }},
      {"token offsets are not ascending", [&] { at<uint32_t>(layout.token_offsets, header.ids) += 1; }},
      {"byte 65 has an id outside the vocabulary", [&] { at<int32_t>(layout.byte_ids, 65) = 4096; }},
      {"byte 0 has an id outside the vocabulary", [&] { at<int32_t>(layout.byte_ids, 0) = -2; }},
      {"a word has an id outside the vocabulary", [&] { at<uint32_t>(layout.words, 5) = 4096; }},
      {"a merge has an id outside the vocabulary", [&] { at<TokenizerMerge>(layout.merges, 5).id = 4096; }},
      {"an added token has an id outside the vocabulary", [&] { at<TokenizerAdded>(layout.raw_added, 1).id = 4096; }},
      {"an added token's text lies outside the blob", [&] { at<TokenizerAdded>(layout.raw_added, 1).text_bytes = 0; }},
      {"an added token's text lies outside the blob",
       [&] { at<TokenizerAdded>(layout.raw_added, 1).text_bytes = UINT32_MAX; }},
      {"an added token's text lies outside the blob",
       [&] { at<TokenizerAdded>(layout.raw_added, 1).text = UINT32_MAX; }},
      {"an added token's text is not UTF-8", [&] { at<uint8_t>(layout.added_bytes, 2) = 0xFF; }},
      {"added tokens are not in order",
       [&] { at<TokenizerAdded>(layout.raw_added, 1) = at<TokenizerAdded>(layout.raw_added, 0); }},
  };
  for (const Case &c : cases) {
    std::string error = problemOf(c.damage);
    EXPECT_EQ(error.find("tokenizer tables: "), 0u) << error;
    EXPECT_NE(error.find(c.expected), std::string::npos) << "expected: " << c.expected << "\nfound: " << error;
  }
}

// Whatever passes the checks can be used: no damage, sealed or not, leads out of the tables or into a loop.
TEST_F(TokenizerBlobTest, RandomDamageNeverCrashes) {
  std::mt19937 random(1);
  const std::string text = "<|im_start|>user\nWhat is a lamp? It's caf\u00E9 123 \u4E2D<|im_end|>";
  std::vector<uint8_t> whole = blob;
  TokenizerHeader whole_header = header;
  size_t taken = 0;
  for (int round = 0; round < 3000; ++round) {
    blob = whole;
    header = whole_header;
    for (uint32_t i = random() % 4 + 1; i > 0; --i) {
      size_t place = random() % 3 == 0 ? random() % sizeof header : random() % blob.size();
      blob[place] = static_cast<uint8_t>(random());
    }
    std::memcpy(&header, blob.data(), sizeof header);
    seal();
    std::string error;
    std::optional<Tokenizer> tokenizer = Tokenizer::fromBlob(blob.data(), blob.size(), error);
    if (!tokenizer) {
      EXPECT_FALSE(error.empty());
      continue;
    }
    ++taken;
    tokenizer->decode(tokenizer->encode(text), true);
    tokenizer->find("<|im_end|>");
  }
  EXPECT_GT(taken, 100u);
}

}  // namespace
}  // namespace qwen
