#include "runtime/core/Pages.h"

#include "runtime/core/Error.h"

#include <algorithm>
#include <sys/mman.h>

namespace qwen {

Pages::Pages(int64_t wanted, const std::string &what) : bytes(std::max<int64_t>(wanted, 1)) {
  void *mapped =
      ::mmap(nullptr, static_cast<size_t>(bytes), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED)
    throw UserError("the system has no " + std::to_string(bytes) + " bytes for " + what);
  base = static_cast<uint8_t *>(mapped);
  constexpr int64_t kHugePage = 2 << 20;
  if (bytes >= kHugePage)
    (void)::madvise(base, static_cast<size_t>(bytes), MADV_HUGEPAGE);
}

Pages::~Pages() {
  if (base)
    ::munmap(base, static_cast<size_t>(bytes));
}

}  // namespace qwen
