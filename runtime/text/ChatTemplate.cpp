#include "runtime/text/ChatTemplate.h"

#include "runtime/text/Utf8.h"
#include "runtime/text/jinja/Interpreter.h"
#include "runtime/text/jinja/Parser.h"
#include "runtime/text/jinja/Scopes.h"

namespace qwen {
namespace {

using Json = nlohmann::ordered_json;

// `path` names the place for messages: "messages[2].content".
jinja::Value toValue(const Json &json, const std::string &path, int depth) {
  if (depth > jinja::kMaxNesting)
    jinja::fail(path + " is nested more than " + std::to_string(jinja::kMaxNesting) + " deep");
  switch (json.type()) {
  case Json::value_t::boolean:
    return json.get<bool>();
  case Json::value_t::number_integer:
    return json.get<int64_t>();
  case Json::value_t::number_unsigned:
    return static_cast<jinja::Integer>(json.get<uint64_t>());
  case Json::value_t::number_float:
    return json.get<double>();
  case Json::value_t::string: {
    const std::string &text = json.get_ref<const std::string &>();
    if (!isValidUtf8(text))
      jinja::fail(path + " is not valid UTF-8");
    return text;
  }
  case Json::value_t::array: {
    std::vector<jinja::Value> items;
    for (size_t i = 0; i < json.size(); ++i)
      items.push_back(toValue(json[i], path + "[" + std::to_string(i) + "]", depth + 1));
    return jinja::Value::list(std::move(items));
  }
  case Json::value_t::object: {
    jinja::Dict dict;
    for (const auto &[key, value] : json.items()) {
      if (!isValidUtf8(key))
        jinja::fail(path + " has a key that is not valid UTF-8");
      dict.set(key, toValue(value, path.empty() ? key : path + "." + key, depth + 1));
    }
    return jinja::Value::dict(std::move(dict));
  }
  default:
    return jinja::None{};
  }
}

std::string oneLine(std::string text) {
  for (char &c : text)
    if (c == '\n' || c == '\r')
      c = ' ';
  return text;
}

}  // namespace

std::optional<std::string> renderChatTemplate(const std::string &source, const Json &context, std::string &error) {
  int line = 1;
  auto report = [&](const jinja::Error &problem) {
    error = "chat template, line " + std::to_string(line) + ": " + oneLine(problem.message);
    return std::nullopt;
  };
  if (!isValidUtf8(source))
    return report({"not valid UTF-8"});
  jinja::Value arguments;
  try {
    arguments = toValue(context.is_object() ? context : Json::object(), "", 0);
  } catch (const jinja::Error &problem) {
    error = "chat template: " + oneLine(problem.message);
    return std::nullopt;
  }
  jinja::Template parsed;
  try {
    parsed = jinja::Parser(jinja::tokenize(source, line), line).parse();
    jinja::checkNames(parsed, line);
    jinja::resolveScopes(parsed);
  } catch (const jinja::Error &problem) {
    return report(problem);
  }
  jinja::Interpreter interpreter(arguments.dict());
  try {
    return interpreter.render(parsed);
  } catch (const jinja::Error &problem) {
    line = interpreter.line();
    return report(problem);
  }
}

}  // namespace qwen
