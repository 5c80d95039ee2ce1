// Values as text: str(), repr() and json.dumps().
#pragma once

#include "runtime/text/jinja/Value.h"

namespace qwen::jinja {

std::string toText(const Value &value);  // str()
std::string toRepr(const Value &value);  // repr()
std::string formatInteger(Integer integer);
std::string formatReal(double real);  // repr() of a float: the shortest digits that read back as the same number

struct JsonStyle {
  bool ensure_ascii = false;
  std::optional<std::string> indent;  // one level's, absent: all on one line
  std::string item_separator = ", ";
  std::string key_separator = ": ";
  bool sort_keys = false;
};
std::string toJson(const Value &value, const JsonStyle &style);

}  // namespace qwen::jinja
