// What the CPU that code is made for can do: read off LLVM's description of it, never a table of processors.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qwen {

struct MachineDescription {
  std::string triple;    // normalised: "x86_64-pc-linux-gnu"
  std::string cpu;       // LLVM's name: "znver5", "x86-64-v3", "generic"
  std::string features;  // LLVM's attribute string, "+avx2,-avx512f,...": for TargetMachine and "target-features"
  std::string level;     // for people: "x86-64-v3", "x86-64-v4+vnni+bf16", "armv8.2+dotprod+bf16", "generic"

  int64_t vector_bits = 128;         // widest vector register that code should use
  int64_t vector_registers = 16;     // of that width
  bool has_fma = true;               // without it, a fused multiply-add would be a call of the C library
  bool has_bf16_dot = false;         // f32 += bf16 x bf16 pairs: AVX512_BF16 (vdpbf16ps), Arm BF16 (bfdot)
  bool has_int8_dot = false;         // i32 += i8 x i8 quads: AVX512_VNNI or AVX_VNNI (vpdpbusd), Arm DotProd (sdot)
  bool has_half_conversion = false;  // f16 to f32: F16C, Arm
  bool is_x86 = false, is_aarch64 = false;
  // For tests: kernels as for a machine with both dot products, 32 registers of 512 bits, in portable instructions.
  bool emulate_dots = false;

  int64_t l1_bytes = 32 * 1024;   // data cache of one core; measured when code is made for this machine
  int64_t l2_bytes = 512 * 1024;  // of one core

  // What the processor must show before generated code runs, by LLVM's names; on x86 exactly those of the features
  // in use that GCC's __builtin_cpu_supports knows.
  std::vector<std::string> required_features;

  void emulateDots();

  // Lanes of f32 in one vector register.
  int64_t lanes() const { return vector_bits / 32; }
};

// The arguments are clang's -mtriple, -mcpu and -mattr; empty means: not given. Without triple and cpu, and with the
// cpu "native", code is made for this machine; a triple alone means its baseline processor, as in clang.
// On failure (unknown target, processor or feature) returns nullopt and sets `error` to one line.
std::optional<MachineDescription> describeMachine(std::string_view triple, std::string_view cpu, std::string_view attr,
                                                  std::string &error);

}  // namespace qwen
