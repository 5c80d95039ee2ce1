// Renders the Jinja of Qwen's chat templates as jinja2 does in HF's apply_chat_template.
#pragma once

#include "nlohmann/json.hpp"

#include <optional>
#include <string>

namespace qwen {

// `context` holds the template's variables: messages, tools, add_generation_prompt, enable_thinking, bos_token, ...
// On failure (a construct outside the supported Jinja, raise_exception, a type error) returns nullopt and sets
// `error` to one line that names line and construct.
std::optional<std::string> renderChatTemplate(const std::string &source, const nlohmann::ordered_json &context,
                                              std::string &error);

}  // namespace qwen
