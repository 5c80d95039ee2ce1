// The check of passes finds what passes can do wrong.
#include "codegen/reference/PassCheck.h"

#include "dialect/QwenDialect.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassRegistry.h"

#include "gtest/gtest.h"

namespace qwen {
namespace {

using namespace mlir::qwen;

// Changes the model in the way that `change` says.
template <typename Change>
class ChangingPass : public mlir::PassWrapper<ChangingPass<Change>, mlir::OperationPass<mlir::ModuleOp>> {
public:
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(ChangingPass)
  llvm::StringRef getArgument() const final { return Change::name; }
  void runOnOperation() final { Change::run(this->getOperation()); }
};

struct Nothing {
  static constexpr llvm::StringLiteral name = "test-nothing";
  static void run(mlir::ModuleOp) {}
};
struct SwapGateAndUp {
  static constexpr llvm::StringLiteral name = "test-swap-gate-and-up";
  static void run(mlir::ModuleOp module) {
    module.walk([](GluOp op) {
      mlir::Value gate = op.getGate(), up = op.getUp();
      op.getGateMutable().assign(up);
      op.getUpMutable().assign(gate);
    });
  }
};
// A difference as rounding makes it.
struct NudgeScale {
  static constexpr llvm::StringLiteral name = "test-nudge-scale";
  static void run(mlir::ModuleOp module) {
    module.walk([](AttentionOp op) { op.setScale(llvm::APFloat(1.0 + 1e-7)); });
  }
};
// Seen only by calls after the first, and only where the window has ended.
struct LongerWindow {
  static constexpr llvm::StringLiteral name = "test-longer-window";
  static void run(mlir::ModuleOp module) {
    module.walk([](AttentionOp op) {
      if (op.getWindow())
        op.setWindow(*op.getWindow() + 1);
    });
  }
};
// All keys of a slot go to one place: seen by rows after the first.
struct IndexFromSlot {
  static constexpr llvm::StringLiteral name = "test-index-from-slot";
  static void run(mlir::ModuleOp module) {
    module.walk([](CacheAppendOp op) { op.getIndexMutable().assign(op.getSlot()); });
  }
};
struct DropOutput {
  static constexpr llvm::StringLiteral name = "test-drop-output";
  static void run(mlir::ModuleOp module) {
    module.walk([](OutputOp op) { op.erase(); });
  }
};
// No output shows it, the state does.
struct AppendOnceMore {
  static constexpr llvm::StringLiteral name = "test-append-once-more";
  static void run(mlir::ModuleOp module) {
    CacheAppendOp last;
    AttentionOp reader;
    module.walk([&](CacheAppendOp op) { last = op; });
    module.walk([&](AttentionOp op) { reader = op; });
    mlir::OpBuilder builder(reader->getContext());
    builder.setInsertionPointAfter(reader);
    auto twice = mlir::arith::AddFOp::create(builder, last.getLoc(), last.getInput(), last.getInput());
    CacheAppendOp::create(builder, last.getLoc(), twice, last.getSlot(), last.getIndex(),
                          mlir::FlatSymbolRefAttr::get(last->getContext(), "unread"));
  }
};
// A layer with a window, reduced to what the changes above need.
constexpr const char *kModel = R"(
  module attributes {qwen.max_rows = 32 : i64, qwen.max_seq = 24 : i64, qwen.batch = 2 : i64} {
    qwen.weight @table : tensor<7x4xf32>
    qwen.weight @gate : tensor<4x4xf32>
    qwen.weight @up : tensor<4x4xf32>
    qwen.state @keys : tensor<2x1x24x4xf32>
    qwen.state @values : tensor<2x1x24x4xf32>
    qwen.state @unread : tensor<2x1x24x4xf32>
    func.func @forward(%ids: tensor<?xi32>, %embeds: tensor<?x4xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>) {
      %x = qwen.embed %ids, %embeds, @table : tensor<?x4xf32>
      qwen.cache_append %x, %slot, %index, @keys : tensor<?x4xf32>
      qwen.cache_append %x, %slot, %index, @values : tensor<?x4xf32>
      %a = qwen.attention %x, %slot, %index, @keys, @values scale 1.0 window 3 : tensor<?x4xf32>
      %g = qwen.linear %a, @gate : tensor<?x4xf32> -> tensor<?x4xf32>
      %u = qwen.linear %a, @up : tensor<?x4xf32> -> tensor<?x4xf32>
      %y = qwen.glu silu %g, %u : tensor<?x4xf32>
      qwen.output "y" %y on_request : tensor<?x4xf32>
      return
    }
  })";

class PassCheckTest : public testing::Test {
protected:
  static void SetUpTestSuite() {
    mlir::PassRegistration<ChangingPass<Nothing>>();
    mlir::PassRegistration<ChangingPass<SwapGateAndUp>>();
    mlir::PassRegistration<ChangingPass<NudgeScale>>();
    mlir::PassRegistration<ChangingPass<LongerWindow>>();
    mlir::PassRegistration<ChangingPass<IndexFromSlot>>();
    mlir::PassRegistration<ChangingPass<DropOutput>>();
    mlir::PassRegistration<ChangingPass<AppendOnceMore>>();
  }

