// Imports small models and looks at the printed module.
#pragma once

#include "dialect/QwenDialect.h"
#include "frontend/Import.h"
#include "frontend/config/Json.h"
#include "test/frontend/Files.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

#include "llvm/Support/raw_ostream.h"

namespace qwen::testing {

class ImportFixture : public ScratchTest {
protected:
  ImportFixture() {
    context.loadDialect<mlir::qwen::QwenDialect, mlir::func::FuncDialect, mlir::arith::ArithDialect>();
  }

  // Fields of a small model, with `changes` over them. Two layers, 4 heads of 6 over 2, hidden 16.
  static Json config(const std::string &task, const Json &changes = Json::object()) {
    Json json = {{"model_type", task.rfind("Qwen3Moe", 0) == 0 ? "qwen3_moe" : "qwen3"},
                 {"architectures", {task}},
                 {"hidden_size", 16},
                 {"intermediate_size", 24},
                 {"num_hidden_layers", 2},
                 {"num_attention_heads", 4},
                 {"num_key_value_heads", 2},
                 {"head_dim", 6},
                 {"vocab_size", 40},
                 {"rms_norm_eps", 0.5},
                 {"max_position_embeddings", 64}};
    if (json["model_type"] == "qwen3_moe")
      json.update({{"num_experts", 4}, {"num_experts_per_tok", 2}, {"moe_intermediate_size", 10}});
    json.update(changes);
    return json;
  }

  // Imports the scratch directory.
  std::optional<ImportedModel> import(const Json &config, ImportOptions options = {}) {
    write("config.json", config.dump());
    warnings.clear();
    error.clear();
    options.warn = [this](const std::string &line) { warnings.push_back(line); };
    return importModel(context, directory.string(), options, error);
  }
  // What is said of an import that must fail.
  std::string failure(const Json &config, const ImportOptions &options = {}) {
    EXPECT_FALSE(import(config, options));
    return error;
  }

  static std::string print(ImportedModel &model) {
    std::string text;
    llvm::raw_string_ostream stream(text);
    model.module->print(stream);
    return text;
  }

  mlir::MLIRContext context;
  std::vector<std::string> warnings;
  std::string error;
};

}  // namespace qwen::testing
