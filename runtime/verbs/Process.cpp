// `APP process`: what the HF tokenizer makes of a text or of messages.
#include "runtime/core/Error.h"
#include "runtime/io/Safetensors.h"
#include "runtime/verbs/TextModel.h"
#include "runtime/verbs/Verb.h"

namespace qwen {
namespace {

class Process : public Verb {
public:
  void addOptions(OptionSet &options, const Program &) override {
    options.text("--out", out, "safetensors file to write: input_ids, attention_mask", true);
    options.text("--text", text, "text to tokenise as it stands");
    options.text("--messages", messages,
                 "JSON file: a list of messages, or an object with messages, tools and template arguments");
    media.add(options);
  }

  void run(Host &host) override {
    if (text.has_value() == messages.has_value())
      throw UsageError("process: give either --text or --messages");
    media.refuse(host.program());
    const TextModel model(host);
    const std::vector<int32_t> tokens =
        text ? model.encode(*text) : model.encodeChat(readMessages(*messages), *messages);
    const std::vector<int64_t> ids(tokens.begin(), tokens.end()), mask(tokens.size(), 1);
    const std::vector<int64_t> shape = {1, static_cast<int64_t>(ids.size())};
    std::string error;
    if (!writeSafetensors(
            out, {{"input_ids", DType::i64, shape, ids.data()}, {"attention_mask", DType::i64, shape, mask.data()}},
            error))
      throw UserError(error);
  }

private:
  std::string out;
  std::optional<std::string> text, messages;
  MediaFlags media;
};

}  // namespace

std::unique_ptr<Verb> makeProcess() { return std::make_unique<Process>(); }

}  // namespace qwen
