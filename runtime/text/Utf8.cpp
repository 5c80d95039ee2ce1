#include "runtime/text/Utf8.h"

#include <cstring>

namespace qwen {

Utf8Char decodeUtf8(std::string_view text, size_t at) {
  auto byte = [&](size_t i) { return static_cast<uint8_t>(text[at + i]); };
  uint8_t lead = byte(0);
  if (lead < 0x80)
    return {Utf8Status::valid, lead, 1};
  // Table 3-7 of the Unicode standard: the second byte's range excludes overlong forms, surrogates and > U+10FFFF.
  uint32_t size = 0;
  uint32_t code_point = 0;
  uint8_t low = 0x80, high = 0xBF;
  if (lead >= 0xC2 && lead <= 0xDF) {
    size = 2;
    code_point = lead & 0x1F;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    size = 3;
    code_point = lead & 0x0F;
    low = lead == 0xE0 ? 0xA0 : 0x80;
    high = lead == 0xED ? 0x9F : 0xBF;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    size = 4;
    code_point = lead & 0x07;
    low = lead == 0xF0 ? 0x90 : 0x80;
    high = lead == 0xF4 ? 0x8F : 0xBF;
  } else {
    return {Utf8Status::invalid, 0, 1};
  }
  for (uint32_t i = 1; i < size; ++i) {
    if (at + i == text.size())
      return {Utf8Status::incomplete, 0, i};
    if (byte(i) < low || byte(i) > high)
      return {Utf8Status::invalid, 0, i};
    code_point = code_point << 6 | (byte(i) & 0x3F);
    low = 0x80;
    high = 0xBF;
  }
  return {Utf8Status::valid, code_point, size};
}

void appendUtf8(std::string &text, uint32_t code_point) {
  auto trail = [&](uint32_t shift) { text += static_cast<char>(0x80 | (code_point >> shift & 0x3F)); };
  if (code_point < 0x80) {
    text += static_cast<char>(code_point);
  } else if (code_point < 0x800) {
    text += static_cast<char>(0xC0 | code_point >> 6);
    trail(0);
  } else if (code_point < 0x10000) {
    text += static_cast<char>(0xE0 | code_point >> 12);
    trail(6);
    trail(0);
  } else {
    text += static_cast<char>(0xF0 | code_point >> 18);
    trail(12);
    trail(6);
    trail(0);
  }
}

// The first place from `at` on that is not valid, or the end.
static size_t validUntil(std::string_view text, size_t at) {
  while (at < text.size()) {
    uint64_t word;
    if (at + sizeof word <= text.size()) {
      std::memcpy(&word, text.data() + at, sizeof word);
      if ((word & 0x8080808080808080u) == 0) {
        at += sizeof word;
        continue;
      }
    }
    Utf8Char c = decodeUtf8(text, at);
    if (c.status != Utf8Status::valid)
      return at;
    at += c.size;
  }
  return at;
}

bool isValidUtf8(std::string_view text) { return validUntil(text, 0) == text.size(); }

std::string toValidUtf8(std::string_view bytes) {
  std::string result;
  result.reserve(bytes.size());
  for (size_t at = 0; at < bytes.size();) {
    size_t end = validUntil(bytes, at);
    result.append(bytes, at, end - at);
    if (end == bytes.size())
      break;
    result += kReplacementUtf8;
    at = end + decodeUtf8(bytes, end).size;
  }
  return result;
}

}  // namespace qwen
