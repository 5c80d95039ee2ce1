// JSON files of a checkpoint, read strictly.
#pragma once

#include "nlohmann/json.hpp"

#include <stdexcept>
#include <string>
#include <string_view>

namespace qwen {

using Json = nlohmann::json;

// A mistake in the user's files. The message is one line: file, field or tensor, what was found, what is expected.
// Thrown inside the frontend only; its public functions turn it into their `error`.
struct InputError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Parses `text` as one JSON object: no duplicate keys, no trailing garbage, no NaN, at most 64 levels deep.
// `file` is the name used in messages. Throws InputError.
Json parseJsonObject(const std::string &file, std::string_view text);

// The whole of a file of at most 256 MB. Throws InputError.
std::string readTextFile(const std::string &path);

// Reads and parses `path`; messages name it by its last component.
Json readJsonObject(const std::string &path);

// A value as messages show it: `12`, `"abc"`, `null`, `a list`, `an object`; long strings are cut.
std::string shown(const Json &value);

// "a, b, c".
template <typename Range> std::string joined(const Range &names) {
  std::string text;
  for (const auto &name : names)
    (text += text.empty() ? "" : ", ") += name;
  return text;
}

}  // namespace qwen
