#include "runtime/text/jinja/Lexer.h"

#include "runtime/text/Utf8.h"
#include "runtime/text/jinja/Literals.h"
#include "runtime/text/jinja/Operators.h"
#include "runtime/text/jinja/Print.h"
#include "runtime/text/jinja/Strings.h"

#include <algorithm>

namespace qwen::jinja {
namespace {

// Every kind of line end becomes \n, and one at the end of the template goes.
std::string normalizeNewlines(std::string_view source) {
  std::string result;
  for (size_t i = 0; i < source.size(); ++i) {
    if (source[i] == '\r' && i + 1 < source.size() && source[i + 1] == '\n')
      continue;
    result += source[i] == '\r' ? '\n' : source[i];
  }
  if (!result.empty() && result.back() == '\n')
    result.pop_back();
  return result;
}

class Lexer {
public:
  Lexer(std::string text, int &line) : source(std::move(text)), line(line) { line = 1; }

  std::vector<Token> run() {
    while (pos < source.size())
      lexRoot();
    add(Token::Kind::end);
    return std::move(tokens);
  }

private:
  bool at(std::string_view text, size_t place) const { return source.compare(place, text.size(), text) == 0; }
  bool at(std::string_view text) const { return at(text, pos); }

  size_t skipSpace(size_t place) const {
    while (place < source.size()) {
      size_t next = place;
      if (!isSpace(nextCodePoint(source, next)))
        break;
      place = next;
    }
    return place;
  }

  void add(Token::Kind kind, std::string text = "", Value number = {}) {
    tokens.push_back({kind, line, std::move(text), std::move(number)});
  }

  void moveTo(size_t place) {
    line += static_cast<int>(std::count(source.begin() + pos, source.begin() + place, '\n'));
    pos = place;
  }

  // The end of a tag that closes with `close` ("%}", "#}"): a sign decides about the white space behind it, else one
  // newline goes with it (trim_blocks). npos when no end stands at `place`.
  size_t matchEnd(size_t place, std::string_view close) const {
    if (place < source.size() && source[place] == '+' && at(close, place + 1))
      return place + 1 + close.size();
    if (place < source.size() && source[place] == '-' && at(close, place + 1))
      return skipSpace(place + 1 + close.size());
    if (!at(close, place))
      return std::string::npos;
    place += close.size();
    return place < source.size() && source[place] == '\n' ? place + 1 : place;
  }

  // As matchEnd for `}}` at `pos`, behind which a newline stays.
  size_t matchVariableEnd() const {
    if (at("-}}"))
      return skipSpace(pos + 3);
    return at("}}") ? pos + 2 : std::string::npos;
  }

  // `{%- raw %}` at `place`: where the raw text begins, npos when it isn't one.
  size_t matchRaw(size_t place) const {
    place += 2;
    if (place < source.size() && (source[place] == '-' || source[place] == '+'))
      ++place;
    place = skipSpace(place);
    if (!at("raw", place))
      return std::string::npos;
    place = skipSpace(place + 3);
    if (at("-%}", place))
      return skipSpace(place + 3);
    return at("%}", place) ? place + 2 : std::string::npos;
  }

  // `{% endraw %}` at `place`: where the template goes on.
  size_t matchEndRaw(size_t place) const {
    place += 2;
    if (place < source.size() && (source[place] == '-' || source[place] == '+'))
      ++place;
    place = skipSpace(place);
    return at("endraw", place) ? matchEnd(skipSpace(place + 6), "%}") : std::string::npos;
  }

  char signAt(size_t place) const {
    return place < source.size() && (source[place] == '-' || source[place] == '+') ? source[place] : '\0';
  }

  // The text up to `tag`, a tag that begins there with `sign`, without what white space control takes from its end.
  void addData(size_t tag, char sign, bool is_variable) {
    std::string_view text = std::string_view(source).substr(pos, tag - pos);
    if (sign == '-') {
      text = strip(text, std::nullopt, Ends::right);
    } else if (sign != '+' && !is_variable) {
      size_t start = text.rfind('\n') + 1;  // 0 when there is no newline
      if ((start > 0 || line_starting) && isSpaceOnly(text.substr(start)))
        text = text.substr(0, start);
    }
    if (!text.empty())
      add(Token::Kind::data, std::string(text));
    moveTo(tag);
  }

  void lexRoot() {
    size_t tag = pos;
    while (tag + 1 < source.size() &&
           !(source[tag] == '{' && (source[tag + 1] == '%' || source[tag + 1] == '{' || source[tag + 1] == '#')))
      ++tag;
    if (tag + 1 >= source.size()) {
      add(Token::Kind::data, source.substr(pos));
      moveTo(source.size());
      return;
    }
    char kind = source[tag + 1], sign = signAt(tag + 2);
    addData(tag, sign, kind == '{');
    size_t raw = kind == '%' ? matchRaw(tag) : std::string::npos;
    if (raw != std::string::npos) {
      lexRaw(raw);
      return;
    }
    if (kind == '#') {
      lexComment(tag + (sign ? 3 : 2));
      return;
    }
    add(kind == '%' ? Token::Kind::block_begin : Token::Kind::variable_begin);
    moveTo(tag + (sign ? 3 : 2));
    lexTag(kind == '%');
  }

