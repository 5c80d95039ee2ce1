// Memory taken from the system once, when the program starts.
#pragma once

#include <cstdint>
#include <string>

namespace qwen {

// Zeroed pages, in huge pages where the system gives them; page-aligned.
class Pages {
public:
  // `what` names the memory in the message of the UserError thrown when the system has none: "the KV cache".
  Pages(int64_t bytes, const std::string &what);
  Pages(Pages &&other) noexcept : base(other.base), bytes(other.bytes) { other.base = nullptr; }
  Pages &operator=(Pages &&) = delete;
  ~Pages();

  uint8_t *data() const { return base; }
  int64_t size() const { return bytes; }

private:
  uint8_t *base = nullptr;
  int64_t bytes = 0;
};

}  // namespace qwen
