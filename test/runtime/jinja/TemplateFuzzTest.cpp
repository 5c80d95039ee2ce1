// Mutated templates: any result is fine, a crash, a hang or an error without a line isn't. Deterministic.
#include "test/runtime/jinja/TemplateData.h"

#include <random>

namespace qwen {
namespace {

using Json = nlohmann::ordered_json;

const char *const kPieces[] = {
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "#}",
    "-",
    "+",
    "'",
    "\"",
    "\\",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "|",
    ".",
    ",",
    ":",
    "~",
    "*",
    "**",
    "//",
    "%",
    "=",
    "==",
    " in ",
    " is ",
    " not ",
    " if ",
    " else ",
    " and ",
    "::",
    "[::-1]",
    "|list",
    "|tojson",
    "|map('upper')",
    "|first",
    "|join",
    "namespace()",
    "range(9)",
    "loop",
    "loop.last",
    "messages",
    "tools",
    "none",
    "true",
    "1e999",
    "99999999999999999999",
    "{% set ",
    "{% endif %}",
    "{% endfor %}",
    "{% macro m(a) %}",
    "{% raw %}",
    "{% break %}",
    "{{ m(1) }}",
    ".format(",
    "\xc3\xa9",
    "\xff",
    "\n",
    "_",
    "0",
};

class Mutator {
public:
  explicit Mutator(uint32_t seed) : random(seed) {}

  std::string mutate(std::string text, const std::string &other) {
    for (size_t i = 1 + below(4); i > 0; --i) {
      size_t at = below(text.size() + 1), count = below(12);
      switch (below(6)) {
      case 0:
        text.erase(at, count);
        break;
      case 1:
        text.insert(at, kPieces[below(std::size(kPieces))]);
        break;
      case 2:
        text.replace(at, std::min(count, text.size() - at), kPieces[below(std::size(kPieces))]);
        break;
      case 3:
        text.insert(at, text.substr(below(text.size() + 1), count * 8));
        break;
      case 4:
        text.insert(at, other.substr(below(other.size() + 1), count * 8));
        break;
      default:
        text = text.substr(0, at);
      }
    }
    return text;
  }

  size_t below(size_t limit) { return limit == 0 ? 0 : random() % limit; }

private:
  std::mt19937 random;
};

void renderAny(const std::string &source, const Json &context) {
  std::string error;
  if (!renderChatTemplate(source, context, error)) {
    ASSERT_EQ(error.rfind("chat template, line ", 0), 0u) << error << "\n" << source;
    ASSERT_EQ(error.find('\n'), std::string::npos) << error;
  }
}

TEST(TemplateFuzz, RealTemplates) {
  const Json data = readTemplateJson("conversations.json");
  Json context = data["options"][4];
  context["messages"] = data["conversations"]["tool calls"];
  std::vector<std::string> sources;
  for (const char *name : kTemplateFiles)
    sources.push_back(readTemplateFile(name));
  Mutator mutator(1);
  for (int i = 0; i < 4000; ++i) {
    const std::string &base = sources[mutator.below(sources.size())];
    renderAny(mutator.mutate(base, sources[mutator.below(sources.size())]), context);
    if (HasFatalFailure())
      return;
  }
}

TEST(TemplateFuzz, Snippets) {
  const Json data = readTemplateJson("snippets.json");
  const Json &cases = data["cases"];
  Mutator mutator(2);
  for (int i = 0; i < 20000; ++i) {
    std::string base = cases[mutator.below(cases.size())]["source"];
    renderAny(mutator.mutate(base, cases[mutator.below(cases.size())]["source"]), data["context"]);
    if (HasFatalFailure())
      return;
  }
}

}  // namespace
}  // namespace qwen
