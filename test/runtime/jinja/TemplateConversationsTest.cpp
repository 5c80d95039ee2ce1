// The real templates over many conversations, compared with HF's apply_chat_template.
#include "test/runtime/jinja/TemplateData.h"

namespace qwen {
namespace {

using Json = nlohmann::ordered_json;

TEST(TemplateConversations, RenderAsHf) {
  const Json data = readTemplateJson("conversations.json");
  std::string expected;
  int rendered = 0, refused = 0;
  for (const Json &test : data["cases"]) {
    const std::string template_name = test["template"], conversation = test["conversation"];
    SCOPED_TRACE(template_name + ", " + conversation + ", options " + test["options"].dump());
    Json request = data["options"][test["options"].get<size_t>()];
    request["messages"] = data["conversations"][conversation];
    std::string error;
    std::optional<std::string> text;
    if (auto context = chatContext(request, {{"eos_token", "<|im_end|>"}}, error))
      text = renderChatTemplate(readTemplateFile(template_name), *context, error);
    if (test.contains("raises")) {
      EXPECT_FALSE(text) << "HF raises " << test["raises"] << ", but this gives " << *text;
      EXPECT_FALSE(error.empty());
      ++refused;
      continue;
    }
    expected = expected.substr(0, test["common"].get<size_t>()) + test["rest"].get<std::string>();
    ASSERT_TRUE(text) << error;
    EXPECT_EQ(*text, expected);
    ++rendered;
  }
  EXPECT_GT(rendered, 300);
  EXPECT_GT(refused, 50);
}

TEST(TemplateConversations, RaiseExceptionSaysWhere) {
  std::string error;
  Json context = {{"messages", Json::array({{{"role", "tool"}, {"content", "x"}}})}};
  EXPECT_FALSE(renderChatTemplate(readTemplateFile("qwen3_5.jinja"), context, error));
  EXPECT_EQ(error, "chat template, line 79: No user query found in messages.");
}

TEST(ChatContext, FillsInWhatHfPasses) {
  std::string error;
  auto context = chatContext(Json::array({{{"role", "user"}, {"content", "a"}, {"tool_calls", nullptr}}}),
                             {{"bos_token", "<s>"}}, error);
  ASSERT_TRUE(context) << error;
  EXPECT_EQ(context->dump(), R"({"bos_token":"<s>","messages":[{"role":"user","content":"a"}],"tools":null,)"
                             R"("documents":null,"add_generation_prompt":true})");
}

TEST(ChatContext, RefusesWhatHfRefuses) {
  auto errorOf = [](const char *request) {
    std::string error;
    EXPECT_FALSE(chatContext(Json::parse(request), Json::object(), error)) << request;
    return error;
  };
  EXPECT_EQ(errorOf("[]"), "the list of messages is empty, expected at least one");
  EXPECT_EQ(errorOf("3"), "expected a list of messages, or an object with them, found number");
  EXPECT_EQ(errorOf("{}"), "the object has no member 'messages'");
  EXPECT_EQ(errorOf("[1]"), "'messages' must be a list of objects");
  EXPECT_EQ(errorOf(R"({"messages": [{}], "tools": {}})"), "'tools' must be a list of objects");
  EXPECT_EQ(errorOf(R"({"messages": [{}], "continue_final_message": true})"),
            "the argument 'continue_final_message' is not supported");
}

}  // namespace
}  // namespace qwen
