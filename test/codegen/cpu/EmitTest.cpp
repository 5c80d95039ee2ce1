#include "codegen/cpu/Emit.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/raw_ostream.h"

#include <gtest/gtest.h>

namespace qwen {
namespace {

constexpr char kAxpy[] = R"mlir(
  llvm.func @axpy(%p: !llvm.ptr, %a: f32) {
    %s = llvm.mlir.undef : vector<16xf32>
    %zero = llvm.mlir.constant(0 : i64) : i64
    %v = llvm.insertelement %a, %s[%zero : i64] : vector<16xf32>
    %b = llvm.shufflevector %v, %s [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] : vector<16xf32>
    %x = llvm.load %p {alignment = 4 : i64} : !llvm.ptr -> vector<16xf32>
    %y = llvm.intr.fma(%x, %b, %x) : (vector<16xf32>, vector<16xf32>, vector<16xf32>) -> vector<16xf32>
    llvm.store %y, %p {alignment = 4 : i64} : vector<16xf32>, !llvm.ptr
    llvm.return
  }
)mlir";

std::string emit(const char *triple, const char *cpu, EmitKind kind) {
  std::string error;
  const auto machine = describeMachine(triple, cpu, "", error);
  EXPECT_TRUE(machine) << error;
  mlir::MLIRContext context;
  context.loadDialect<mlir::LLVM::LLVMDialect>();
  auto module = mlir::parseSourceString<mlir::ModuleOp>(kAxpy, &context);
  auto emitter = Emitter::create(*machine, error);
  EXPECT_TRUE(emitter) << error;
  EXPECT_TRUE(emitter->translate(*module, error)) << error;
  emitter->optimize();
  llvm::SmallString<0> bytes;
  llvm::raw_svector_ostream out(bytes);
  EXPECT_TRUE(emitter->write(kind, out, error)) << error;
  return bytes.str().str();
}

bool contains(const std::string &text, const char *part) { return text.find(part) != std::string::npos; }

TEST(Emit, UsesTheVectorsOfTheMachine) {
  const std::string wide = emit("x86_64-linux-gnu", "x86-64-v4", EmitKind::assembly);
  EXPECT_TRUE(contains(wide, "vfmadd") && contains(wide, "%zmm")) << wide;
  const std::string narrow = emit("x86_64-linux-gnu", "x86-64-v3", EmitKind::assembly);
  EXPECT_TRUE(contains(narrow, "%ymm") && !contains(narrow, "%zmm")) << narrow;
  const std::string arm = emit("aarch64-linux-gnu", "", EmitKind::assembly);
  EXPECT_TRUE(contains(arm, "fmla")) << arm;
}

// LLVM tunes this processor for 256 bits; the kernels were made for what it has.
TEST(Emit, KeepsWideVectorsWhereLlvmPrefersNarrowOnes) {
  EXPECT_TRUE(contains(emit("x86_64-linux-gnu", "skylake-avx512", EmitKind::assembly), "%zmm"));
}

TEST(Emit, Text) {
  const std::string text = emit("x86_64-linux-gnu", "x86-64-v3", EmitKind::llvm);
  EXPECT_TRUE(contains(text, "target triple = \"x86_64-unknown-linux-gnu\"")) << text;
  EXPECT_TRUE(contains(text, "\"target-cpu\"=\"x86-64-v3\"")) << text;
  EXPECT_TRUE(contains(text, "define void @axpy(")) << text;
}

TEST(Emit, Object) {
  const std::string object = emit("x86_64-linux-gnu", "x86-64-v3", EmitKind::object);
  EXPECT_EQ("\x7f"
            "ELF",
            object.substr(0, 4));
  EXPECT_TRUE(contains(object, "axpy"));
}

TEST(Emit, ForeignDialectIsRefused) {
  std::string error;
  const auto machine = describeMachine("x86_64-linux-gnu", "x86-64", "", error);
  mlir::MLIRContext context;
  context.allowUnregisteredDialects();
  mlir::ScopedDiagnosticHandler quiet(&context, [](mlir::Diagnostic &) { return mlir::success(); });
  auto module = mlir::parseSourceString<mlir::ModuleOp>("\"other.op\"() : () -> ()", &context);
  auto emitter = Emitter::create(*machine, error);
  EXPECT_FALSE(emitter->translate(*module, error));
  EXPECT_EQ("the module cannot be translated to LLVM IR", error);
}

}  // namespace
}  // namespace qwen
