// Text in and out of a program: its tokenizer and its chat template.
#pragma once

#include "runtime/text/Tokenizer.h"
#include "runtime/verbs/Host.h"
#include "runtime/verbs/OptionSet.h"

#include "nlohmann/json.hpp"

#include <string>
#include <vector>

namespace qwen {

class TextModel {
public:
  // Borrows the host. Throws UserError when the program has no tokenizer.
  explicit TextModel(const Host &host);

  bool hasTemplate() const { return !program.chat_template.empty(); }
  const Tokenizer &tokenizer() const { return tables; }
  std::vector<int32_t> encode(const std::string &text) const { return tables.encode(text); }
  // What HF's apply_chat_template gives for `request` (runtime/text/ChatTemplate.h, chatContext) with the generation
  // prompt. Throws UserError; `where` stands before what is wrong with the request itself.
  std::vector<int32_t> encodeChat(const nlohmann::ordered_json &request, const std::string &where) const;
  // Whether the token is part of an answer that people read: neither special nor one that ends it.
  bool isShown(int32_t id) const;

private:
  const Program &program;
  Tokenizer tables;
};

// A file with a list of messages, or an object with `messages` and template arguments. Throws UserError.
nlohmann::ordered_json readMessages(const std::string &path);

// --image, --video, --audio, which a text model refuses.
struct MediaFlags {
  std::vector<std::string> images, videos, audios;

  void add(OptionSet &options);
  void refuse(const Program &program) const;  // throws UserError when one was given
};

}  // namespace qwen
