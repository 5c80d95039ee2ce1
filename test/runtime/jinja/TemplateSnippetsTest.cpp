// Single constructs, compared with what jinja2 makes of them.
#include "test/runtime/jinja/TemplateData.h"

namespace qwen {
namespace {

TEST(TemplateSnippets, RenderAsJinja2) {
  const nlohmann::ordered_json data = readTemplateJson("snippets.json");
  ASSERT_GE(data["cases"].size(), 150u);
  for (const auto &test : data["cases"]) {
    const std::string source = test["source"];
    SCOPED_TRACE(source);
    std::string error;
    std::optional<std::string> text = renderChatTemplate(source, data["context"], error);
    if (test.contains("raises")) {
      EXPECT_FALSE(text) << "jinja2 raises " << test["raises"] << ", but this gives " << *text;
      EXPECT_EQ(error.rfind("chat template, line ", 0), 0u) << error;
      EXPECT_EQ(error.find('\n'), std::string::npos) << error;
    } else if (text) {
      EXPECT_EQ(*text, test["text"].get<std::string>());
    } else {
      ADD_FAILURE() << error << "\n  but jinja2 gives " << test["text"];
    }
  }
}

}  // namespace
}  // namespace qwen
