#include "frontend/tokenizer/TokenizerCompiler.h"

#include "frontend/config/TokenizerConfig.h"
#include "frontend/tokenizer/TokenizerBlob.h"

namespace qwen {

std::optional<std::vector<uint8_t>> compileTokenizer(const std::string &dir, const std::string &model_type,
                                                     std::string &error) {
  if (!hasTokenizer(dir)) {
    error = dir + ": has no tokenizer.json and no vocab.json";
    return std::nullopt;
  }
  try {
    return writeTokenizerBlob(readHfTokenizer(dir, model_type));
  } catch (const InputError &problem) {
    error = problem.what();
    return std::nullopt;
  }
}

}  // namespace qwen
