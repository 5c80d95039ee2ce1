// mlir-opt with the qwen dialect and every pass and pipeline of this project.
#include "codegen/cpu/Cpu.h"
#include "codegen/plan/Plan.h"
#include "codegen/reference/InterpretMain.h"
#include "passes/Passes.h"
#include "tools/Dialects.h"
#include "tools/qwen-opt/Help.h"
#include "tools/qwen-opt/UpstreamPasses.h"

#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  mlir::qwen::registerQwenPasses();
  mlir::qwen::registerQwenPipelines();
  mlir::qwen::registerQwenPlanPasses();
  mlir::qwen::registerQwenCpuPasses();
  mlir::qwen::registerUpstreamPasses();

  llvm::ArrayRef<const char *> arguments(argv + 1, argc - 1);
  auto has = [&](llvm::StringRef name) { return llvm::is_contained(arguments, name); };
  if (has("--interpret"))
    return qwen::interpretMain(argc, argv);
  if (has("--help") || has("-h") || has("-help")) {
    mlir::qwen::printHelp(llvm::outs());
    return 0;
  }

  mlir::DialectRegistry registry;
  mlir::qwen::insertDialects(registry);
  // MLIR's own main gives up with a list of everything at --help; `--help-all` reaches it.
  std::vector<char *> rest(argv, argv + argc);
  char help[] = "--help";
  for (char *&argument : rest)
    if (llvm::StringRef(argument) == "--help-all")
      argument = help;
  return mlir::asMainReturnCode(mlir::MlirOptMain(int(rest.size()), rest.data(), "qwen-opt", registry));
}
