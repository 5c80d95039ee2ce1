#include "runtime/verbs/Format.h"

#include <cstdio>

namespace qwen {

std::string fixed(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

std::string humanBytes(int64_t bytes) {
  if (bytes < 1024)
    return std::to_string(bytes) + " B";
  const char *unit = "";
  auto value = static_cast<double>(bytes);
  for (const char *next : {"KiB", "MiB", "GiB", "TiB"}) {
    if (value < 1024)
      break;
    value /= 1024;
    unit = next;
  }
  return fixed(value, 2) + " " + unit;
}

}  // namespace qwen
