#include "runtime/verbs/Chat.h"

#include "runtime/core/Error.h"
#include "runtime/verbs/Interrupt.h"

#include <algorithm>
#include <iostream>

namespace qwen {

Chat::Chat(Engine &engine, const TextModel &model, nlohmann::ordered_json request, ChatOptions options)
    : engine(engine), model(model), beginning(request), request(std::move(request)), options(options),
      memory(engine, 0) {}

Conversation Chat::save() const { return {request, answers, memory.save()}; }

bool Chat::restore(Conversation saved) {
  if (!memory.restore(std::move(saved.slot)))
    return false;
  request = std::move(saved.request);
  answers = saved.answers;
  return true;
}

void Chat::reset() {
  request = beginning;
  answers = 0;
}

void Chat::answer(const std::optional<std::string> &question, std::ostream &out, std::ostream &log) {
  nlohmann::ordered_json asked = request;
  if (question)
    asked["messages"].push_back({{"role", "user"}, {"content", *question}});
  const std::vector<int32_t> ids = model.encodeChat(asked, "messages");
  std::string text = generateText(ids, withoutGenerationPrompt(asked, ids), out, log);
  asked["messages"].push_back({{"role", "assistant"}, {"content", std::move(text)}});
  request = std::move(asked);
}

void Chat::complete(const std::string &text, std::ostream &out, std::ostream &log) {
  generateText(model.encode(text), 0, out, log);
}

// How many of `ids` come of the messages themselves: what follows asks for an answer, which the next turn may render
// otherwise (without its reasoning).
int64_t Chat::withoutGenerationPrompt(const nlohmann::ordered_json &asked, const std::vector<int32_t> &ids) const {
  if (!isRecurrent(engine.program()))
    return 0;
  nlohmann::ordered_json plain = asked;
  plain["add_generation_prompt"] = false;
  const std::vector<int32_t> messages = model.encodeChat(plain, "messages");
  return std::mismatch(ids.begin(), ids.end() - 1, messages.begin(), messages.end()).first - ids.begin();
}

std::string Chat::generateText(const std::vector<int32_t> &ids, int64_t messages, std::ostream &out,
                               std::ostream &log) {
  const Program &program = engine.program();
  const auto size = static_cast<int64_t>(ids.size());
  if (ids.empty())
    throw UserError("the prompt is empty: there is nothing to go on from");
  if (size > program.max_seq)
    throw UserError("the conversation has " + std::to_string(size) + " tokens and the program only " +
                    std::to_string(program.max_seq) + " positions; start anew, or build it with a larger --max-seq");
  // The last new token is never put into the cache.
  const int64_t room = program.max_seq - size + 1;
  GenerateOptions generation;
  generation.max_new_tokens = std::min(options.max_new_tokens.value_or(room), room);
  generation.chunk = options.chunk;
  generation.sampling = options.sampling;
  generation.sampling.seed += answers;
  generation.eos_token_ids = program.generation.eos_token_ids;
  generation.draft = options.draft;

  // At least the last token is computed again: its logits are needed.
  Prompt asked{ids, {}, memory.resume(ids)};
  if (asked.cached < messages) {
    computePrompt(engine, asked, messages, nullptr, generation.chunk);
    asked.cached = messages;
    memory.mark({ids.begin(), ids.begin() + messages});
  }
  std::string text;
  Utf8Stream stream;
  auto show = [&](const std::string &piece) {
    text += piece;
    out << piece << std::flush;
  };
  const Interrupt interrupt;
  auto sink = [&](int64_t, int32_t id) {
    if (model.isShown(id))
      show(stream.push(model.tokenizer().bytes(id)));
    return !interrupt.requested() && out.good();
  };
  const std::vector<int32_t> added = generate(engine, {asked}, nullptr, generation, sink, &generated).front();
  show(stream.finish());
  out << std::endl;
  ++answers;

  std::vector<int32_t> computed = ids;
  computed.insert(computed.end(), added.begin(), added.end() - 1);
  memory.remember(std::move(computed));
  const std::vector<int64_t> &ends = generation.eos_token_ids;
  const bool ended = std::find(ends.begin(), ends.end(), added.back()) != ends.end();
  const bool full = static_cast<int64_t>(added.size()) == room;
  if (!ended && full && !interrupt.requested())
    log << "the answer stops here: the program's " << program.max_seq
        << " positions are full; start anew, or build it with a larger --max-seq" << std::endl;
  return text;
}

namespace {

// The next line, with the lines that continue it; nullopt at the end.
std::optional<std::string> readLines(std::istream &in, std::ostream &log, bool interactive) {
  std::string text;
  for (bool first = true;; first = false) {
    if (interactive)
      log << (first ? "> " : ". ") << std::flush;
    std::string line;
    if (!std::getline(in, line))
      return first ? std::nullopt : std::optional(text);
    if (line.ends_with('\r'))
      line.pop_back();
    if (!line.ends_with('\\'))
      return text + line;
    line.back() = '\n';
    text += line;
  }
}

constexpr const char *kHelp = "/reset starts anew, /exit or the end of input ends the chat; a backslash at the end "
                              "of a line goes on in the next one, Ctrl-C stops an answer";

}  // namespace

void chatByLines(Chat &chat, std::istream &in, std::ostream &out, std::ostream &log, bool interactive) {
  if (interactive)
    log << kHelp << std::endl;
  while (std::optional<std::string> line = readLines(in, log, interactive)) {
    if (line->empty())
      continue;
    if (*line == "/exit" || *line == "/quit")
      return;
    if (*line == "/reset") {
      chat.reset();
    } else if (line->front() == '/') {
      log << (*line == "/help" ? "" : *line + " is no command: ") << kHelp << std::endl;
    } else {
      try {
        chat.answer(*line, out, log);
      } catch (const UserError &problem) {
        log << problem.what() << std::endl;  // the conversation is as it was: it can go on
      }
    }
    if (!out)
      return;
  }
  if (interactive)
    log << std::endl;
}

}  // namespace qwen
