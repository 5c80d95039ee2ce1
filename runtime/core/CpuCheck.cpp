#include "runtime/core/CpuCheck.h"

#if defined(__aarch64__)
#include <sys/auxv.h>
#endif

namespace qwen {
namespace {

struct Feature {
  const char *name;
  bool present;
};

#if defined(__x86_64__)
// __builtin_cpu_supports also asks the system whether it saves the wide registers. It takes literals only.
#define QWEN_FEATURE(llvm, gcc)                                                                                        \
  Feature { llvm, __builtin_cpu_supports(gcc) != 0 }
std::vector<Feature> knownFeatures() {
  return {
      QWEN_FEATURE("sse3", "sse3"),
      QWEN_FEATURE("ssse3", "ssse3"),
      QWEN_FEATURE("sse4.1", "sse4.1"),
      QWEN_FEATURE("sse4.2", "sse4.2"),
      QWEN_FEATURE("popcnt", "popcnt"),
      QWEN_FEATURE("cx16", "cmpxchg16b"),
      QWEN_FEATURE("avx", "avx"),
      QWEN_FEATURE("avx2", "avx2"),
      QWEN_FEATURE("fma", "fma"),
      QWEN_FEATURE("f16c", "f16c"),
      QWEN_FEATURE("bmi", "bmi"),
      QWEN_FEATURE("bmi2", "bmi2"),
      QWEN_FEATURE("lzcnt", "lzcnt"),
      QWEN_FEATURE("movbe", "movbe"),
      QWEN_FEATURE("avxvnni", "avxvnni"),
      QWEN_FEATURE("avx512f", "avx512f"),
      QWEN_FEATURE("avx512bw", "avx512bw"),
      QWEN_FEATURE("avx512cd", "avx512cd"),
      QWEN_FEATURE("avx512dq", "avx512dq"),
      QWEN_FEATURE("avx512vl", "avx512vl"),
      QWEN_FEATURE("avx512ifma", "avx512ifma"),
      QWEN_FEATURE("avx512vbmi", "avx512vbmi"),
      QWEN_FEATURE("avx512vbmi2", "avx512vbmi2"),
      QWEN_FEATURE("avx512bitalg", "avx512bitalg"),
      QWEN_FEATURE("avx512vpopcntdq", "avx512vpopcntdq"),
      QWEN_FEATURE("avx512vnni", "avx512vnni"),
      QWEN_FEATURE("avx512bf16", "avx512bf16"),
      QWEN_FEATURE("amx-tile", "amx-tile"),
      QWEN_FEATURE("amx-int8", "amx-int8"),
      QWEN_FEATURE("amx-bf16", "amx-bf16"),
  };
}
#undef QWEN_FEATURE
#elif defined(__aarch64__)
// Bits of <asm/hwcap.h>, by number: old headers lack the newer ones.
std::vector<Feature> knownFeatures() {
  unsigned long first = getauxval(AT_HWCAP), second = getauxval(AT_HWCAP2);
  return {
      {"neon", (first >> 1 & 1) != 0},     {"lse", (first >> 8 & 1) != 0},    {"fullfp16", (first >> 10 & 1) != 0},
      {"dotprod", (first >> 20 & 1) != 0}, {"sve", (first >> 22 & 1) != 0},   {"sve2", (second >> 1 & 1) != 0},
      {"i8mm", (second >> 13 & 1) != 0},   {"bf16", (second >> 14 & 1) != 0},
  };
}
#else
std::vector<Feature> knownFeatures() { return {}; }
#endif

}  // namespace

std::string missingCpuFeature(const std::vector<std::string> &features) {
  const std::vector<Feature> known = knownFeatures();
  for (const std::string &wanted : features) {
    bool present = false;
    for (const Feature &feature : known)
      present |= wanted == feature.name && feature.present;
    if (!present)
      return wanted;
  }
  return {};
}

}  // namespace qwen
