// json.dumps(), as HF's own tojson filter calls it.
#include "runtime/text/Utf8.h"
#include "runtime/text/jinja/Operators.h"
#include "runtime/text/jinja/Print.h"

#include <algorithm>
#include <cmath>

namespace qwen::jinja {
namespace {

void writeUnit(std::string &out, uint32_t unit) {  // \u and four digits
  static const char kDigits[] = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4)
    out += kDigits[unit >> shift & 0xF];
}

void writeText(std::string &out, std::string_view text, bool ensure_ascii) {
  out += '"';
  for (size_t at = 0; at < text.size();) {
    uint32_t point = nextCodePoint(text, at);
    static constexpr std::string_view kEscaped = "\"\\\n\r\t\f\b", kLetters = "\"\\nrtfb";
    size_t escape = point < 0x80 ? kEscaped.find(static_cast<char>(point)) : std::string_view::npos;
    if (escape != std::string_view::npos)
      out += '\\', out += kLetters[escape];
    else if (point < 0x20 || (ensure_ascii && point >= 0x7F && point < 0x10000))
      writeUnit(out, point);
    else if (ensure_ascii && point >= 0x10000)
      writeUnit(out, 0xD800 + ((point - 0x10000) >> 10)), writeUnit(out, 0xDC00 + ((point - 0x10000) & 0x3FF));
    else
      appendUtf8(out, point);
  }
  out += '"';
}

std::string realText(double real) {
  if (std::isnan(real))
    return "NaN";
  if (std::isinf(real))
    return real < 0 ? "-Infinity" : "Infinity";
  return formatReal(real);
}

std::string scalarText(const Value &value) {
  if (value.isNone())
    return "null";
  if (value.is<bool>())
    return value.get<bool>() ? "true" : "false";
  if (value.is<Integer>())
    return formatInteger(value.integer());
  return realText(value.get<double>());
}

class JsonWriter {
public:
  explicit JsonWriter(const JsonStyle &style) : style(style) {}

  std::string out;

  void write(const Value &value, int level) {
    if (out.size() > kMaxTextBytes)
      fail("tojson: the result is over the limit of " + std::to_string(kMaxTextBytes) + " bytes");
    if (value.isText())
      writeText(out, value.text(), style.ensure_ascii);
    else if (value.isNone() || value.isNumber())
      out += scalarText(value);
    else if (value.items())
      writeList(*value.items(), level);
    else if (value.isDict())
      writeDict(value.dict(), level);
    else
      fail("Object of type " + std::string(value.typeName()) + " is not JSON serializable");
  }

private:
  void newline(int level) {
    if (!style.indent)
      return;
    out += '\n';
    for (int i = 0; i < level; ++i)
      out += *style.indent;
  }

  void writeList(const std::vector<Value> &items, int level) {
    out += '[';
    for (size_t i = 0; i < items.size(); ++i) {
      if (i > 0)
        out += style.item_separator;
      newline(level + 1);
      write(items[i], level + 1);
    }
    if (!items.empty())
      newline(level);
    out += ']';
  }

  void writeDict(const Dict &dict, int level) {
    std::vector<const Dict::Entry *> entries;
    for (const Dict::Entry &entry : dict.entries())
      entries.push_back(&entry);
    if (style.sort_keys)
      std::stable_sort(entries.begin(), entries.end(), [](const Dict::Entry *a, const Dict::Entry *b) {
        return order(a->first, b->first, "<").value_or(0) < 0;
      });
    out += '{';
    for (size_t i = 0; i < entries.size(); ++i) {
      if (i > 0)
        out += style.item_separator;
      newline(level + 1);
      writeKey(entries[i]->first);
      out += style.key_separator;
      write(entries[i]->second, level + 1);
    }
    if (!entries.empty())
      newline(level);
    out += '}';
  }

  void writeKey(const Value &key) {
    if (!key.isText() && !key.isNone() && !key.isNumber())
      fail("keys must be str, int, float, bool or None, not " + std::string(key.typeName()));
    writeText(out, key.isText() ? key.text() : scalarText(key), style.ensure_ascii);
  }

  const JsonStyle &style;
};

}  // namespace

std::string toJson(const Value &value, const JsonStyle &style) {
  JsonWriter writer(style);
  writer.write(value, 0);
  return std::move(writer.out);
}

}  // namespace qwen::jinja
