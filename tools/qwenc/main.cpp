#include "tools/qwenc/Build.h"

#include "llvm/Support/InitLLVM.h"

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);  // a crash prints a stack trace, and signals remove unfinished files
  int status = qwen::kSuccess;
  if (const auto options = qwen::parseCommandLine(argc, argv, status))
    return qwen::build(*options);
  return status;
}
