#include "frontend/config/FieldReader.h"

#include <cmath>

namespace qwen {
namespace {

std::string describe(Range range) {
  if (range.max == INT64_MAX)
    return range.min == INT64_MIN ? "an integer" : "an integer of at least " + std::to_string(range.min);
  return "an integer from " + std::to_string(range.min) + " to " + std::to_string(range.max);
}

std::optional<int64_t> asInteger(const Json &value, Range range) {
  if (!value.is_number_integer())
    return std::nullopt;
  if (value.is_number_unsigned() && value.get<uint64_t>() > static_cast<uint64_t>(INT64_MAX))
    return std::nullopt;
  const auto number = value.get<int64_t>();
  return number < range.min || number > range.max ? std::nullopt : std::optional(number);
}

}  // namespace

FieldReader::FieldReader(std::string file, const Json &object, std::string prefix)
    : file(std::move(file)), object(object), prefix(std::move(prefix)) {}

const Json *FieldReader::present(const std::string &name) {
  read.insert(name);
  auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

const Json *FieldReader::find(const std::string &name) {
  const Json *value = present(name);
  return value && value->is_null() ? nullptr : value;
}

void FieldReader::fail(const std::string &name, const std::string &expected) const {
  auto found = object.find(name);
  const std::string what = found == object.end() ? "missing" : shown(*found);
  throw InputError(file + ": " + prefix + name + " is " + what + ", expected " + expected);
}

void FieldReader::contradiction(const std::string &text) const { throw InputError(file + ": " + text); }

int64_t FieldReader::integer(const std::string &name, std::optional<int64_t> fallback, Range range) {
  const Json *value = present(name);
  if (!value && fallback)
    return *fallback;
  const auto number = value ? asInteger(*value, range) : std::nullopt;
  if (!number)
    fail(name, describe(range));
  return *number;
}

std::optional<int64_t> FieldReader::optionalInteger(const std::string &name, Range range) {
  return find(name) ? std::optional(integer(name, std::nullopt, range)) : std::nullopt;
}

double FieldReader::number(const std::string &name, std::optional<double> fallback) {
  const Json *value = present(name);
  if (!value && fallback)
    return *fallback;
  if (!value || !value->is_number() || !std::isfinite(value->get<double>()))
    fail(name, "a number");
  return value->get<double>();
}

std::optional<double> FieldReader::optionalNumber(const std::string &name) {
  return find(name) ? std::optional(number(name, std::nullopt)) : std::nullopt;
}

bool FieldReader::boolean(const std::string &name, bool fallback) {
  const Json *value = present(name);
  if (!value)
    return fallback;
  if (!value->is_boolean())
    fail(name, "true or false");
  return value->get<bool>();
}

std::string FieldReader::string(const std::string &name, std::optional<std::string> fallback) {
  const Json *value = present(name);
  if (!value && fallback)
    return *fallback;
  if (!value || !value->is_string())
    fail(name, "a string");
  return value->get<std::string>();
}

std::vector<std::string> FieldReader::strings(const std::string &name) {
  std::vector<std::string> result;
  const Json *value = find(name);
  if (!value)
    return result;
  if (!value->is_array())
    fail(name, "a list of strings");
  for (const Json &item : *value) {
    if (!item.is_string())
      throw InputError(file + ": " + prefix + name + " holds " + shown(item) + ", expected strings only");
    result.push_back(item.get<std::string>());
  }
  return result;
}

std::vector<int64_t> FieldReader::integers(const std::string &name, Range range) {
  std::vector<int64_t> result;
  const Json *value = find(name);
  if (!value)
    return result;
  if (!value->is_array())
    fail(name, "a list of integers");
  for (const Json &item : *value) {
    const auto number = asInteger(item, range);
    if (!number)
      throw InputError(file + ": " + prefix + name + " holds " + shown(item) + ", expected " + describe(range));
    result.push_back(*number);
  }
  return result;
}

std::vector<double> FieldReader::numbers(const std::string &name) {
  const Json *value = present(name);
  if (!value || !value->is_array())
    fail(name, "a list of numbers");
  std::vector<double> result;
  for (const Json &item : *value) {
    if (!item.is_number())
      throw InputError(file + ": " + prefix + name + " holds " + shown(item) + ", expected numbers only");
    result.push_back(item.get<double>());
  }
  return result;
}

std::vector<int64_t> FieldReader::integerOrList(const std::string &name) {
  const Json *value = find(name);
  if (value && !value->is_array())
    return {integer(name, std::nullopt, {INT64_MIN, INT64_MAX})};
  return integers(name, {INT64_MIN, INT64_MAX});
}

std::vector<std::string> FieldReader::unread() const {
  std::vector<std::string> names;
  for (auto item = object.begin(); item != object.end(); ++item)
    if (!read.count(item.key()))
      names.push_back(item.key());
  return names;
}

}  // namespace qwen
