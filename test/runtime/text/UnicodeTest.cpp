// Classes and NFC equal HF's for every code point.
#include "runtime/text/Unicode.h"

#include "runtime/text/Utf8.h"
#include "test/runtime/text/TokenizerData.h"

#include <ctime>

namespace qwen {
namespace {

char letterOf(CharClass c) {
  switch (c) {
  case CharClass::letter:
    return 'L';
  case CharClass::number:
    return 'N';
  case CharClass::mark:
    return 'M';
  case CharClass::newline:
    return 'n';
  case CharClass::space:
    return 's';
  case CharClass::other:
    return 'o';
  }
  return '?';
}

std::string utf8(std::initializer_list<uint32_t> code_points) {
  std::string text;
  for (uint32_t c : code_points)
    appendUtf8(text, c);
  return text;
}

std::string nfc(const std::string &text) {
  std::string storage;
  return std::string(normalizeNfc(text, storage));
}

bool isSurrogate(uint32_t c) { return c >= 0xD800 && c < 0xE000; }

TEST(Unicode, EveryCodePoint) {
  constexpr uint32_t kBlock = 4096;
  size_t blocks = 0;
  for (const nlohmann::json &record : testing::readLines("unicode.jsonl")) {
    auto first = record["first"].get<uint32_t>();
    testing::Fnv classes, normalized;
    bool between = false;
    for (uint32_t c = first; c < first + kBlock; ++c) {
      if (isSurrogate(c))
        continue;
      classes.add(static_cast<uint8_t>(letterOf(charClass(c))));
      for (const std::string &text :
           {utf8({c}), utf8({'a', c, 0x301, 0x323}), utf8({0x345, c, 0x334}), utf8({0xAC00, c, 0x3099})}) {
        if (between)
          normalized.add('\n');
        between = true;
        normalized.add(nfc(text));
      }
    }
    EXPECT_EQ(classes.text(), record["classes"]) << "code points from " << first;
    EXPECT_EQ(normalized.text(), record["nfc"]) << "code points from " << first;
    ++blocks;
  }
  EXPECT_EQ(blocks, 0x110000 / kBlock);
}

TEST(Unicode, NfcReturnsTheTextItselfWhereNothingChanges) {
  std::string storage;
  for (std::string_view text : {"", "plain", "\u00E9t\u00E9", "\u0439\u0451", "\u304C", "\uD55C\uAE00", "\u4E2D"}) {
    std::string_view result = normalizeNfc(text, storage);
    EXPECT_EQ(result.data(), text.data());
    EXPECT_EQ(result.size(), text.size());
  }
}

TEST(Unicode, NfcWithinText) {
  EXPECT_EQ(nfc("e\u0301te\u0301 x"), "\u00E9t\u00E9 x");
  EXPECT_EQ(nfc("x \u1112\u1161\u11AB."), "x \uD55C.");
  EXPECT_EQ(nfc("\u0301a"), "\u0301a");
  EXPECT_EQ(nfc("\u212B"), "\u00C5");
}

// Sorting marks must not be quadratic: these are half a million, all out of order.
TEST(Unicode, NfcOfManyMarksIsFast) {
  std::string text = "a";
  for (int i = 0; i < 250000; ++i)
    text += "\u0315\u0334";
  std::clock_t start = std::clock();
  std::string result = nfc(text);
  EXPECT_LT(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC, testing::kMegabyteSeconds);
  EXPECT_EQ(result.substr(0, 5), "a\u0334\u0334");
  EXPECT_EQ(result.substr(result.size() - 4), "\u0315\u0315");
}

}  // namespace
}  // namespace qwen
