// generation_config.json.
#pragma once

#include "frontend/config/ModelConfig.h"

namespace qwen {

// Defaults for generation: from the file at `path` where it says something, else from config.json (token ids only),
// else HF's own. An empty path: there is no file. Throws InputError as readModelConfig does.
Generation readGenerationConfig(const std::string &path, const ModelConfig &config, const Warn &warn);
Generation parseGenerationConfig(const std::string &file, const std::string &text, const ModelConfig &config,
                                 const Warn &warn);

}  // namespace qwen
