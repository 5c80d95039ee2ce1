// `APP run`: an answer to a prompt, or a chat at the terminal.
#include "runtime/core/Error.h"
#include "runtime/verbs/Chat.h"
#include "runtime/verbs/SharedOptions.h"
#include "runtime/verbs/StateFile.h"
#include "runtime/verbs/Verb.h"

#include <iostream>
#include <unistd.h>

namespace qwen {
namespace {

using Json = nlohmann::ordered_json;

class Run : public Verb {
public:
  void addOptions(OptionSet &options, const Program &program) override {
    options.text("-p,--prompt", prompt, "question to answer; without it and --messages: a chat, one question a line");
    options.text("--system", system, "system message that the conversation begins with");
    options.text("--messages", messages,
                 "JSON file: messages to answer, a list or an object with messages, tools and template arguments");
    options.text("--state", state,
                 "file: goes on with the conversation that it holds, if it exists, and keeps there what was added");
    options.integer("--max-new-tokens", max_new_tokens, "most tokens of an answer (default: what the cache can hold)",
                    1, INT32_MAX);
    sampling.add(options, program);
    draft.add(options);
    compute.add(options, program);
    media.add(options);
    options.text("--wav", wav, "sound file to write the answer to (models that speak)");
  }

  void run(Host &host) override {
    const Program &program = host.program();
    if (program.head != Head::causal_lm)
      throw UserError("run needs a language model head, but this program is " + program.task);
    media.refuse(program);
    if (wav)
      throw UserError("--wav " + *wav + ": " + program.task + " is a text model, it doesn't speak");
    const TextModel model(host);
    if (!model.hasTemplate() && (!prompt || system || messages))
      throw UserError("the program has no chat template, it only continues a text: give it with -p");
    ChatOptions options;
    options.max_new_tokens = max_new_tokens;
    options.chunk = compute.chunk(program);
    options.sampling = sampling.resolve(program.generation);
    options.draft = draft.resolve(program);
    const Json request = beginning();

    if (state && !model.hasTemplate())
      throw UserError("--state " + *state + ": the program has no chat template, so there is no conversation to keep");
    std::optional<Conversation> before;
    if (state)
      before = readConversation(*state, program);
    if (before && (messages || system))
      throw UserError("--state " + *state + ": the conversation has begun already; leave out --messages and --system");

    Chat chat(host.startEngine(compute.threads()), model, request, options);
    if (before && !chat.restore(std::move(*before)))
      throw UserError(*state + ": damaged; remove it to start anew");
    if (!model.hasTemplate())
      chat.complete(*prompt, std::cout, std::cerr);
    else if (prompt || messages)
      chat.answer(prompt, std::cout, std::cerr);
    else
      chatByLines(chat, std::cin, std::cout, std::cerr, ::isatty(STDIN_FILENO) && ::isatty(STDERR_FILENO));
    if (state)
      writeConversation(*state, program, chat.save());
    if (options.draft.make)
      std::cerr << describeDrafts(chat.counts()) << std::endl;
  }

private:
  // What the conversation begins with: an object whose messages are a list.
  Json beginning() const {
    Json request = Json{{"messages", Json::array()}};
    if (messages) {
      Json given = readMessages(*messages);
      request = given.is_array() ? Json{{"messages", given}} : given;
      if (!request.is_object() || !request.contains("messages") || !request["messages"].is_array())
        throw UserError(*messages + ": expected a list of messages, or an object with a list 'messages'");
    }
    if (system)
      request["messages"].insert(request["messages"].begin(), Json{{"role", "system"}, {"content", *system}});
    return request;
  }

  std::optional<std::string> prompt, system, messages, state, wav;
  std::optional<int64_t> max_new_tokens;
  SamplingFlags sampling;
  DraftFlags draft;
  ComputeOptions compute;
  MediaFlags media;
};

}  // namespace

std::unique_ptr<Verb> makeRun() { return std::make_unique<Run>(); }

}  // namespace qwen
