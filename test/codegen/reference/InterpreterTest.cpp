// States between calls, the calls of compiled code, and what create() refuses.
#include "codegen/reference/Interpreter.h"

#include "codegen/reference/Frame.h"
#include "codegen/reference/Weights.h"
#include "dialect/QwenDialect.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"

#include "gtest/gtest.h"

namespace qwen {
namespace {

// Two slots, one head of two values; the embedding is key and value, the query is zero: what comes out is the mean of
// the slot's values so far.
constexpr const char *kMean = R"(
  qwen.weight @table {qwen.value = dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>} : tensor<3x2xf32>
  qwen.weight @zero {qwen.value = dense<0.0> : tensor<2x2xf32>} : tensor<2x2xf32>
  qwen.weight @one {qwen.value = dense<1.0> : tensor<2xf32>} : tensor<2xf32>
  qwen.state @keys : tensor<2x1x4x2xf32>
  qwen.state @values : tensor<2x1x4x2xf32>
  func.func @forward(%ids: tensor<?xi32>, %embeds: tensor<?x2xf32>, %slot: tensor<?xi32>, %index: tensor<?xi32>,
                     %position: tensor<?x1xf32>, %length: tensor<?xf32>, %wanted: tensor<?xi32>) {
    %x = qwen.embed %ids, %embeds, @table : tensor<?x2xf32>
    qwen.output "hidden_states.0" %x on_request : tensor<?x2xf32>
    qwen.cache_append %x, %slot, %index, @keys : tensor<?x2xf32>
    qwen.cache_append %x, %slot, %index, @values : tensor<?x2xf32>
    %q = qwen.norm_linear %x norm @one eps 1.0e-6 weights [@zero] : tensor<?x2xf32> -> tensor<?x2xf32>
    %a = qwen.attention %q, %slot, %index, @keys, @values scale 1.0 : tensor<?x2xf32>
    %w = qwen.gather_rows %a, %wanted : tensor<?x2xf32>
    qwen.output "mean" %w : tensor<?x2xf32>
    return
  }
)";

class InterpreterTest : public testing::Test {
protected:
  InterpreterTest() {
    context.loadDialect<mlir::qwen::QwenDialect, mlir::func::FuncDialect, mlir::arith::ArithDialect>();
    module = mlir::parseSourceString<mlir::ModuleOp>(kMean, &context);
  }

  std::unique_ptr<Interpreter> create() {
    std::string error;
    auto interpreter = Interpreter::create(*module, ModuleWeights(*module, 0), error);
    EXPECT_EQ(error, "");
    return interpreter;
  }

  // The means after rows of `ids` were put at `index` and on of `slot`.
  static std::vector<float> means(Interpreter &interpreter, int32_t slot, int32_t index, std::vector<int32_t> ids) {
    const int64_t rows = ids.size();
    std::vector<Tensor> arguments = {Tensor{{rows}, {}, ids},    Tensor::ofReals({0, 2}),    Tensor::ofIntegers({rows}),
                                     Tensor::ofIntegers({rows}), Tensor::ofReals({rows, 1}), Tensor::ofReals({rows}),
                                     Tensor::ofIntegers({rows})};
    for (int32_t r = 0; r < rows; ++r) {
      arguments[2].integers[r] = slot;
      arguments[3].integers[r] = index + r;
      arguments[6].integers[r] = r;
    }
    std::vector<Tensor> outputs;
    std::string error;
    EXPECT_TRUE(interpreter.run(arguments, outputs, error)) << error;
    return outputs[1].reals;
  }

