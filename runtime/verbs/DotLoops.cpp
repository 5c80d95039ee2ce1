// In assembly, because a compiler given the intrinsics spills accumulators: twelve of them in registers hide the
// latency of two multiply-adds a cycle, and nothing is loaded.
#include "runtime/verbs/DotLoops.h"

#include <algorithm>

namespace qwen {
namespace {

constexpr int64_t kChains = 12;

#define QWEN_CHAINS(step)                                                                                              \
  step("0") step("1") step("2") step("3") step("4") step("5") step("6") step("7") step("8") step("9") step("10")       \
      step("11")

#if defined(__x86_64__)

// Operands in registers 12 and 13, a product on its way in 14. The values are harmless in every form: small normal
// numbers in f32 and bf16, bytes that differ.
constexpr uint32_t kFirst = 0x3f813f81, kSecond = 0x3a833a83;

// clang-format off
#define QWEN_ZERO(i) "vpxor %%xmm" i ", %%xmm" i ", %%xmm" i "\n\t"
#define QWEN_LOOP(name, v, step) \
  void name(int64_t iterations) { \
    asm volatile("vmovd %[first], %%xmm12\n\t" \
                 "vmovd %[second], %%xmm13\n\t" \
                 "vbroadcastss %%xmm12, %%" v "12\n\t" \
                 "vbroadcastss %%xmm13, %%" v "13\n\t" \
                 QWEN_CHAINS(QWEN_ZERO) \
                 "1:\n\t" \
                 QWEN_CHAINS(step) \
                 "dec %[n]\n\t" \
                 "jnz 1b\n\t" \
                 "vzeroupper" \
                 : [n] "+r"(iterations) \
                 : [first] "r"(kFirst), [second] "r"(kSecond) \
                 : "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", \
                   "xmm11", "xmm12", "xmm13", "xmm14"); \
  }
// clang-format on

#define QWEN_FMA(v, i) "vfmadd231ps %%" v "13, %%" v "12, %%" v i "\n\t"
#define QWEN_FMA_256(i) QWEN_FMA("ymm", i)
#define QWEN_FMA_512(i) QWEN_FMA("zmm", i)
#define QWEN_DPBF16_512(i) "vdpbf16ps %%zmm13, %%zmm12, %%zmm" i "\n\t"
#define QWEN_DPBUSD_256(i) "%{vex%} vpdpbusd %%ymm13, %%ymm12, %%ymm" i "\n\t"
#define QWEN_DPBUSD_512(i) "vpdpbusd %%zmm13, %%zmm12, %%zmm" i "\n\t"
#define QWEN_MADDUBS "vpmaddubsw %%ymm13, %%ymm12, %%ymm14\n\t"
#define QWEN_MADDUBS16_256(i) QWEN_MADDUBS "vpaddw %%ymm14, %%ymm" i ", %%ymm" i "\n\t"
#define QWEN_MADDUBS32_256(i)                                                                                          \
  QWEN_MADDUBS "vpmaddwd %%ymm13, %%ymm14, %%ymm14\n\tvpaddd %%ymm14, %%ymm" i ", %%ymm" i "\n\t"

QWEN_LOOP(fma256, "ymm", QWEN_FMA_256)
QWEN_LOOP(fma512, "zmm", QWEN_FMA_512)
QWEN_LOOP(dpbf16, "zmm", QWEN_DPBF16_512)
QWEN_LOOP(dpbusd256, "ymm", QWEN_DPBUSD_256)
QWEN_LOOP(dpbusd512, "zmm", QWEN_DPBUSD_512)
QWEN_LOOP(maddubs16, "ymm", QWEN_MADDUBS16_256)
QWEN_LOOP(maddubs32, "ymm", QWEN_MADDUBS32_256)

DotLoop machineLoop(const std::string &form, const std::vector<std::string> &features) {
  const auto has = [&](const char *name) { return std::count(features.begin(), features.end(), name) > 0; };
  const bool wide = has("avx512vl");
  if (form == "fma_f32")
    return wide ? DotLoop{fma512, 16} : DotLoop{fma256, 8};
  if (form == "dpbf16")
    return {dpbf16, 32};
  if (form == "dpbusd")
    return wide && has("avx512vnni") ? DotLoop{dpbusd512, 64} : DotLoop{dpbusd256, 32};
  if (form == "maddubs16")
    return {maddubs16, 32};
  if (form == "maddubs32")
    return {maddubs32, 32};
  return {};
}

#elif defined(__aarch64__)

// clang-format off
#define QWEN_ZERO(i) "movi v" i ".4s, #0\n\t"
#define QWEN_LOOP(name, step) \
  void name(int64_t iterations) { \
    asm volatile("fmov v12.4s, #1.0\n\t" \
                 "fmov v13.4s, #0.125\n\t" \
                 QWEN_CHAINS(QWEN_ZERO) \
                 "1:\n\t" \
                 QWEN_CHAINS(step) \
                 "subs %[n], %[n], #1\n\t" \
                 "b.ne 1b" \
                 : [n] "+r"(iterations) \
                 : \
                 : "cc", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11", "v12", "v13"); \
  }
// clang-format on

#define QWEN_FMLA(i) "fmla v" i ".4s, v12.4s, v13.4s\n\t"
// The instruction is spelt out: an assembler told of no extensions refuses its name.
#define QWEN_SDOT(i) ".inst 0x4e8d9580 + " i "\n\t"  // sdot vI.4s, v12.16b, v13.16b

QWEN_LOOP(fmla, QWEN_FMLA)
QWEN_LOOP(sdot, QWEN_SDOT)

DotLoop machineLoop(const std::string &form, const std::vector<std::string> &) {
  if (form == "fma_f32")
    return {fmla, 4};
  if (form == "sdot")
    return {sdot, 16};
  return {};
}

#else

DotLoop machineLoop(const std::string &, const std::vector<std::string> &) { return {}; }

#endif

// The same in what the compiler makes of it: a sum that is multiplied can't be taken out of the loop.
void generic(int64_t iterations) {
  using Lanes = float __attribute__((vector_size(16)));
  Lanes factor = {0.5f, 0.5f, 0.5f, 0.5f}, term = {0.25f, 0.5f, 0.75f, 1.0f};
  asm volatile("" : "+m"(factor), "+m"(term));
  // Chains that begin alike would be one.
  Lanes s0 = term, s1 = s0 + 1, s2 = s0 + 2, s3 = s0 + 3, s4 = s0 + 4, s5 = s0 + 5, s6 = s0 + 6, s7 = s0 + 7,
        s8 = s0 + 8, s9 = s0 + 9, s10 = s0 + 10, s11 = s0 + 11;
  for (int64_t i = 0; i < iterations; ++i) {
    s0 = s0 * factor + term;
    s1 = s1 * factor + term;
    s2 = s2 * factor + term;
    s3 = s3 * factor + term;
    s4 = s4 * factor + term;
    s5 = s5 * factor + term;
    s6 = s6 * factor + term;
    s7 = s7 * factor + term;
    s8 = s8 * factor + term;
    s9 = s9 * factor + term;
    s10 = s10 * factor + term;
    s11 = s11 * factor + term;
  }
  Lanes sum = s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11;
  asm volatile("" : : "m"(sum));
}

}  // namespace

DotLoop dotLoop(const std::string &form, const std::vector<std::string> &cpu_features) {
  DotLoop loop = machineLoop(form, cpu_features);
  if (!loop.run)
    loop = {generic, 4};
  loop.multiplies *= kChains;
  return loop;
}

}  // namespace qwen
