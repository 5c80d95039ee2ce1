// The MLIR language server with the qwen dialect: completion, definitions and errors of .mlir files in an editor.
#include "tools/Dialects.h"

#include "mlir/Tools/mlir-lsp-server/MlirLspServerMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  mlir::qwen::insertDialects(registry);
  return failed(mlir::MlirLspServerMain(argc, argv, registry));
}
