#include "runtime/text/Pretokenizer.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace qwen {
namespace {

using Pieces = std::vector<std::string>;

Pieces split(std::string_view text, SplitPattern pattern = SplitPattern::qwen2) {
  Pieces pieces;
  for (size_t at = 0; at < text.size();) {
    size_t end = endOfPiece(text, at, pattern);
    pieces.emplace_back(text.substr(at, end - at));
    at = end;
  }
  return pieces;
}

TEST(Pretokenizer, WordsTakeOneCharacterBeforeThem) {
  EXPECT_EQ(split("Hello world"), (Pieces{"Hello", " world"}));
  EXPECT_EQ(split("(word\tx.y"), (Pieces{"(word", "\tx", ".y"}));
  EXPECT_EQ(split("\nx\ry"), (Pieces{"\n", "x", "\r", "y"}));
  EXPECT_EQ(split("\u00E9t\u00E9\u4E2D\u6587"), (Pieces{"\u00E9t\u00E9\u4E2D\u6587"}));
}

TEST(Pretokenizer, Contractions) {
  EXPECT_EQ(split("it's I'LL"), (Pieces{"it", "'s", " I", "'LL"}));
  EXPECT_EQ(split("'test"), (Pieces{"'t", "est"}));
  EXPECT_EQ(split("'xs 'l '"), (Pieces{"'xs", " '", "l", " '"}));
  EXPECT_EQ(split("a'\u017F"), (Pieces{"a", "'\u017F"}));  // long s
}

TEST(Pretokenizer, DigitsStandAlone) {
  EXPECT_EQ(split("12 3\u0663\u00BD"), (Pieces{"1", "2", " ", "3", "\u0663", "\u00BD"}));
}

TEST(Pretokenizer, PunctuationTakesASpaceBeforeAndNewlinesBehind) {
  EXPECT_EQ(split("a ==\r\n\n b"), (Pieces{"a", " ==\r\n\n", " b"}));
  EXPECT_EQ(split("?!x"), (Pieces{"?!", "x"}));
  EXPECT_EQ(split("\u3000!!"), (Pieces{"\u3000", "!!"}));
}

TEST(Pretokenizer, WhiteSpaceLeavesOneForTheWord) {
  EXPECT_EQ(split("a   b"), (Pieces{"a", "  ", " b"}));
  EXPECT_EQ(split("a   1"), (Pieces{"a", "  ", " ", "1"}));
  EXPECT_EQ(split("a   "), (Pieces{"a", "   "}));
  EXPECT_EQ(split("a \n \n  b"), (Pieces{"a", " \n \n", " ", " b"}));
  EXPECT_EQ(split("\u00A0\u2003x"), (Pieces{"\u00A0", "\u2003x"}));
}

TEST(Pretokenizer, MarksArePunctuationForQwen2AndWordsForQwen3_5) {
  const std::string hindi = "\u0915\u093F\u0924";  // KA, vowel sign I, TA
  EXPECT_EQ(split(hindi), (Pieces{"\u0915", "\u093F\u0924"}));
  EXPECT_EQ(split(hindi, SplitPattern::qwen3_5), (Pieces{hindi}));
  EXPECT_EQ(split(" \u0301\u0302\n"), (Pieces{" \u0301\u0302\n"}));
  EXPECT_EQ(split(" \u0301\u0302\n", SplitPattern::qwen3_5), (Pieces{" \u0301\u0302", "\n"}));
}

}  // namespace
}  // namespace qwen
