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

// The variables that HF's apply_chat_template hands to the template. `request`: a list of messages, or an object with
// `messages` and apply_chat_template's other keyword arguments (tools, documents, the template's own). The generation
// prompt is on unless `add_generation_prompt` says otherwise. `special_tokens`: bos_token, eos_token, ... as far as the
// tokenizer has them. nullopt with one line in `error` for what HF refuses: no messages, messages that are no objects.
std::optional<nlohmann::ordered_json> chatContext(const nlohmann::ordered_json &request,
                                                  const nlohmann::ordered_json &special_tokens, std::string &error);

}  // namespace qwen
