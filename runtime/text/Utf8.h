// UTF-8, one code point at a time; what isn't valid becomes U+FFFD as in Rust's String::from_utf8_lossy
// (Unicode 15, section 3.9, "substitution of maximal subparts").
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace qwen {

inline constexpr std::string_view kReplacementUtf8 = "\xEF\xBF\xBD";  // U+FFFD

enum class Utf8Status {
  valid,
  invalid,     // `size` bytes are a maximal subpart that no continuation makes valid
  incomplete,  // the text ends within a character that is valid so far; `size` is all that is left
};

struct Utf8Char {
  Utf8Status status = Utf8Status::valid;
  uint32_t code_point = 0;  // when valid
  uint32_t size = 0;        // bytes, 1 to 4
};

// The character that begins at text[at]; `at` < text.size().
Utf8Char decodeUtf8(std::string_view text, size_t at);

// The code point at text[at] of a text known to be valid; `at` is moved behind it.
inline uint32_t nextCodePoint(std::string_view text, size_t &at) {
  auto byte = [&](size_t i) { return static_cast<uint8_t>(text[at + i]); };
  uint32_t lead = byte(0);
  uint32_t code_point = lead;
  size_t size = 1;
  if (lead >= 0xF0) {
    code_point = (lead & 0x07) << 18 | (byte(1) & 0x3Fu) << 12 | (byte(2) & 0x3Fu) << 6 | (byte(3) & 0x3Fu);
    size = 4;
  } else if (lead >= 0xE0) {
    code_point = (lead & 0x0F) << 12 | (byte(1) & 0x3Fu) << 6 | (byte(2) & 0x3Fu);
    size = 3;
  } else if (lead >= 0xC0) {
    code_point = (lead & 0x1F) << 6 | (byte(1) & 0x3Fu);
    size = 2;
  }
  at += size;
  return code_point;
}

void appendUtf8(std::string &text, uint32_t code_point);

bool isValidUtf8(std::string_view text);

// `bytes` with every maximal subpart that isn't valid replaced by U+FFFD.
std::string toValidUtf8(std::string_view bytes);

}  // namespace qwen
