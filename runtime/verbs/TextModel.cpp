#include "runtime/verbs/TextModel.h"

#include "runtime/core/Error.h"
#include "runtime/text/ChatTemplate.h"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace qwen {
namespace {

using Json = nlohmann::ordered_json;

Tokenizer openTokenizer(const Host &host) {
  const ProgramImage &image = host.image();
  if (image.tokenizer_size == 0)
    throw UserError("the program has no tokenizer: its checkpoint had no tokenizer.json when it was built");
  std::string error;
  std::optional<Tokenizer> tokenizer = Tokenizer::fromBlob(image.tokenizer, image.tokenizer_size, error);
  if (!tokenizer)
    throw UserError(error);
  return *std::move(tokenizer);
}

Json specialTokens(const Program &program) {
  Json tokens = Json::object();
  for (const auto &[name, text] :
       {std::pair("bos_token", &program.bos_token), std::pair("eos_token", &program.eos_token),
        std::pair("pad_token", &program.pad_token)})
    if (!text->empty())
      tokens[name] = *text;
  return tokens;
}

}  // namespace

TextModel::TextModel(const Host &host) : program(host.program()), tables(openTokenizer(host)) {}

std::vector<int32_t> TextModel::encodeChat(const Json &request, const std::string &where) const {
  if (!hasTemplate())
    throw UserError("the program has no chat template: its checkpoint had none when it was built");
  std::string error;
  std::optional<Json> context = chatContext(request, specialTokens(program), error);
  if (!context)
    throw UserError(where + ": " + error);
  std::optional<std::string> text = renderChatTemplate(program.chat_template, *context, error);
  if (!text)
    throw UserError(error);
  return encode(*text);
}

bool TextModel::isShown(int32_t id) const {
  const std::vector<int64_t> &ends = program.generation.eos_token_ids;
  return !tables.isSpecial(id) && std::find(ends.begin(), ends.end(), id) == ends.end();
}

Json readMessages(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  file.peek();  // reads: fails for a directory, which can be opened
  if (!file.is_open() || file.bad())
    throw UserError(path + ": cannot be read");
  std::stringstream text;
  text << file.rdbuf();
  try {
    return Json::parse(text.str());
  } catch (const Json::parse_error &problem) {
    throw UserError(path + ": not valid JSON at byte " + std::to_string(problem.byte));
  }
}

void MediaFlags::add(OptionSet &options) {
  options.texts("--image", images, "image file (models that see)");
  options.texts("--video", videos, "video file or directory of frames (models that see)");
  options.texts("--audio", audios, "sound file (models that hear)");
}

void MediaFlags::refuse(const Program &program) const {
  for (const auto &[name, values] :
       {std::pair("--image", &images), std::pair("--video", &videos), std::pair("--audio", &audios)})
    if (!values->empty())
      throw UserError(std::string(name) + " " + values->front() + ": " + program.task +
                      " is a text model, it takes no media");
}

}  // namespace qwen
