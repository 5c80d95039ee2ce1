#include "runtime/text/Tokenizer.h"
#include "runtime/text/Utf8.h"

namespace qwen {

std::string Utf8Stream::push(std::string_view bytes) {
  pending += bytes;
  // Only the last three bytes can be the beginning of an unfinished character.
  size_t whole = pending.size();
  for (size_t back = 1; back <= 3 && back <= pending.size(); ++back) {
    Utf8Char c = decodeUtf8(pending, pending.size() - back);
    if (c.status == Utf8Status::incomplete) {
      whole = pending.size() - back;
      break;
    }
    if (c.status == Utf8Status::valid)
      break;
  }
  std::string shown = toValidUtf8(std::string_view(pending).substr(0, whole));
  pending.erase(0, whole);
  return shown;
}

std::string Utf8Stream::finish() {
  std::string shown = toValidUtf8(pending);
  pending.clear();
  return shown;
}

}  // namespace qwen
