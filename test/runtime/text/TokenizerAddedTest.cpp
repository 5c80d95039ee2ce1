#include "runtime/text/TokenizerAdded.h"

#include "frontend/tokenizer/TokenizerBlob.h"
#include "runtime/text/Tokenizer.h"

#include <gtest/gtest.h>

namespace qwen {
namespace {

HfTokenizer::Added added(uint32_t id, const std::string &text, bool lstrip = false, bool rstrip = false) {
  return {id, text, text, false, lstrip, rstrip, false};
}

class TokenizerAddedTest : public ::testing::Test {
protected:
  void make(std::vector<HfTokenizer::Added> tokens) {
    HfTokenizer source;
    source.vocabulary.ids = {{"a", 0}};
    source.added = std::move(tokens);
    blob = writeTokenizerBlob(source);
    std::string error;
    tables = TokenizerTables::fromBlob(blob.data(), blob.size(), error);
    ASSERT_TRUE(tables) << error;
  }

  // "-1:text 5:<x>"
  std::string split(std::string_view text) const {
    std::string result;
    for (const AddedTokenSplit &part : splitAtAddedTokens(tables->raw_added, text))
      result += std::to_string(part.id) + "[" + std::string(part.text) + "]";
    return result;
  }

  std::vector<uint8_t> blob;
  std::optional<TokenizerTables> tables;
};

TEST_F(TokenizerAddedTest, LeftmostThenLongest) {
  make({added(1, "<a>"), added(2, "<a>b"), added(3, "<a>bcd"), added(4, "bc"), added(5, "\u00E9")});
  EXPECT_EQ(split("x<a>bcy"), "-1[x]2[<a>b]-1[cy]");
  EXPECT_EQ(split("<a>bcd"), "3[<a>bcd]");
  EXPECT_EQ(split("<a<a>bc<"), "-1[<a]2[<a>b]-1[c<]");
  EXPECT_EQ(split("abc\u00E8\u00E9"), "-1[a]4[bc]-1[\u00E8]5[\u00E9]");
  EXPECT_EQ(split("<a><a>"), "1[<a>]1[<a>]");
  EXPECT_EQ(split(""), "");
}

TEST_F(TokenizerAddedTest, StripsWhiteSpace) {
  make({added(1, "<l>", true, false), added(2, "<r>", false, true), added(3, "<b>", true, true)});
  EXPECT_EQ(split("a \t<l> b"), "-1[a]1[ \t<l>]-1[ b]");
  EXPECT_EQ(split("a <r>\u3000\n b"), "-1[a ]2[<r>\u3000\n ]-1[b]");
  EXPECT_EQ(split(" <b> <b> "), "3[ <b> ]3[<b> ]");
}

TEST_F(TokenizerAddedTest, NoAddedTokens) {
  make({});
  EXPECT_EQ(split("<a> b"), "-1[<a> b]");
}

TEST_F(TokenizerAddedTest, FindsByWholeText) {
  make({added(7, "<a>"), added(9, "<a>b")});
  std::string error;
  std::optional<Tokenizer> tokenizer = Tokenizer::fromBlob(blob.data(), blob.size(), error);
  ASSERT_TRUE(tokenizer) << error;
  EXPECT_EQ(tokenizer->find("<a>"), 7);
  EXPECT_EQ(tokenizer->find("<a>b"), 9);
  for (const char *text : {"", "<a", "<a>bc", "a", "<a>c"})
    EXPECT_FALSE(tokenizer->find(text)) << text;
}

}  // namespace
}  // namespace qwen
