// What Python's str does, on UTF-8: lengths and places are in code points.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qwen::jinja {

// All of these take valid UTF-8.
size_t countCodePoints(std::string_view text);
std::vector<uint32_t> decode(std::string_view text);
std::string encode(const std::vector<uint32_t> &points);

bool isSpace(uint32_t point);
bool isSpaceOnly(std::string_view text);  // true for the empty text
enum class Ends { both, left, right };
// Without `chars`: white space, else every code point in `chars`.
std::string_view strip(std::string_view text, std::optional<std::string_view> chars, Ends ends);

std::string upper(std::string_view text);
std::string lower(std::string_view text);
std::string capitalize(std::string_view text);
std::string titleCase(std::string_view text);
std::string swapCase(std::string_view text);
std::string foldCase(std::string_view text);

// str.isalpha() and its like, for one code point.
bool isAlpha(uint32_t point);
bool isNumeric(uint32_t point);
bool isDecimal(uint32_t point);
bool isUpper(uint32_t point);
bool isLower(uint32_t point);
bool isTitle(uint32_t point);
bool isPrintable(uint32_t point);  // what repr() shows as it is

std::vector<std::string_view> splitLines(std::string_view text, bool keep_ends);
// str.split() and str.rsplit(): by white space without a separator; at most `limit` splits, any number when negative.
std::vector<std::string_view> split(std::string_view text, std::optional<std::string_view> separator, int64_t limit);
std::vector<std::string_view> splitRight(std::string_view text, std::optional<std::string_view> separator,
                                         int64_t limit);
std::string replaceAll(std::string_view text, std::string_view from, std::string_view to, int64_t limit);

std::string escapeHtml(std::string_view text);

}  // namespace qwen::jinja
