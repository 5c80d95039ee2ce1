// Typed access to the fields of a JSON object, with one form of error for all of them.
#pragma once

#include "frontend/config/Json.h"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace qwen {

// Inclusive bounds of an integer field.
struct Range {
  int64_t min = 0;
  int64_t max = INT64_MAX;
};

// Reads fields by name and remembers which were asked for. Where a default is given, an absent field takes it;
// `null` is an error unless the function says otherwise. All functions throw InputError:
//   config.json: hidden_size is "big", expected an integer from 1 to 1048576
class FieldReader {
public:
  // `prefix` leads the field names in messages: "rope_parameters.". The object must outlive the reader.
  FieldReader(std::string file, const Json &object, std::string prefix = "");

  // The field's value; null when it is absent or JSON's null.
  const Json *find(const std::string &name);
  bool contains(const std::string &name) const { return object.contains(name); }

  int64_t integer(const std::string &name, std::optional<int64_t> fallback, Range range = {});
  double number(const std::string &name, std::optional<double> fallback);
  bool boolean(const std::string &name, bool fallback);
  std::string string(const std::string &name, std::optional<std::string> fallback);
  std::vector<std::string> strings(const std::string &name);                          // absent or null: empty
  std::vector<int64_t> integers(const std::string &name, Range range);                // absent or null: empty
  std::vector<double> numbers(const std::string &name);                               // required
  std::vector<int64_t> integerOrList(const std::string &name);                        // absent or null: empty
  std::optional<int64_t> optionalInteger(const std::string &name, Range range = {});  // null counts as absent
  std::optional<double> optionalNumber(const std::string &name);                      // null counts as absent

  // "FILE: PREFIXname is VALUE, expected EXPECTED", or "... is missing, ...".
  [[noreturn]] void fail(const std::string &name, const std::string &expected) const;
  // "FILE: TEXT".
  [[noreturn]] void contradiction(const std::string &text) const;

  void markRead(const std::string &name) { read.insert(name); }
  std::vector<std::string> unread() const;  // fields of the object that nobody asked for, sorted
  const std::string &fileName() const { return file; }

private:
  const Json *present(const std::string &name);  // null only when absent

  std::string file;
  const Json &object;
  std::string prefix;
  std::set<std::string> read;
};

}  // namespace qwen
