#include "frontend/tokenizer/ByteAlphabet.h"

#include <gtest/gtest.h>
#include <set>

namespace qwen {
namespace {

TEST(ByteAlphabet, KnownCharacters) {
  EXPECT_EQ(bytesOfToken("\u0120hello\u010A"), " hello\n");
  EXPECT_EQ(bytesOfToken("\u00C3\u00A9"), "\u00E9");
  EXPECT_EQ(bytesOfToken("\u00E2\u0124\u00AC"), "\u20AC");
  EXPECT_EQ(bytesOfToken("\u0100\u0142\u0143"), std::string("\0\xA0\xAD", 3));
  EXPECT_EQ(bytesOfToken(""), "");
}

TEST(ByteAlphabet, OtherCharacters) {
  for (const char *token : {" ", "a b", "\n", "\u00A0", "\u00AD", "\u0144", "\u20AC", "\U0001F600"})
    EXPECT_FALSE(bytesOfToken(token)) << token;
}

TEST(ByteAlphabet, EveryByteHasOneCharacter) {
  std::set<std::string> bytes;
  size_t characters = 0;
  for (int c = 0; c < 0x800; ++c) {
    std::string text = c < 0x80 ? std::string(1, static_cast<char>(c))
                                : std::string{static_cast<char>(0xC0 | c >> 6), static_cast<char>(0x80 | (c & 0x3F))};
    if (std::optional<std::string> byte = bytesOfToken(text)) {
      EXPECT_EQ(byte->size(), 1u);
      bytes.insert(*byte);
      ++characters;
    }
  }
  EXPECT_EQ(characters, 256u);
  EXPECT_EQ(bytes.size(), 256u);
}

}  // namespace
}  // namespace qwen
