#include "frontend/tokenizer/ByteAlphabet.h"

#include "runtime/text/Utf8.h"

#include <array>

namespace qwen {

// Printable bytes of Latin-1 stand for themselves; the others, in order, are U+0100 and up.
static bool standsForItself(uint32_t byte) {
  return (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || (byte >= 0xAE && byte <= 0xFF);
}

std::optional<std::string> bytesOfToken(std::string_view token) {
  static const auto shifted = [] {
    std::array<uint8_t, 68> bytes{};
    size_t count = 0;
    for (uint32_t byte = 0; byte < 256; ++byte) {
      if (!standsForItself(byte))
        bytes[count++] = static_cast<uint8_t>(byte);
    }
    return bytes;
  }();
  std::string bytes;
  for (size_t at = 0; at < token.size();) {
    uint32_t c = nextCodePoint(token, at);
    if (c < 0x100 && standsForItself(c))
      bytes += static_cast<char>(c);
    else if (c >= 0x100 && c < 0x100 + shifted.size())
      bytes += static_cast<char>(shifted[c - 0x100]);
    else
      return std::nullopt;
  }
  return bytes;
}

}  // namespace qwen