  void finishTag(size_t end) {
    line_starting = source[end - 1] == '\n';
    moveTo(end);
  }

  void lexRaw(size_t begin) {
    line_starting = source[begin - 1] == '\n';
    moveTo(begin);
    for (size_t tag = source.find("{%", begin); tag != std::string::npos; tag = source.find("{%", tag + 1)) {
      size_t end = matchEndRaw(tag);
      if (end == std::string::npos)
        continue;
      addData(tag, signAt(tag + 2), false);
      finishTag(end);
      return;
    }
    fail("missing end of raw block");
  }

  void lexComment(size_t begin) {
    for (size_t place = begin; place < source.size(); ++place) {
      size_t end = matchEnd(place, "#}");
      if (end == std::string::npos)
        continue;
      finishTag(end);
      return;
    }
    fail("missing end of comment tag");
  }

  // An expression or a statement, up to and with its end.
  void lexTag(bool is_block) {
    std::string open;  // brackets; the end of the tag counts only outside of them
    while (pos < source.size()) {
      if (open.empty()) {
        size_t end = is_block ? matchEnd(pos, "%}") : matchVariableEnd();
        if (end != std::string::npos) {
          add(is_block ? Token::Kind::block_end : Token::Kind::variable_end);
          finishTag(end);
          return;
        }
      }
      lexExpressionToken(open);
    }
  }

  void lexExpressionToken(std::string &open) {
    if (size_t space = skipSpace(pos); space > pos) {
      moveTo(space);
      return;
    }
    char c = source[pos];
    if (c >= '0' && c <= '9') {
      bool after_dot = pos > 0 && source[pos - 1] == '.';
      NumberLiteral number = readNumber(source, pos, !after_dot);
      add(number.value.is<double>() ? Token::Kind::real : Token::Kind::integer, "", number.value);
      moveTo(number.end);
    } else if (isNameChar(c)) {
      size_t end = pos;
      while (end < source.size() && isNameChar(source[end]))
        ++end;
      add(Token::Kind::name, source.substr(pos, end - pos));
      moveTo(end);
    } else if (c == '\'' || c == '"') {
      size_t end = findStringEnd(source, pos);
      if (end == std::string::npos)
        fail(std::string("unexpected char ") + (c == '"' ? "'\"'" : "\"'\"") + ": the string does not end");
      std::string_view body = std::string_view(source).substr(pos + 1, end - pos - 2);
      add(Token::Kind::string, resolveEscapes(body));
      moveTo(end);
    } else {
      lexOperator(open);
    }
  }

  static bool isNameChar(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  }

  void lexOperator(std::string &open) {
    static constexpr std::string_view kOperators[] = {"//", "**", "==", "!=", ">=", "<=", "+", "-", "/",
                                                      "*",  "%",  "~",  "[",  "]",  "(",  ")", "{", "}",
                                                      ">",  "<",  "=",  ".",  ":",  "|",  ",", ";"};
    for (std::string_view symbol : kOperators) {
      if (!at(symbol))
        continue;
      if (symbol == "(" || symbol == "[" || symbol == "{")
        open += symbol == "(" ? ')' : symbol == "[" ? ']' : '}';
      if (symbol == ")" || symbol == "]" || symbol == "}") {
        if (open.empty())
          fail("unexpected " + inQuotes(symbol));
        if (open.back() != symbol[0])
          fail("unexpected " + inQuotes(symbol) + ", expected '" + open.back() + "'");
        open.pop_back();
      }
      add(Token::Kind::op, std::string(symbol));
      moveTo(pos + symbol.size());
      return;
    }
    size_t next = pos;
    nextCodePoint(source, next);
    fail("unexpected char " + toRepr(source.substr(pos, next - pos)));
  }

  std::string source;
  size_t pos = 0;
  int &line;
  bool line_starting = true;  // what stands before `pos` ended a line, or nothing does
  std::vector<Token> tokens;
};

}  // namespace

std::string describe(const Token &token) {
  switch (token.kind) {
  case Token::Kind::data:
    return "template data";
  case Token::Kind::variable_begin:
    return "begin of print statement";
  case Token::Kind::variable_end:
    return "end of print statement";
  case Token::Kind::block_begin:
    return "begin of statement block";
  case Token::Kind::block_end:
    return "end of statement block";
  case Token::Kind::string:
    return "string " + toRepr(token.text);
  case Token::Kind::integer:
  case Token::Kind::real:
    return "number " + toRepr(token.number);
  case Token::Kind::end:
    return "end of template";
  case Token::Kind::name:
  case Token::Kind::op:
    return inQuotes(token.text);
  }
  __builtin_unreachable();
}

std::vector<Token> tokenize(std::string_view source, int &line) { return Lexer(normalizeNewlines(source), line).run(); }

}  // namespace qwen::jinja
