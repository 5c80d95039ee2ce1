#include "runtime/text/jinja/Strings.h"

#include "runtime/text/Utf8.h"
#include "runtime/text/jinja/Value.h"

#include <algorithm>

namespace qwen::jinja {

size_t countCodePoints(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<uint8_t>(c) & 0xC0) != 0x80; });
}

std::vector<uint32_t> decode(std::string_view text) {
  std::vector<uint32_t> points;
  points.reserve(text.size());
  for (size_t at = 0; at < text.size();)
    points.push_back(nextCodePoint(text, at));
  return points;
}

std::string encode(const std::vector<uint32_t> &points) {
  std::string text;
  for (uint32_t point : points)
    appendUtf8(text, point);
  return text;
}

bool isSpace(uint32_t point) {
  if (point < 0x80)
    return (point >= 0x09 && point <= 0x0D) || (point >= 0x1C && point <= 0x20);
  return point == 0x85 || point == 0xA0 || point == 0x1680 || (point >= 0x2000 && point <= 0x200A) || point == 0x2028 ||
         point == 0x2029 || point == 0x202F || point == 0x205F || point == 0x3000;
}

bool isSpaceOnly(std::string_view text) { return strip(text, std::nullopt, Ends::left).empty(); }

std::string_view strip(std::string_view text, std::optional<std::string_view> chars, Ends ends) {
  std::vector<uint32_t> set = decode(chars.value_or(""));
  auto strips = [&](uint32_t point) {
    return chars ? std::find(set.begin(), set.end(), point) != set.end() : isSpace(point);
  };
  size_t begin = 0, end = text.size();
  while (ends != Ends::right && begin < end) {
    size_t next = begin;
    if (!strips(nextCodePoint(text, next)))
      break;
    begin = next;
  }
  while (ends != Ends::left && begin < end) {
    size_t last = end - 1;
    while ((static_cast<uint8_t>(text[last]) & 0xC0) == 0x80)
      --last;
    size_t at = last;
    if (!strips(nextCodePoint(text, at)))
      break;
    end = last;
  }
  return text.substr(begin, end - begin);
}

std::vector<std::string_view> splitLines(std::string_view text, bool keep_ends) {
  std::vector<std::string_view> lines;
  size_t begin = 0;
  for (size_t at = 0; at < text.size();) {
    size_t end = at;
    uint32_t point = nextCodePoint(text, at);
    if (point == '\r' && at < text.size() && text[at] == '\n')
      ++at;
    else if (!(point >= 0x0A && point <= 0x0D) && !(point >= 0x1C && point <= 0x1E) && point != 0x85 &&
             point != 0x2028 && point != 0x2029)
      continue;
    lines.push_back(text.substr(begin, (keep_ends ? at : end) - begin));
    begin = at;
  }
  if (begin < text.size())
    lines.push_back(text.substr(begin));
  return lines;
}

static std::vector<std::string_view> splitSpace(std::string_view text, int64_t limit) {
  std::vector<std::string_view> parts;
  text = strip(text, std::nullopt, Ends::left);
  while (!text.empty()) {
    size_t end = 0;
    for (size_t at = 0; at < text.size(); end = at)
      if (isSpace(nextCodePoint(text, at)))
        break;
    if (limit >= 0 && static_cast<int64_t>(parts.size()) == limit)
      end = text.size();  // the rest keeps its trailing white space
    parts.push_back(text.substr(0, end));
    text = strip(text.substr(end), std::nullopt, Ends::left);
  }
  return parts;
}

std::vector<std::string_view> split(std::string_view text, std::optional<std::string_view> separator, int64_t limit) {
  if (!separator)
    return splitSpace(text, limit);
  std::vector<std::string_view> parts;
  while (limit < 0 || static_cast<int64_t>(parts.size()) < limit) {
    size_t found = text.find(*separator);
    if (found == std::string_view::npos)
      break;
    parts.push_back(text.substr(0, found));
    text.remove_prefix(found + separator->size());
  }
  parts.push_back(text);
  return parts;
}

static std::vector<std::string_view> splitSpaceRight(std::string_view text, int64_t limit) {
  std::vector<std::string_view> parts;
  text = strip(text, std::nullopt, Ends::right);
  while (!text.empty()) {
    size_t begin = 0;
    for (size_t at = 0; at < text.size();)
      if (isSpace(nextCodePoint(text, at)))
        begin = at;
    if (limit >= 0 && static_cast<int64_t>(parts.size()) == limit)
      begin = 0;
    parts.push_back(text.substr(begin));
    text = strip(text.substr(0, begin), std::nullopt, Ends::right);
  }
  std::reverse(parts.begin(), parts.end());
  return parts;
}

std::vector<std::string_view> splitRight(std::string_view text, std::optional<std::string_view> separator,
                                         int64_t limit) {
  if (limit < 0)
    return split(text, separator, limit);
  if (!separator)
    return splitSpaceRight(text, limit);
  std::vector<std::string_view> parts;
  while (static_cast<int64_t>(parts.size()) < limit) {
    size_t found = text.rfind(*separator);
    if (found == std::string_view::npos)
      break;
    parts.push_back(text.substr(found + separator->size()));
    text = text.substr(0, found);
  }
  parts.push_back(text);
  std::reverse(parts.begin(), parts.end());
  return parts;
}

std::string replaceAll(std::string_view text, std::string_view from, std::string_view to, int64_t limit) {
  std::string result;
  size_t at = 0;
  for (int64_t done = 0; limit < 0 || done < limit; ++done) {
    if (result.size() > kMaxTextBytes)
      fail("replace: the result is over the limit of " + std::to_string(kMaxTextBytes) + " bytes");
    size_t found = from.empty() ? at : text.find(from, at);
    if (found == std::string_view::npos || found > text.size())
      break;
    result += text.substr(at, found - at);
    result += to;
    at = found + from.size();
    if (from.empty()) {  // between all code points, and at both ends
      if (at == text.size()) {
        ++at;
        break;
      }
      size_t next = at;
      nextCodePoint(text, next);
      result += text.substr(at, next - at);
      at = next;
    }
  }
  if (at < text.size())
    result += text.substr(at);
  return result;
}

std::string escapeHtml(std::string_view text) {
  std::string result;
  for (char c : text) {
    switch (c) {
    case '&':
      result += "&amp;";
      break;
    case '<':
      result += "&lt;";
      break;
    case '>':
      result += "&gt;";
      break;
    case '\'':
      result += "&#39;";
      break;
    case '"':
      result += "&#34;";
      break;
    default:
      result += c;
    }
  }
  return result;
}

}  // namespace qwen::jinja