  using Values = std::vector<float>;
  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

TEST_F(InterpreterTest, StatesLastFromCallToCall) {
  auto interpreter = create();
  EXPECT_EQ(interpreter->outputNames(), (std::vector<std::string>{"hidden_states.0", "mean"}));
  EXPECT_EQ(means(*interpreter, 0, 0, {0, 2}), (Values{1, 2, 3, 4}));
  EXPECT_EQ(means(*interpreter, 0, 2, {1}), (Values{3, 4}));
  EXPECT_EQ(means(*interpreter, 0, 3, {1}), (Values{3, 4}));
  ASSERT_NE(interpreter->state("keys"), nullptr);
  EXPECT_EQ(interpreter->state("keys")->reals, (Values{1, 2, 5, 6, 3, 4, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(interpreter->state("elsewhere"), nullptr);
}

TEST_F(InterpreterTest, ChunksMakeNoDifference) {
  auto whole = create(), parts = create();
  Values expected = means(*whole, 0, 0, {0, 1, 2, 2});
  Values found;
  for (int32_t row = 0; int32_t id : {0, 1, 2, 2})
    for (float value : means(*parts, 0, row++, {id}))
      found.push_back(value);
  EXPECT_EQ(found, expected);
}

TEST_F(InterpreterTest, SlotsDontMeet) {
  auto interpreter = create();
  EXPECT_EQ(means(*interpreter, 0, 0, {0, 0, 0}), (Values{1, 2, 1, 2, 1, 2}));
  EXPECT_EQ(means(*interpreter, 1, 0, {2, 1}), (Values{5, 6, 4, 5}));
  EXPECT_EQ(means(*interpreter, 0, 3, {2}), (Values{2, 3}));
}

TEST_F(InterpreterTest, SlotStartsAnewAtIndexZero) {
  auto interpreter = create();
  EXPECT_EQ(means(*interpreter, 0, 0, {0, 0, 0}), (Values{1, 2, 1, 2, 1, 2}));
  EXPECT_EQ(means(*interpreter, 0, 0, {2, 1}), (Values{5, 6, 4, 5}));
}

TEST_F(InterpreterTest, InterpretersDontShareStates) {
  auto one = create(), other = create();
  means(*one, 0, 0, {0});
  EXPECT_EQ(other->state("keys")->reals, Values(16));
}

TEST_F(InterpreterTest, RunsTheCallOfCompiledCode) {
  auto interpreter = create();
  const int32_t ids[] = {2, -2, 0}, slot[] = {0, 0, 1}, index[] = {0, 1, 0}, wanted[] = {1, 2};
  const float embeds[] = {0, 0, 7, 10}, position[] = {0, 1, 0}, length[] = {2, 2, 2};
  float hidden[6] = {}, mean[4] = {};
  float *outputs[] = {nullptr, mean};
  QwenCall call = {};
  call.ids = ids;
  call.embeds = embeds;
  call.slot = slot;
  call.index = index;
  call.position = position;
  call.rope_length = length;
  call.wanted = wanted;
  call.rows = 3;
  call.wanted_rows = 2;
  call.outputs = outputs;
  interpreter->forward(call);
  EXPECT_EQ(Values(mean, mean + 4), (Values{6, 8, 1, 2}));
  outputs[0] = hidden;
  outputs[1] = nullptr;
  interpreter->forward(call);
  EXPECT_EQ(Values(hidden, hidden + 6), (Values{5, 6, 7, 10, 1, 2}));

  // Without negative ids there is no `embeds`, and no row need be wanted.
  call.embeds = nullptr;
  call.rows = 1;
  call.wanted_rows = 0;
  interpreter->forward(call);
  EXPECT_EQ(Values(hidden, hidden + 2), (Values{5, 6}));
}

TEST_F(InterpreterTest, CallThatBreaksTheRulesEndsTheProcess) {
  auto interpreter = create();
  const int32_t ids[] = {3}, zero[] = {0};
  const float position[] = {0}, length[] = {1};
  float *outputs[] = {nullptr, nullptr};
  QwenCall call = {};
  call.ids = ids;
  call.slot = call.index = call.wanted = zero;
  call.position = position;
  call.rope_length = length;
  call.rows = 1;
  call.outputs = outputs;
  EXPECT_DEATH(interpreter->forward(call), "interpreter: qwen.embed.*: id is 3, but only 0 to 2 exist");
}

TEST_F(InterpreterTest, LeavesTheModuleAsItIs) {
  create();
  int64_t fused = 0;
  module->walk([&](mlir::qwen::FusedOpInterface) { ++fused; });
  EXPECT_EQ(fused, 1);
}

// Ops of the model and fused levels; symbols and what belongs to the kernel level aren't run.
TEST_F(InterpreterTest, EveryOpHasARule) {
  for (mlir::RegisteredOperationName name : context.getRegisteredOperationsByDialect("qwen")) {
    if (name.hasInterface<mlir::SymbolOpInterface>() || name.getStringRef() == "qwen.output" ||
        name.hasInterface<mlir::qwen::FusedOpInterface>())
      continue;
    mlir::OperationState state(mlir::UnknownLoc::get(&context), name);
    mlir::Operation *op = mlir::Operation::create(state);
    EXPECT_TRUE(modelStep(op) || attentionStep(op) || moeStep(op)) << name.getStringRef().str();
    op->destroy();
  }
}

class NoWeights : public WeightSource {
  bool readRows(const std::string &name, int64_t, int64_t, float *, std::string &error) const override {
    error = "no values for " + name;
    return false;
  }
};

TEST_F(InterpreterTest, SaysWhichWeightIsMissing) {
  std::string error;
  EXPECT_EQ(Interpreter::create(*module, NoWeights(), error), nullptr);
  EXPECT_EQ(error, "no values for table");
}

TEST_F(InterpreterTest, NeedsForward) {
  module->lookupSymbol<mlir::func::FuncOp>("forward").setName("backward");
  std::string error;
  EXPECT_EQ(Interpreter::create(*module, ModuleWeights(*module, 0), error), nullptr);
  EXPECT_EQ(error, "the module has no func.func @forward of one block to interpret");
}

TEST_F(InterpreterTest, RandomWeightsDependOnSeedAndNameOnly) {
  auto other = mlir::parseSourceString<mlir::ModuleOp>(R"(
    qwen.weight @b : tensor<4x64xf32>
    qwen.weight @a : tensor<4x64xf32>
    qwen.weight @norm : tensor<64xf32>)",
                                                       &context);
  auto read = [&](uint64_t seed, const char *name, int64_t first, int64_t count, int64_t columns) {
    Values values(count * columns);
    std::string error;
    EXPECT_TRUE(ModuleWeights(*other, seed).readRows(name, first, count, values.data(), error)) << error;
    return values;
  };
  Values a = read(1, "a", 0, 4, 64);
  EXPECT_EQ(read(1, "a", 2, 1, 64), Values(a.begin() + 128, a.begin() + 192));
  EXPECT_NE(read(2, "a", 0, 4, 64), a);
  EXPECT_NE(read(1, "b", 0, 4, 64), a);
  double squares = 0;
  for (float value : a)
    squares += value * value;
  EXPECT_NEAR(squares / a.size(), 1.0 / 64, 0.2 / 64);
  for (float value : read(1, "norm", 0, 64, 1))
    EXPECT_NEAR(value, 1, 0.5);
  std::string error;
  EXPECT_FALSE(ModuleWeights(*other, 0).readRows("c", 0, 1, a.data(), error));
  EXPECT_EQ(error, "c: the module declares no weight of this name");
}

}  // namespace
}  // namespace qwen
