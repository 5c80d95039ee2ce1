// inv_freq and attention factor against stored results of transformers (test/oracle/rope.py).
#include "dialect/RopeParameters.h"

#include "dialect/QwenDialect.h"
#include "frontend/Import.h"
#include "frontend/config/Json.h"
#include "test/frontend/Files.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <cmath>

using namespace qwen;
using qwen::testing::ScratchTest;

namespace {

class RopeParametersTest : public ScratchTest {
protected:
  RopeParametersTest() {
    context.loadDialect<mlir::qwen::QwenDialect, mlir::func::FuncDialect, mlir::arith::ArithDialect>();
  }

  // The attributes that the frontend gives the rope_table of a model with these fields.
  mlir::DictionaryAttr parametersOf(Json config) {
    config["num_hidden_layers"] = 1;
    config["architectures"] = {"Qwen3Model"};
    write("config.json", config.dump());
    std::string error;
    auto model = importModel(context, path("config.json"), {}, error);
    if (!model)
      throw std::runtime_error(error);
    mlir::DictionaryAttr parameters;
    model->module->walk([&](mlir::qwen::RopeTableOp op) { parameters = op.getParameters(); });
    return parameters;
  }

  mlir::MLIRContext context;
};

TEST_F(RopeParametersTest, AgreesWithTransformers) {
  const Json entries = Json::parse(std::ifstream(QWEN_TEST_DATA "/rope/frequencies.json"));
  ASSERT_GE(entries.size(), 15u);
  for (const Json &entry : entries) {
    const auto parameters = parametersOf(entry["config"]);
    const bool depends = entry["results"].size() > 1;
    EXPECT_EQ(mlir::qwen::dependsOnLength(parameters), depends);
    for (const Json &result : entry["results"]) {
      const std::string where = entry["config"]["rope_parameters"].dump() + " at " + result["length"].dump();
      const float length = result["length"];
      const auto expected = result["inv_freq"].get<std::vector<float>>();
      const auto actual = mlir::qwen::inverseFrequencies(parameters, length);
      ASSERT_EQ(actual.size(), expected.size()) << where;
      // Two units in the last place: torch's vectorised pow may be off by one, ours by a half, and each rounds once
      // more. Dynamic takes a second power of a base that is itself off by one.
      const float tolerance = entry["config"]["rope_parameters"]["rope_type"] == "dynamic" ? 4e-7f : 2.5e-7f;
      for (size_t i = 0; i < actual.size(); ++i)
        EXPECT_NEAR(actual[i], expected[i], tolerance * expected[i]) << where << ", inv_freq[" << i << "]";
      const float factor = result["attention_factor"];
      EXPECT_NEAR(mlir::qwen::attentionFactor(parameters, length), factor, 1e-7f * factor) << where;
    }
  }
}

}  // namespace
