// The Unicode properties and the normalisation that HF's tokenizers library has, which aren't all of one version:
// its regex engine knows Unicode 16, its NFC Unicode 9. The tables are utf8proc's, with the differences listed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace qwen {

// What the split patterns tell apart.
enum class CharClass : uint8_t {
  letter,   // \p{L}
  number,   // \p{N}
  mark,     // \p{M}
  newline,  // \r or \n
  space,    // \s but \r and \n
  other,
};

CharClass charClass(uint32_t code_point);

inline bool isSpace(CharClass c) { return c == CharClass::space || c == CharClass::newline; }

// NFC of valid UTF-8. Returns `text` itself when it is in NFC already, else a view of `storage`.
std::string_view normalizeNfc(std::string_view text, std::string &storage);

}  // namespace qwen
