// A conversation with the model. Keeps its keys and values, so that a turn computes only what is new.
#pragma once

#include "runtime/core/Generator.h"
#include "runtime/core/SlotMemory.h"
#include "runtime/verbs/TextModel.h"

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace qwen {

struct ChatOptions {
  std::optional<int64_t> max_new_tokens;  // of an answer; absent: what the cache can hold
  int64_t chunk = 0;                      // rows of a prefill call
  SamplingOptions sampling;               // the n-th answer starts from seed + n
  DraftOptions draft;
};

// What a conversation consists of, to go on with it in another run.
struct Conversation {
  nlohmann::ordered_json request;
  uint64_t answers = 0;
  SlotMemory::Saved slot;
};

class Chat {
public:
  // `request`: an object with `messages` to begin with and template arguments. All references are borrowed; the
  // conversation is the only user of the engine's slot 0.
  Chat(Engine &engine, const TextModel &model, nlohmann::ordered_json request, ChatOptions options);

  // Answers the messages so far and `question` if there is one; the answer goes to `out` as it comes, with a newline
  // behind it, and becomes part of the conversation. Throws UserError, and leaves the conversation as it was, when the
  // template refuses the messages or the prompt doesn't fit into the cache.
  void answer(const std::optional<std::string> &question, std::ostream &out, std::ostream &log);
  // Continues a text without any template.
  void complete(const std::string &text, std::ostream &out, std::ostream &log);
  // Forgets everything but what the conversation began with.
  void reset();
  Conversation save() const;
  // Goes on with a conversation of the same program; false, and nothing changes, if its sizes don't fit.
  bool restore(Conversation saved);
  // Of all answers so far.
  const GenerateCounts &counts() const { return generated; }

private:
  int64_t withoutGenerationPrompt(const nlohmann::ordered_json &asked, const std::vector<int32_t> &ids) const;
  // `messages`: leading tokens that a later turn is likely to begin with too.
  std::string generateText(const std::vector<int32_t> &ids, int64_t messages, std::ostream &out, std::ostream &log);

  Engine &engine;
  const TextModel &model;
  const nlohmann::ordered_json beginning;
  nlohmann::ordered_json request;
  ChatOptions options;
  SlotMemory memory;  // of slot 0
  uint64_t answers = 0;
  GenerateCounts generated;
};

// Reads questions line by line until the end of `in` or /exit; a backslash at the end of a line goes on in the next.
// What is said about the chat itself goes to `log`; a prompt is shown there when `interactive`.
void chatByLines(Chat &chat, std::istream &in, std::ostream &out, std::ostream &log, bool interactive);

}  // namespace qwen
