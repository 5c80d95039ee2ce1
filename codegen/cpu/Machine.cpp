#include "codegen/cpu/Machine.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"

#include <algorithm>
#include <memory>
#include <unistd.h>

using namespace llvm;

namespace qwen {
namespace {

// Features that LLVM may use in code like ours and that runtime/core/CpuCheck.cpp can ask for.
constexpr StringLiteral kCheckedX86[] = {"sse3",       "ssse3",      "sse4.1",      "sse4.2",       "popcnt",
                                         "avx",        "avx2",       "bmi",         "bmi2",         "fma",
                                         "f16c",       "lzcnt",      "movbe",       "avx512f",      "avx512bw",
                                         "avx512cd",   "avx512dq",   "avx512vl",    "avx512vnni",   "avx512bf16",
                                         "avx512ifma", "avx512vbmi", "avx512vbmi2", "avx512bitalg", "avx512vpopcntdq",
                                         "avxvnni"};
constexpr StringLiteral kCheckedArm[] = {"neon", "fullfp16", "dotprod", "i8mm", "bf16", "sve", "sve2"};

void initializeTargets() {
  static const bool once = [] {
    InitializeAllTargetInfos();
    InitializeAllTargets();
    InitializeAllTargetMCs();
    InitializeAllAsmPrinters();
    InitializeAllAsmParsers();
    return true;
  }();
  (void)once;
}

class FeatureQuery {
public:
  explicit FeatureQuery(const MCSubtargetInfo &info) : info(info) {}
  bool has(StringRef name) const { return known(name) && info.checkFeatures(("+" + name).str()); }
  bool all(std::initializer_list<StringRef> names) const {
    return llvm::all_of(names, [&](StringRef name) { return has(name); });
  }
  // checkFeatures complains on stderr about names it doesn't know.
  bool known(StringRef name) const {
    return llvm::any_of(info.getAllProcessorFeatures(), [&](const SubtargetFeatureKV &f) { return name == f.Key; });
  }

private:
  const MCSubtargetInfo &info;
};

std::vector<std::string> checkedFeatures(const FeatureQuery &query, ArrayRef<StringLiteral> candidates) {
  std::vector<std::string> result;
  for (StringRef name : candidates)
    if (query.has(name))
      result.push_back(name.str());
  return result;
}

void describeX86(MachineDescription &machine, const FeatureQuery &query) {
  // The levels of the x86-64 psABI.
  const bool v2 = query.all({"cx16", "popcnt", "sse4.2"});
  const bool v3 = v2 && query.all({"avx2", "bmi", "bmi2", "f16c", "fma", "lzcnt", "movbe"});
  const bool v4 = v3 && query.all({"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"});
  machine.level = v4 ? "x86-64-v4" : v3 ? "x86-64-v3" : v2 ? "x86-64-v2" : "x86-64";
  machine.vector_bits = v4 ? 512 : query.has("avx2") ? 256 : 128;
  machine.vector_registers = v4 ? 32 : 16;
  machine.is_x86 = true;
  machine.has_fma = query.has("fma");
  machine.has_half_conversion = query.has("f16c");
  machine.has_bf16_dot = v4 && query.has("avx512bf16");
  machine.has_int8_dot = (v4 && query.has("avx512vnni")) || query.has("avxvnni");
  if (machine.has_int8_dot)
    machine.level += "+vnni";
  if (machine.has_bf16_dot)
    machine.level += "+bf16";
  machine.l2_bytes = v4 ? 1024 * 1024 : 512 * 1024;
  machine.required_features = checkedFeatures(query, kCheckedX86);
}

void describeArm(MachineDescription &machine, const FeatureQuery &query) {
  machine.level = "armv8";
  for (int minor = 1; minor <= 9; ++minor)
    if (query.has("v8." + std::to_string(minor) + "a"))
      machine.level = "armv8." + std::to_string(minor);
  machine.vector_registers = 32;
  machine.is_aarch64 = true;
  machine.has_half_conversion = true;
  machine.has_bf16_dot = query.has("bf16");
  machine.has_int8_dot = query.has("dotprod");
  for (StringRef name : {"dotprod", "i8mm", "bf16"})
    if (query.has(name))
      machine.level += ("+" + name).str();
  machine.l1_bytes = 64 * 1024;
  machine.required_features = checkedFeatures(query, kCheckedArm);
}

std::string hostFeatures() {
  std::vector<std::string> features;
  for (const auto &feature : sys::getHostCPUFeatures())
    features.push_back((feature.getValue() ? "+" : "-") + feature.getKey().str());
  llvm::sort(features);  // the map has no order of its own, and builds are reproducible
  return llvm::join(features, ",");
}

// -mattr: names separated by commas, each with + or -; a bare name means +.
bool appendAttributes(std::string &features, StringRef attr, const FeatureQuery &query, const Triple &triple,
                      std::string &error) {
  SmallVector<StringRef> parts;
  attr.split(parts, ',', -1, /*KeepEmpty=*/false);
  for (StringRef part : parts) {
    part = part.trim();
    const bool off = part.starts_with("-");
    const StringRef name = part.ltrim("+-");
    if (!query.known(name)) {
      error = ("--mattr: `" + name + "` is no feature of " + triple.getArchName() +
               " (`llc -mattr=help` of LLVM lists them)")
                  .str();
      return false;
    }
    features += (features.empty() ? "" : ",") + std::string(off ? "-" : "+") + name.str();
  }
  return true;
}

void measureCaches(MachineDescription &machine) {
  if (const long bytes = sysconf(_SC_LEVEL1_DCACHE_SIZE); bytes > 0)
    machine.l1_bytes = bytes;
  if (const long bytes = sysconf(_SC_LEVEL2_CACHE_SIZE); bytes > 0)
    machine.l2_bytes = bytes;
}

}  // namespace

void MachineDescription::emulateDots() {
  emulate_dots = true;
  vector_bits = 512;
  vector_registers = 32;
}

std::optional<MachineDescription> describeMachine(std::string_view triple_text, std::string_view cpu,
                                                  std::string_view attr, std::string &error) {
  initializeTargets();
  const Triple host(sys::getDefaultTargetTriple());
  const Triple triple(triple_text.empty() ? host.str() : Triple::normalize(triple_text));
  std::string lookup_error;
  const Target *target = TargetRegistry::lookupTarget(triple, lookup_error);
  if (!target) {
    error = "--mtriple: `" + std::string(triple_text) + "` is no target that LLVM knows";
    return std::nullopt;
  }
  if (!triple.isOSBinFormatELF() || !triple.isArch64Bit() || !triple.isLittleEndian()) {
    error = "--mtriple: `" + triple.str() + "` is not supported: code is made for 64-bit little-endian ELF targets";
    return std::nullopt;
  }

  const bool native = cpu == "native" || (cpu.empty() && triple_text.empty());
  if (native && triple.getArch() != host.getArch()) {
    error = "--mcpu: `native` is " + host.getArchName().str() + ", but --mtriple is " + triple.str();
    return std::nullopt;
  }

  MachineDescription machine;
  machine.triple = triple.str();
  if (native) {
    machine.cpu = sys::getHostCPUName().str();
    machine.features = hostFeatures();
  } else if (!cpu.empty()) {
    machine.cpu = cpu;
  } else {
    machine.cpu = triple.getArch() == Triple::x86_64 ? "x86-64" : triple.isRISCV() ? "generic-rv64" : "generic";
    if (triple.isRISCV())
      machine.features = "+m,+a,+f,+d,+c";  // rv64gc, what Linux distributions and clang assume
  }

  std::unique_ptr<MCSubtargetInfo> info(target->createMCSubtargetInfo(triple, "", ""));
  if (!info->isCPUStringValid(machine.cpu)) {
    if (!native) {
      error = "--mcpu: `" + machine.cpu + "` is no processor of " + triple.getArchName().str() +
              " (`llc -mcpu=help` of LLVM lists them)";
      return std::nullopt;
    }
    machine.cpu = triple.getArch() == Triple::x86_64 ? "x86-64" : "generic";  // newer than this LLVM
  }
  if (!appendAttributes(machine.features, attr, FeatureQuery(*info), triple, error))
    return std::nullopt;

  info.reset(target->createMCSubtargetInfo(triple, machine.cpu, machine.features));
  const FeatureQuery query(*info);
  machine.level = "generic";
  if (triple.getArch() == Triple::x86_64)
    describeX86(machine, query);
  else if (triple.isAArch64())
    describeArm(machine, query);
  else if (triple.isRISCV())
    machine.vector_registers = 32;
  if (native)
    measureCaches(machine);
  return machine;
}

}  // namespace qwen
