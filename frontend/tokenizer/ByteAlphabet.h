// The byte alphabet of GPT-2's byte-level BPE: vocabularies write every byte as one printable character.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace qwen {

// The bytes that `token` (UTF-8) stands for; nullopt when a character of it isn't of the alphabet.
std::optional<std::string> bytesOfToken(std::string_view token);

}  // namespace qwen
