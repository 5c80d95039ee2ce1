// What isn't supported or is too much is one line that names line and construct.
#include "test/runtime/jinja/TemplateData.h"

namespace qwen {
namespace {

std::string errorOf(const std::string &source, const nlohmann::ordered_json &context = {{"a", 1}}) {
  std::string error;
  std::optional<std::string> text = renderChatTemplate(source, context, error);
  EXPECT_FALSE(text) << source << " gives " << *text;
  return error;
}

std::string repeated(const std::string &text, int times) {
  std::string result;
  for (int i = 0; i < times; ++i)
    result += text;
  return result;
}

TEST(TemplateErrors, NameLineAndConstruct) {
  EXPECT_EQ(errorOf("\n\n{% include 'x' %}"),
            "chat template, line 3: statement {% include %} is not supported in chat templates");
  EXPECT_EQ(errorOf("a\n{{ a | urlize }}"),
            "chat template, line 2: filter 'urlize' is not supported in chat templates");
  EXPECT_EQ(errorOf("{% if true %}\n{{ a | nope }}{% endif %}"), "chat template, line 2: no filter named 'nope'");
  EXPECT_EQ(errorOf("{{ a\n is nope }}"), "chat template, line 2: no test named 'nope'");
  EXPECT_EQ(errorOf("{% for x in [] recursive %}{% endfor %}"),
            "chat template, line 1: recursive loops are not supported in chat templates");
  EXPECT_EQ(errorOf("{{ cycler(1) }}"),
            "chat template, line 1: the global 'cycler' is not supported in chat templates");
  EXPECT_EQ(errorOf("{{ 'a'.encode() }}"),
            "chat template, line 1: attribute 'encode' of 'str' is not supported in chat templates");
  EXPECT_EQ(errorOf("{{ [1] | map('string') }}"),
            "chat template, line 1: printing a generator is not supported: python shows its address");
  EXPECT_EQ(errorOf("{{ 'a'.upper }}"),
            "chat template, line 1: printing a builtin_function_or_method is not supported: python shows its address");
  EXPECT_EQ(errorOf("{{ '\\N{BULLET}' }}"), "chat template, line 1: \\N{...} in a string is not supported");
}

TEST(TemplateErrors, NameTheUndefined) {
  EXPECT_EQ(errorOf("\n{{ nope.x }}"), "chat template, line 2: 'nope' is undefined");
  EXPECT_EQ(errorOf("{{ a.b.c }}"), "chat template, line 1: 'int object' has no attribute 'b'");
  EXPECT_EQ(errorOf("{% macro m(p) %}\n{{ p.x }}{% endmacro %}\n\n{{ m() }}"),
            "chat template, line 2: parameter 'p' was not provided");
  EXPECT_EQ(errorOf("{{ [].x.y }}"), "chat template, line 1: 'list object' has no attribute 'x'");
}

TEST(TemplateErrors, StayOneLine) { EXPECT_EQ(errorOf("{{ raise_exception('a\nb') }}"), "chat template, line 1: a b"); }

TEST(TemplateErrors, BoundWhatIsTooDeep) {
  EXPECT_NE(errorOf("{{ " + repeated("(", 5000) + "1" + repeated(")", 5000) + " }}").find("deep"), std::string::npos);
  EXPECT_NE(errorOf("{{ " + repeated("[", 100000)).find("deep"), std::string::npos);
  EXPECT_NE(errorOf("{{ 1" + repeated(" + 1", 5000) + " }}").find("deep"), std::string::npos);
  EXPECT_NE(errorOf("{{ a" + repeated(".b", 5000) + " }}").find("deep"), std::string::npos);
  EXPECT_NE(errorOf("{{ " + repeated("not ", 5000) + "a }}").find("deep"), std::string::npos);
  EXPECT_NE(errorOf("{{ " + repeated("-", 5000) + "a }}").find("deep"), std::string::npos);
  EXPECT_NE(errorOf(repeated("{% if a %}", 5000)).find("deep"), std::string::npos);
  EXPECT_NE(errorOf("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}").find("recursion"), std::string::npos);
  std::string lists = "{% set n = namespace(x=[]) %}{% for i in range(9999) %}{% set n.x = [n.x] %}{% endfor %}";
  EXPECT_NE(errorOf(lists).find("deep"), std::string::npos);
  EXPECT_NE(errorOf("{% set n = namespace(x='a') %}{% for i in range(9999) %}{% set n.x = n.x | map('upper') %}"
                    "{% endfor %}{{ n.x | list }}")
                .find("deep"),
            std::string::npos);
  EXPECT_NE(errorOf("{% set n = namespace() %}{% set n.n = n %}{{ n }}").find("holds itself"), std::string::npos);
  std::string nested = repeated("[", 300) + repeated("]", 300);
  EXPECT_NE(errorOf("{{ m }}", {{"m", nlohmann::ordered_json::parse(nested)}}).find("deep"), std::string::npos);
}

TEST(TemplateErrors, BoundWhatIsTooLarge) {
  EXPECT_NE(errorOf("{{ 'ab' * 1000000000 }}").find("limit"), std::string::npos);
  EXPECT_NE(errorOf("{{ [1] * 1000000000 }}").find("limit"), std::string::npos);
  EXPECT_NE(errorOf("{{ 'a'.center(99999999999) }}").find("limit"), std::string::npos);
  EXPECT_NE(errorOf("{{ '%999999999d' % 1 }}").find("limit"), std::string::npos);
  EXPECT_NE(errorOf("{{ '{:.999999999f}'.format(1.5) }}").find("limit"), std::string::npos);
  EXPECT_NE(errorOf("{{ 10 ** 100 }}").find("128 bits"), std::string::npos);
  std::string doubling = "{% set n = namespace(s='abc') %}{% for i in range(99) %}{% set n.s = n.s ~ n.s %}"
                         "{% endfor %}";
  EXPECT_NE(errorOf(doubling).find("limit"), std::string::npos);
  std::string loops = "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}";
  EXPECT_NE(errorOf(loops).find("does not end"), std::string::npos);
}

TEST(TemplateErrors, RefuseInvalidUtf8) {
  EXPECT_EQ(errorOf("a\xff"), "chat template, line 1: not valid UTF-8");
  EXPECT_EQ(errorOf("{{ m }}", {{"m", {{"x", "\xc3"}}}}), "chat template: m.x is not valid UTF-8");
}

}  // namespace
}  // namespace qwen