  PassCheckTest() {
    context.loadDialect<QwenDialect, mlir::func::FuncDialect, mlir::arith::ArithDialect>();
    module = mlir::parseSourceString<mlir::ModuleOp>(kModel, &context);
  }

  PassCheckResult check(llvm::StringRef pipeline, double tolerance = PassCheckOptions().tolerance) {
    PassCheckOptions options;
    options.tolerance = tolerance;
    options.pipeline = pipeline.str();
    llvm::raw_string_ostream stream(report);
    return checkPasses(*module, {"ids", "embeds", "slot", "index"}, options, stream, error);
  }

  void expectDifference(llvm::StringRef pipeline, const char *beginning) {
    EXPECT_EQ(check(pipeline), PassCheckResult::different);
    EXPECT_EQ(report, "");
    EXPECT_TRUE(llvm::StringRef(error).starts_with(beginning)) << error;
  }

  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::string report, error;
};

TEST_F(PassCheckTest, SameModulesPass) {
  EXPECT_EQ(check("test-nothing"), PassCheckResult::same) << error;
  EXPECT_EQ(report, "test-nothing: 8 ops before, 8 after; 1 outputs of 6 calls agree to 0 of their root mean square\n");
}

TEST_F(PassCheckTest, TakesThePipelineOfAModule) {
  expectDifference("builtin.module(test-swap-gate-and-up)", "output \"y\" of call 0 differs by ");
}

TEST_F(PassCheckTest, FindsSwappedOperands) {
  expectDifference("test-swap-gate-and-up", "output \"y\" of call 0 differs by ");
}

TEST_F(PassCheckTest, ToleranceDecides) {
  EXPECT_EQ(check("test-nudge-scale"), PassCheckResult::same) << error;
  EXPECT_EQ(check("test-nudge-scale", 1e-9), PassCheckResult::different);
  EXPECT_TRUE(llvm::StringRef(error).ends_with(" of its root mean square, allowed are 1e-09")) << error;
}

TEST_F(PassCheckTest, FindsWhatLaterCallsSee) { expectDifference("test-longer-window", "output \"y\" of call "); }

TEST_F(PassCheckTest, FindsWhatLaterRowsSee) { expectDifference("test-index-from-slot", "output \"y\" of call "); }

TEST_F(PassCheckTest, FindsALostOutput) { expectDifference("test-drop-output", "output \"y\" is gone"); }

TEST_F(PassCheckTest, FindsADifferentState) { expectDifference("test-append-once-more", "state @unread differs by "); }

TEST_F(PassCheckTest, RefusesUnknownPasses) {
  EXPECT_EQ(check("test-unknown"), PassCheckResult::bad_pipeline);
  EXPECT_TRUE(llvm::StringRef(error).ends_with("'test-unknown' does not refer to a registered pass or pass pipeline"))
      << error;
}

}  // namespace
}  // namespace qwen
