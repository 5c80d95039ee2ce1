#include "codegen/reference/ModuleFile.h"

#include "dialect/QwenDialect.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/AsmParser/AsmParserState.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"

namespace qwen {

static std::vector<std::string> namesOfArguments(mlir::func::FuncOp function, const mlir::AsmParserState &parsed) {
  static constexpr const char *kModelNames[] = {"ids", "embeds", "slot", "index", "position", "length", "wanted"};
  std::vector<std::string> names;
  bool printed = function.getNumArguments() == std::size(kModelNames);
  for (const auto &argument : parsed.getBlockDef(&function.getBody().front())->arguments) {
    const char *start = argument.loc.Start.getPointer(), *end = argument.loc.End.getPointer();
    llvm::StringRef text(start, end - start);
    text.consume_front("%");
    printed &= text == "arg" + std::to_string(names.size());
    names.push_back(text.str());
  }
  if (printed)
    names.assign(std::begin(kModelNames), std::end(kModelNames));
  return names;
}

std::optional<ModuleFile> ModuleFile::read(mlir::MLIRContext &context, const std::string &path, std::string &error) {
  context.loadDialect<mlir::qwen::QwenDialect, mlir::func::FuncDialect, mlir::arith::ArithDialect>();
  auto buffer = llvm::MemoryBuffer::getFileOrSTDIN(path);
  if (!buffer) {
    error = path + ": " + buffer.getError().message();
    return std::nullopt;
  }
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(std::move(*buffer), llvm::SMLoc());
  mlir::SourceMgrDiagnosticHandler diagnostics(sources, &context);
  mlir::Block parsed;
  mlir::AsmParserState state;
  if (failed(mlir::parseAsmSourceFile(sources, &parsed, mlir::ParserConfig(&context), &state)))
    return std::nullopt;
  ModuleFile file;
  if (llvm::hasSingleElement(parsed) && mlir::isa<mlir::ModuleOp>(parsed.front())) {
    file.module = mlir::cast<mlir::ModuleOp>(parsed.front());
    file.module->getOperation()->remove();
  } else {
    file.module = mlir::ModuleOp::create(mlir::FileLineColLoc::get(&context, path, 1, 1));
    file.module->getBody()->getOperations().splice(file.module->getBody()->end(), parsed.getOperations());
  }
  if (!file.forward() || file.forward().isExternal()) {
    error = path + ": the module has no func.func @forward to interpret";
    return std::nullopt;
  }
  file.argumentNames = namesOfArguments(file.forward(), state);
  return file;
}

}  // namespace qwen
