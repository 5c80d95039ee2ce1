// transformers/tokenization_utils_base.py, apply_chat_template; transformers/utils/chat_template_utils.py,
// render_jinja_template and _alias_reasoning_fields.
#include "runtime/text/ChatTemplate.h"

namespace qwen {
namespace {

using Json = nlohmann::ordered_json;

// Arguments of apply_chat_template that change how it works, not what the template sees.
constexpr const char *kRefused[] = {"chat_template", "continue_final_message", "sanitize_control_tokens",
                                    "return_assistant_tokens_mask"};
constexpr const char *kIgnored[] = {"tokenize", "return_dict", "return_tensors"};

// Without the keys that hold null, and with the reasoning under all the names that templates read it by.
Json normalizeMessage(const Json &message) {
  Json kept = Json::object();
  for (const auto &[key, value] : message.items())
    if (!value.is_null())
      kept[key] = value;
  for (const char *name : {"reasoning_content", "thinking", "reasoning"}) {
    if (!kept.contains(name))
      continue;
    Json reasoning = kept[name], aliased = Json::object();
    aliased["thinking"] = reasoning;
    aliased.update(kept);
    aliased["reasoning_content"] = reasoning;
    return aliased;
  }
  return kept;
}

bool isListOfObjects(const Json &json) {
  if (!json.is_array())
    return false;
  for (const Json &item : json)
    if (!item.is_object())
      return false;
  return true;
}

}  // namespace

std::optional<Json> chatContext(const Json &request, const Json &special_tokens, std::string &error) {
  auto refuse = [&](std::string message) {
    error = std::move(message);
    return std::nullopt;
  };
  Json arguments = request.is_array() ? Json{{"messages", request}} : request;
  if (!arguments.is_object())
    return refuse(std::string("expected a list of messages, or an object with them, found ") + request.type_name());
  if (!arguments.contains("messages"))
    return refuse("the object has no member 'messages'");
  if (!isListOfObjects(arguments["messages"]))
    return refuse("'messages' must be a list of objects");
  if (arguments["messages"].empty())
    return refuse("the list of messages is empty, expected at least one");
  for (const char *name : kRefused)
    if (arguments.contains(name) && arguments[name] != false && !arguments[name].is_null())
      return refuse(std::string("the argument '") + name + "' is not supported");
  for (const char *name : {"tools", "documents"}) {
    if (!arguments.contains(name))
      arguments[name] = nullptr;
    if (!arguments[name].is_null() && !isListOfObjects(arguments[name]))
      return refuse(std::string("'") + name + "' must be a list of objects");
  }
  Json context = special_tokens;
  context.update(arguments);
  for (const char *name : kIgnored)
    context.erase(name);
  for (const char *name : kRefused)
    context.erase(name);
  for (Json &message : context["messages"])
    message = normalizeMessage(message);
  if (!context.contains("add_generation_prompt"))
    context["add_generation_prompt"] = true;
  return context;
}

}  // namespace qwen
