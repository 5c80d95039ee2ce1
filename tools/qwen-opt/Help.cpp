#include "tools/qwen-opt/Help.h"

#include "mlir/Pass/PassRegistry.h"

namespace mlir::qwen {
namespace {

struct Group {
  StringRef title;
  std::vector<StringRef> names;  // passes or pipelines, in the order in which they run
};

const Group kGroups[] = {
    {"Pipelines, from a graph (qwenc build --emit=graph) to the LLVM dialect", {"qwen-fuse", "qwen-plan", "qwen-cpu"}},
    {"Fusion: model level -> fused level",
     {"qwen-fuse-moe", "qwen-fuse-norm-qkv", "qwen-fuse-gated-attention", "qwen-fuse-gated-delta-net",
      "qwen-fuse-norm-glu", "qwen-fuse-linear-residual", "qwen-fuse-norm-linear", "qwen-decompose-fused"}},
    {"Storage of weights: on the fused level", {"qwen-quantize-weights"}},
    {"The LM head: on the fused level", {"qwen-screen-head"}},
    {"Planning: fused level -> kernel level", {"qwen-plan-weights", "qwen-plan-arena", "qwen-outline-kernels"}},
    {"CPU code: kernel level -> LLVM dialect", {"qwen-generate-cpu-kernels", "qwen-emit-entry"}},
    {"Upstream, useful anywhere", {"canonicalize", "cse", "symbol-dce"}},
};

constexpr StringLiteral kUsage = R"(
qwen-opt: mlir-opt with the qwen dialect. Reads a module, runs passes over it, prints it.

usage: qwen-opt [FILE.mlir] [--PASS...] [-o OUT.mlir]     passes run in the order given
       qwen-opt [FILE.mlir] --pass-pipeline='builtin.module(func.func(PASS,...),...)'
       qwen-opt --interpret FILE.mlir [...]                run the module instead (--interpret --help)
)";

constexpr StringLiteral kOptions = R"(
Options
  --mlir-print-ir-after-all      print the IR after each pass
  --mlir-print-debuginfo         print locations: the HF module that each op belongs to
  --mlir-timing                  how long each pass takes
  --remarks-filter=qwen          what each pass counted: "48 of 48 MoE blocks fused"
  --verify-each=false            don't verify after each pass
  --verify-diagnostics, --split-input-file   for tests of errors
  --list-passes, --show-dialects, --help-all  everything that there is
)";

// The first sentence of a pass or a pipeline, as it was registered.
StringRef description(StringRef name) {
  if (const PassInfo *pass = PassInfo::lookup(name))
    return pass->getPassDescription();
  if (const PassPipelineInfo *pipeline = PassPipelineInfo::lookup(name))
    return pipeline->getPassDescription();
  llvm_unreachable("the help names a pass that isn't registered");
}

}  // namespace

void printHelp(llvm::raw_ostream &out) {
  out << kUsage.ltrim();
  for (const Group &group : kGroups) {
    out << '\n' << group.title << '\n';
    for (StringRef name : group.names)
      out << "  --" << name.str() << std::string(name.size() < 29 ? 29 - name.size() : 1, ' ') << description(name)
          << '\n';
  }
  out << kOptions;
}

}  // namespace mlir::qwen
