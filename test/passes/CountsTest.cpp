#include "passes/Counts.h"

#include "passes/Passes.h"

#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"

#include <gtest/gtest.h>

using namespace mlir;

namespace {

constexpr StringLiteral kModule = R"(
  qwen.weight @w : tensor<8x6xf32>
  func.func @forward(%a: tensor<?x6xf32>, %x: tensor<?x8xf32>) -> (tensor<?x8xf32>, tensor<?x8xf32>) {
    %l = qwen.linear %a, @w : tensor<?x6xf32> -> tensor<?x8xf32>
    %y = arith.addf %x, %l : tensor<?x8xf32>
    %m = qwen.linear %a, @w : tensor<?x6xf32> -> tensor<?x8xf32>
    %z = arith.addf %m, %m : tensor<?x8xf32>
    return %y, %z : tensor<?x8xf32>, tensor<?x8xf32>
  }
)";

struct Heard {
  std::string pass, line;
  bool operator==(const Heard &other) const = default;
};

class CountsTest : public testing::Test {
protected:
  CountsTest() {
    context.loadDialect<func::FuncDialect, qwen::QwenDialect>();
    module = parseSourceString<ModuleOp>(kModule, &context);
  }

  void run() {
    ASSERT_TRUE(module);
    PassManager manager(&context);
    manager.addNestedPass<func::FuncOp>(qwen::createFuseMoe());
    manager.addNestedPass<func::FuncOp>(qwen::createFuseLinearResidual());
    manager.addNestedPass<func::FuncOp>(qwen::createFuseNormLinear());
    ASSERT_TRUE(succeeded(manager.run(*module)));
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
};

TEST_F(CountsTest, ListenerHearsWhatWasFoundInOrder) {
  std::vector<Heard> heard;
  qwen::listenToCounts(context, [&](StringRef pass, StringRef line) { heard.push_back({pass.str(), line.str()}); });
  run();
  // Nothing of the MoE pass: there are no MoE blocks.
  const std::vector<Heard> expected = {{"qwen-fuse-linear-residual", "1 of 2 linear maps + residual fused"},
                                       {"qwen-fuse-norm-linear", "1 of 1 linear maps left taken into norm_linear"}};
  EXPECT_EQ(heard, expected);
}

TEST_F(CountsTest, NobodyNeedsToListen) { run(); }

TEST_F(CountsTest, LaterListenerReplacesEarlier) {
  int earlier = 0, later = 0;
  qwen::listenToCounts(context, [&](StringRef, StringRef) { ++earlier; });
  qwen::listenToCounts(context, [&](StringRef, StringRef) { ++later; });
  run();
  EXPECT_EQ(earlier, 0);
  EXPECT_EQ(later, 2);
}

}  // namespace
