// The file behind `run --state`: a conversation and what the program remembers of it.
#pragma once

#include "runtime/abi/Program.h"
#include "runtime/verbs/Chat.h"

#include <optional>
#include <string>

namespace qwen {

// Format: 8 bytes "QWENCST1", 32 hex digits of the program's build, u64 bytes of the JSON that follows, the JSON
// (request, answers, tokens, marked), u64 bytes of the slot's state, these, u64 bytes of the marked copy, these, and
// XXH3 (64 bits) of everything before. Little-endian. The file appears under its name only when it is whole.
void writeConversation(const std::string &path, const Program &program, const Conversation &conversation);

// nullopt when there is no file of that name. Throws UserError, one line, for one that can't be read, is damaged, or is
// of another program.
std::optional<Conversation> readConversation(const std::string &path, const Program &program);

}  // namespace qwen
