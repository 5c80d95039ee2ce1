// A module read from text, with the names that its text gives the arguments of @forward.
#pragma once

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <optional>
#include <string>
#include <vector>

namespace qwen {

struct ModuleFile {
  mlir::OwningOpRef<mlir::ModuleOp> module;
  // Without the percent sign. Printed IR has lost the names: %arg0 to %arg6 of seven arguments are taken for the
  // frontend's (ids, embeds, slot, index, position, length, wanted).
  std::vector<std::string> argumentNames;

  mlir::func::FuncOp forward() const { return mlir::ModuleOp(*module).lookupSymbol<mlir::func::FuncOp>("forward"); }

  // `path`: a file, "-" for standard input. Loads the dialects that it needs into `context`. Returns nullopt after MLIR
  // has printed what is wrong with the text, or sets `error` to one line (no file, no @forward).
  static std::optional<ModuleFile> read(mlir::MLIRContext &context, const std::string &path, std::string &error);
};

}  // namespace qwen
