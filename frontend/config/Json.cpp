#include "frontend/config/Json.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <vector>

namespace qwen {
namespace {

constexpr int kMaxDepth = 64;
constexpr uintmax_t kMaxFileBytes = 256u << 20;
constexpr size_t kMaxShown = 60;

// "line 3, column 7" of the byte where parsing stopped.
std::string placeOf(std::string_view text, size_t byte) {
  size_t line = 1, column = 1;
  for (size_t i = 0; i + 1 < byte && i < text.size(); ++i) {
    column = text[i] == '\n' ? 1 : column + 1;
    line += text[i] == '\n';
  }
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

}  // namespace

Json parseJsonObject(const std::string &file, std::string_view text) {
  std::vector<std::set<std::string>> keys;  // of every open object
  auto check = [&](int depth, Json::parse_event_t event, Json &parsed) {
    if (depth > kMaxDepth)
      throw InputError(file + ": nested more than " + std::to_string(kMaxDepth) + " levels deep");
    if (event == Json::parse_event_t::object_start) {
      keys.emplace_back();
    } else if (event == Json::parse_event_t::object_end) {
      keys.pop_back();
    } else if (event == Json::parse_event_t::key) {
      auto name = parsed.get<std::string>();
      if (!keys.back().insert(name).second)
        throw InputError(file + ": field " + shown(name) + " stands twice");
    }
    return true;
  };
  Json value;
  try {
    value = Json::parse(text.begin(), text.end(), check);
  } catch (const Json::parse_error &problem) {
    throw InputError(file + ": not valid JSON at " + placeOf(text, problem.byte));
  } catch (const Json::exception &) {
    throw InputError(file + ": not valid JSON: a number is out of range");
  }
  if (!value.is_object())
    throw InputError(file + ": holds " + shown(value) + ", expected an object");
  return value;
}

std::string readTextFile(const std::string &path) {
  std::error_code code;
  const auto size = std::filesystem::file_size(path, code);
  if (code)
    throw InputError(path + ": " + code.message());
  if (size > kMaxFileBytes)
    throw InputError(path + ": has " + std::to_string(size) + " bytes, expected at most " +
                     std::to_string(kMaxFileBytes));
  std::ifstream stream(path, std::ios::binary);
  std::string text(size, '\0');
  if (!stream.read(text.data(), static_cast<std::streamsize>(size)))
    throw InputError(path + ": cannot be read: " + std::strerror(errno));
  return text;
}

Json readJsonObject(const std::string &path) {
  return parseJsonObject(std::filesystem::path(path).filename().string(), readTextFile(path));
}

std::string shown(const Json &value) {
  if (value.is_array())
    return "a list";
  if (value.is_object())
    return "an object";
  std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace);
  if (text.size() > kMaxShown)
    text = text.substr(0, kMaxShown) + "...";
  return text;
}

}  // namespace qwen
