// processor_config.json, preprocessor_config.json and video_preprocessor_config.json.
#pragma once

#include "runtime/abi/VisionConfig.h"

#include <optional>
#include <string>

namespace qwen {

// The texts of a checkpoint's files; absent: it has none of that name.
struct ProcessorTexts {
  std::optional<std::string> processor;           // processor_config.json: both processors, nested
  std::optional<std::string> preprocessor;        // preprocessor_config.json
  std::optional<std::string> video_preprocessor;  // video_preprocessor_config.json
};

// What HF's Qwen2VLImageProcessor and Qwen3VLVideoProcessor take from these files and by default. A nested section goes
// before a file of its own; without either the video processor reads the pictures' file. Fields that neither processor
// looks at are ignored. Throws InputError: no file, a field of the wrong type or range, or one that asks for what isn't
// supported (another processor, resampling other than bicubic).
VisionConfig parseVisionConfig(const ProcessorTexts &texts);
// The files of a checkpoint's directory.
VisionConfig readVisionConfig(const std::string &directory);

}  // namespace qwen
