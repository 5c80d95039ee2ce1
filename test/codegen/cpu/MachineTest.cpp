#include "codegen/cpu/Machine.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace qwen {
namespace {

MachineDescription describe(const char *triple, const char *cpu, const char *attr = "") {
  std::string error;
  auto machine = describeMachine(triple, cpu, attr, error);
  EXPECT_TRUE(machine) << error;
  return machine.value_or(MachineDescription());
}
std::string problem(const char *triple, const char *cpu, const char *attr = "") {
  std::string error;
  EXPECT_FALSE(describeMachine(triple, cpu, attr, error));
  return error;
}
bool requires_(const MachineDescription &machine, const char *feature) {
  return std::ranges::find(machine.required_features, feature) != machine.required_features.end();
}

constexpr char kX86[] = "x86_64-linux-gnu", kArm[] = "aarch64-linux-gnu";

TEST(Machine, LevelsOfX86) {
  EXPECT_EQ("x86-64", describe(kX86, "x86-64").level);
  EXPECT_EQ("x86-64-v2", describe(kX86, "x86-64-v2").level);
  EXPECT_EQ("x86-64-v3", describe(kX86, "haswell").level);
  EXPECT_EQ("x86-64-v4", describe(kX86, "skylake-avx512").level);
  EXPECT_EQ("x86-64-v4+vnni+bf16", describe(kX86, "znver5").level);
}

TEST(Machine, VectorsOfX86) {
  const MachineDescription v3 = describe(kX86, "x86-64-v3");
  EXPECT_EQ(256, v3.vector_bits);
  EXPECT_EQ(8, v3.lanes());
  EXPECT_EQ(16, v3.vector_registers);
  EXPECT_FALSE(v3.has_bf16_dot);
  EXPECT_FALSE(v3.has_int8_dot);
  EXPECT_TRUE(requires_(v3, "avx2"));
  EXPECT_TRUE(requires_(v3, "fma"));
  EXPECT_FALSE(requires_(v3, "avx512f"));

  const MachineDescription zen5 = describe(kX86, "znver5");
  EXPECT_EQ(512, zen5.vector_bits);
  EXPECT_EQ(32, zen5.vector_registers);
  EXPECT_TRUE(zen5.has_bf16_dot);
  EXPECT_TRUE(zen5.has_int8_dot);
  EXPECT_TRUE(requires_(zen5, "avx512bf16"));
}

// Not a matter of the vectors' width: the first processors with AVX had none.
TEST(Machine, FusedMultiplyAdd) {
  EXPECT_FALSE(describe(kX86, "x86-64-v2").has_fma);
  EXPECT_FALSE(describe(kX86, "sandybridge").has_fma);
  EXPECT_TRUE(describe(kX86, "x86-64-v3").has_fma);
  EXPECT_TRUE(describe(kX86, "znver5").has_fma);
  EXPECT_TRUE(describe(kArm, "").has_fma);
}

TEST(Machine, AttributesAreAdded) {
  EXPECT_EQ("x86-64-v4", describe(kX86, "znver5", "-avx512bf16,-avx512vnni,-avxvnni").level);
  EXPECT_EQ("x86-64-v3+vnni", describe(kX86, "znver5", "-avx512f").level);
  EXPECT_EQ(256, describe(kX86, "znver5", "-avx512f").vector_bits);
  EXPECT_EQ("x86-64-v4+bf16", describe(kX86, "x86-64-v4", "avx512bf16").level);
  EXPECT_EQ("+avx512bf16", describe(kX86, "x86-64-v4", "+avx512bf16").features);
}

TEST(Machine, Arm) {
  const MachineDescription plain = describe(kArm, "");
  EXPECT_EQ("generic", plain.cpu);
  EXPECT_EQ("armv8", plain.level);
  EXPECT_EQ(128, plain.vector_bits);
  EXPECT_EQ(32, plain.vector_registers);
  EXPECT_FALSE(plain.has_int8_dot);
  const MachineDescription server = describe(kArm, "neoverse-n2");
  EXPECT_TRUE(server.level.starts_with("armv8.")) << server.level;
  EXPECT_TRUE(server.level.ends_with("+dotprod+i8mm+bf16")) << server.level;
  EXPECT_TRUE(server.has_bf16_dot);
  EXPECT_TRUE(requires_(server, "i8mm"));
}

TEST(Machine, OtherTargetsGetPlainVectors) {
  const MachineDescription riscv = describe("riscv64-linux-gnu", "");
  EXPECT_EQ("generic", riscv.level);
  EXPECT_EQ(128, riscv.vector_bits);
  EXPECT_NE(std::string::npos, riscv.features.find("+d"));
}

TEST(Machine, DefaultIsThisMachine) {
  const MachineDescription here = describe("", "");
  EXPECT_EQ(here.features, describe("", "native").features);
  EXPECT_EQ(here.cpu, describe("", "native").cpu);
  EXPECT_GT(here.l1_bytes, 0);
  EXPECT_GE(here.l2_bytes, here.l1_bytes);
  // A triple by itself means the baseline of its architecture.
  EXPECT_EQ("x86-64", describe(kX86, "").cpu);
}

TEST(Machine, Mistakes) {
  EXPECT_EQ("--mtriple: `vax-dec-ultrix` is no target that LLVM knows", problem("vax-dec-ultrix", ""));
  EXPECT_EQ("--mtriple: `i386-unknown-linux` is not supported: code is made for 64-bit little-endian ELF targets",
            problem("i386-linux", ""));
  EXPECT_EQ("--mcpu: `z80` is no processor of x86_64 (`llc -mcpu=help` of LLVM lists them)", problem(kX86, "z80"));
  EXPECT_EQ("--mattr: `avx3` is no feature of x86_64 (`llc -mattr=help` of LLVM lists them)",
            problem(kX86, "x86-64", "+avx2,+avx3"));
}

}  // namespace
}  // namespace qwen
