// The values of a template: Python's, as far as JSON and jinja2 can make them. Lists, tuples and dictionaries never
// change once made (jinja2's immutable sandbox sees to that), so copies share them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace qwen::jinja {

// Wide enough for every integer that a JSON text can hold here (uint64); Python's are unbounded, leaving this range is
// an error.
using Integer = __int128;

// Bounds that keep a malicious template from taking the process down.
inline constexpr size_t kMaxTextBytes = size_t{1} << 26;
inline constexpr size_t kMaxItems = size_t{1} << 22;
inline constexpr int kMaxNesting = 200;  // of lists and dictionaries in one another

// Whatever can go wrong; renderChatTemplate adds the line.
struct Error {
  std::string message;
};
[[noreturn]] void fail(std::string message);

class Value;
class Dict;

struct None {};

struct Undefined {
  std::shared_ptr<const std::string> reason;  // what an operation on it reports: "'tools' is undefined"
};

struct Text {
  std::shared_ptr<const std::string> bytes;  // valid UTF-8
  bool markup = false;                       // markupsafe.Markup, which `safe` and `escape` make

  std::string_view view() const { return *bytes; }
};

struct Sequence {
  std::vector<Value> items;
  int nesting = 1;
};
struct List {
  std::shared_ptr<const Sequence> data;
};
struct Tuple {
  std::shared_ptr<const Sequence> data;
};

// What is compared by identity: functions, macros, namespaces, iterators (Objects.h).
struct Object {
  virtual ~Object() = default;
  virtual std::string_view typeName() const = 0;  // Python's
  virtual int nesting() const { return 1; }
};

class Value {
public:
  using DictPointer = std::shared_ptr<const Dict>;
  using ObjectPointer = std::shared_ptr<Object>;

  Value() : data(None{}) {}
  Value(None) : data(None{}) {}
  Value(Undefined undefined) : data(std::move(undefined)) {}
  Value(bool truth) : data(truth) {}
  Value(Integer integer) : data(integer) {}
  Value(int integer) : data(Integer{integer}) {}
  Value(int64_t integer) : data(Integer{integer}) {}
  Value(size_t integer) : data(Integer{integer}) {}
  Value(double real) : data(real) {}
  Value(Text text) : data(std::move(text)) {}
  Value(std::string text, bool markup = false);
  Value(std::string_view text) : Value(std::string(text)) {}
  Value(const char *text) : Value(std::string(text)) {}
  Value(List list) : data(std::move(list)) {}
  Value(Tuple tuple) : data(std::move(tuple)) {}
  Value(DictPointer dict) : data(std::move(dict)) {}
  Value(ObjectPointer object) : data(std::move(object)) {}

  static Value list(std::vector<Value> items);
  static Value tuple(std::vector<Value> items);
  static Value dict(Dict dict);
  static Value undefined(std::string reason);

  template <typename T> bool is() const { return std::holds_alternative<T>(data); }
  template <typename T> const T &get() const { return std::get<T>(data); }

  bool isUndefined() const { return is<Undefined>(); }
  bool isNone() const { return is<None>(); }
  bool isText() const { return is<Text>(); }
  bool isDict() const { return is<DictPointer>(); }
  // bool is a subclass of int in Python.
  bool isInteger() const { return is<Integer>() || is<bool>(); }
  bool isNumber() const { return isInteger() || is<double>(); }

  std::string_view text() const { return get<Text>().view(); }
  bool isMarkup() const { return isText() && get<Text>().markup; }
  Integer integer() const { return is<bool>() ? Integer{get<bool>()} : get<Integer>(); }
  double real() const { return is<double>() ? get<double>() : static_cast<double>(integer()); }
  const Dict &dict() const { return *get<DictPointer>(); }
  // The items of a list or a tuple, null for anything else.
  const std::vector<Value> *items() const;
  // The object if it is a T, else null.
  template <typename T> T *object() const {
    return is<ObjectPointer>() ? dynamic_cast<T *>(get<ObjectPointer>().get()) : nullptr;
  }

  std::string_view typeName() const;  // Python's: "str", "NoneType"
  int nesting() const;

private:
  std::variant<None, Undefined, bool, Integer, double, Text, List, Tuple, DictPointer, ObjectPointer> data;
};

// Keeps the order of insertion; keys are compared as Python does (1, 1.0 and True are one key).
class Dict {
public:
  using Entry = std::pair<Value, Value>;

  const Value *find(const Value &key) const;
  void set(Value key, Value value);  // fails for keys that Python can't hash
  const std::vector<Entry> &entries() const { return list; }
  int nesting() const { return depth; }

private:
  std::optional<size_t> place(const Value &key) const;

  std::vector<Entry> list;
  std::unordered_multimap<size_t, size_t> places;  // hash to index in `list`
  int depth = 1;
};

}  // namespace qwen::jinja
