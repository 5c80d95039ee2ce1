#include "runtime/verbs/StateFile.h"

#include "runtime/core/Error.h"
#include "runtime/io/AtomicFile.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace qwen {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kMagic = "QWENCST1";

// Numbers and blocks of bytes, one after another.
class Writer {
public:
  void bytes(const void *data, size_t size) { text.append(static_cast<const char *>(data), size); }
  void number(uint64_t value) { bytes(&value, sizeof value); }
  void block(const void *data, size_t size) {
    number(size);
    bytes(data, size);
  }

  std::string text;
};

class Reader {
public:
  Reader(const std::string &path, std::string_view rest) : path(path), rest(rest) {}

  std::string_view bytes(uint64_t size) {
    if (size > rest.size())
      throw UserError(path + ": truncated, or no state file of this program");
    const std::string_view taken = rest.substr(0, size);
    rest.remove_prefix(size);
    return taken;
  }
  uint64_t number() {
    uint64_t value;
    std::memcpy(&value, bytes(sizeof value).data(), sizeof value);
    return value;
  }
  std::string_view block() { return bytes(number()); }
  std::vector<uint8_t> blockBytes() {
    const std::string_view taken = block();
    return {taken.begin(), taken.end()};
  }

private:
  const std::string &path;
  std::string_view rest;
};

}  // namespace

void writeConversation(const std::string &path, const Program &program, const Conversation &conversation) {
  const Json json = {{"request", conversation.request},
                     {"answers", conversation.answers},
                     {"tokens", conversation.slot.tokens},
                     {"marked", conversation.slot.marked}};
  const std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  Writer out;
  out.bytes(kMagic.data(), kMagic.size());
  out.bytes(program.build_id.data(), program.build_id.size());
  out.block(text.data(), text.size());
  out.block(conversation.slot.slot.data(), conversation.slot.slot.size());
  out.block(conversation.slot.copy.data(), conversation.slot.copy.size());
  out.number(XXH3_64bits(out.text.data(), out.text.size()));
  std::string error;
  std::optional<AtomicFile> file = AtomicFile::create(path, error);
  if (!file || !file->write(out.text.data(), out.text.size(), error) || !file->commit(error))
    throw UserError(error);
}

std::optional<Conversation> readConversation(const std::string &path, const Program &program) {
  std::ifstream file(path, std::ios::binary);
  if (!file.is_open()) {
    if (errno == ENOENT)
      return std::nullopt;
    throw UserError(path + ": cannot be read: " + std::strerror(errno));
  }
  std::stringstream content;
  content << file.rdbuf();
  const std::string text = std::move(content).str();
  Reader in(path, text);
  if (text.size() < kMagic.size() || in.bytes(kMagic.size()) != kMagic)
    throw UserError(path + ": not a state file of `run --state`");
  if (const std::string_view build = in.bytes(program.build_id.size()); build != program.build_id)
    throw UserError(path + ": state of build " + std::string(build) + ", but the program is build " + program.build_id);
  const std::string_view json = in.block();
  Conversation conversation;
  conversation.slot.slot = in.blockBytes();
  conversation.slot.copy = in.blockBytes();
  if (in.number() != XXH3_64bits(text.data(), text.size() - sizeof(uint64_t)))
    throw UserError(path + ": damaged (wrong checksum); remove it to start anew");
  // The checksum holds: what stands here was written by this program.
  const Json fields = Json::parse(json);
  conversation.request = fields["request"];
  conversation.answers = fields["answers"].get<uint64_t>();
  conversation.slot.tokens = fields["tokens"].get<std::vector<int32_t>>();
  conversation.slot.marked = fields["marked"].get<std::vector<int32_t>>();
  return conversation;
}

}  // namespace qwen
