#include "runtime/text/Utf8.h"

#include "runtime/text/Tokenizer.h"

#include <gtest/gtest.h>

namespace qwen {
namespace {

using namespace std::string_literals;

// One character of each length, and of each first byte that restricts the second.
const std::string kValid = "A\0z\u00E9\u07FF\u0800\u20AC\uD7FF\uE000\uFFFD\U00010000\U0001F600\U0010FFFF"s;

TEST(Utf8, ValidTextStaysAsItIs) {
  ASSERT_EQ(kValid.size(), 34u);
  EXPECT_TRUE(isValidUtf8(kValid));
  EXPECT_EQ(toValidUtf8(kValid), kValid);
  EXPECT_EQ(toValidUtf8(""), "");
}

TEST(Utf8, EveryCodePointThereAndBack) {
  for (uint32_t c = 0; c < 0x110000; ++c) {
    std::string text;
    appendUtf8(text, c);
    bool surrogate = c >= 0xD800 && c < 0xE000;
    ASSERT_EQ(isValidUtf8(text), !surrogate) << c;
    Utf8Char decoded = decodeUtf8(text, 0);
    if (surrogate) {
      ASSERT_EQ(decoded.status, Utf8Status::invalid) << c;
      continue;
    }
    ASSERT_EQ(decoded.code_point, c);
    ASSERT_EQ(decoded.size, text.size());
    size_t at = 0;
    ASSERT_EQ(nextCodePoint(text, at), c);
    ASSERT_EQ(at, text.size());
  }
}

TEST(Utf8, MaximalSubpartsAreReplaced) {
  struct Case {
    std::string bytes, text;
  };
  // The second half is the example of the Unicode standard, table 3-8 and its neighbours.
  const Case cases[] = {
      {"\xFF", "\uFFFD"},
      {"a\x80z", "a\uFFFDz"},
      {"\xC3", "\uFFFD"},
      {"\xC3(", "\uFFFD("},
      {"\xE2\x82", "\uFFFD"},
      {"\xE2\x82\xE2\x82\xAC", "\uFFFD\u20AC"},
      {"\xF0\x9F\x98", "\uFFFD"},
      {"\xC0\xAF\xE0\x80\xBF\xF0\x81\x82"
       "A",
       "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFDA"},
      {"\xED\xA0\x80\xED\xBF\xBF\xED\xAF"
       "A",
       "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFDA"},
      {"\xF4\x91\x92\x93\xFF"
       "A\x80\xBF"
       "B",
       "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFDA\uFFFD\uFFFDB"},
      {"\xE1\x80\xE2\xF0\x91\x92\xF1\xBF"
       "A",
       "\uFFFD\uFFFD\uFFFD\uFFFDA"},
      {"12345678\xFF"
       "12345678",
       "12345678\uFFFD"
       "12345678"},
  };
  for (const Case &c : cases) {
    EXPECT_EQ(toValidUtf8(c.bytes), c.text) << c.text;
    EXPECT_FALSE(isValidUtf8(c.bytes));
  }
}

TEST(Utf8Stream, CharactersSplitAtEachByte) {
  for (size_t cut = 0; cut <= kValid.size(); ++cut) {
    Utf8Stream stream;
    std::string first = stream.push(kValid.substr(0, cut));
    EXPECT_TRUE(isValidUtf8(first)) << cut;
    EXPECT_EQ(kValid.substr(0, first.size()), first) << cut;
    EXPECT_LE(cut - first.size(), 3u) << cut;  // holds back no more than the beginning of one character
    std::string rest = stream.push(kValid.substr(cut));
    rest += stream.finish();
    EXPECT_EQ(first + rest, kValid) << cut;
  }
}

TEST(Utf8Stream, OneByteAtATime) {
  Utf8Stream stream;
  std::string text;
  for (char byte : kValid) {
    std::string piece = stream.push({&byte, 1});
    EXPECT_TRUE(isValidUtf8(piece));
    text += piece;
  }
  EXPECT_EQ(text, kValid);
  EXPECT_EQ(stream.finish(), "");
}

// However the bytes come, what is shown is what decode() of all of them gives.
TEST(Utf8Stream, InvalidBytesAsInOnePiece) {
  const std::string bytes = "a\xF0\x9F\x98"
                            "b\xE2\x82\xE2\x82\xAC\xFF\xC3\xC3\xA9\x80\xED\xA0\x80\xF4\x90\x80\xF0\x9F";
  for (size_t i = 0; i <= bytes.size(); ++i) {
    for (size_t j = i; j <= bytes.size(); ++j) {
      Utf8Stream stream;
      std::string text = stream.push(bytes.substr(0, i));
      text += stream.push(bytes.substr(i, j - i));
      text += stream.push(bytes.substr(j));
      text += stream.finish();
      ASSERT_EQ(text, toValidUtf8(bytes)) << i << " " << j;
    }
  }
}

TEST(Utf8Stream, FinishShowsAnUnfinishedCharacterAndStartsAfresh) {
  Utf8Stream stream;
  EXPECT_EQ(stream.push("x\xE2\x82"), "x");
  EXPECT_EQ(stream.finish(), "\uFFFD");
  EXPECT_EQ(stream.push("\xAC"), "\uFFFD");
  EXPECT_EQ(stream.finish(), "");
}

}  // namespace
}  // namespace qwen
