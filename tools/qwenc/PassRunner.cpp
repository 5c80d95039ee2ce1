#include "tools/qwenc/PassRunner.h"

#include "tools/qwenc/Failure.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"

using namespace mlir;

namespace qwen {
namespace {

// Keeps the first error of MLIR, which would otherwise go to stderr with lines of notes.
class FirstError {
public:
  explicit FirstError(MLIRContext *context)
      : handler(context, [this](Diagnostic &diagnostic) {
          if (diagnostic.getSeverity() != DiagnosticSeverity::Error)
            return failure();
          if (text.empty()) {
            llvm::raw_string_ostream out(text);
            out << diagnostic.getLocation() << ": " << diagnostic;
          }
          return success();
        }) {}
  [[noreturn]] void raise(const char *otherwise) const {
    throw Failure{kInternalError, text.empty() ? std::string(otherwise) : text};
  }

private:
  std::string text;
  ScopedDiagnosticHandler handler;
};

}  // namespace

void runPasses(ModuleOp module, const std::function<void(OpPassManager &)> &build, bool print_after_all) {
  PassManager manager(module.getContext());
  if (print_after_all)
    manager.enableIRPrinting([](Pass *, Operation *) { return false; }, [](Pass *, Operation *) { return true; },
                             /*printModuleScope=*/false, /*printAfterOnlyOnChange=*/false);
  build(manager);
  FirstError error(module.getContext());
  if (failed(manager.run(module)))
    error.raise("a pass failed without saying why");
}

void verifyModule(ModuleOp module) {
  FirstError error(module.getContext());
  if (failed(verify(module)))
    error.raise("the imported module does not verify");
}

}  // namespace qwen
