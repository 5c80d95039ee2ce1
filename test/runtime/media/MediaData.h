// What HF's processors made of the pictures and videos in test/data/media (test/oracle/media.py).
#pragma once

#include "frontend/config/ProcessorConfig.h"
#include "runtime/core/Error.h"
#include "runtime/io/Safetensors.h"

#include "nlohmann/json.hpp"

#include <fstream>
#include <gtest/gtest.h>
#include <string>

namespace qwen::testing {

using TestJson = nlohmann::json;

inline std::string mediaPath(const std::string &name) { return std::string(QWEN_MEDIA_DATA) + "/" + name; }

inline TestJson mediaCases() { return TestJson::parse(std::ifstream(mediaPath("cases.json"))); }

inline SafetensorsFile storedTensors(const std::string &name) {
  std::string error;
  auto file = SafetensorsFile::open(mediaPath(name), error);
  if (!file)
    throw std::runtime_error(error);
  return std::move(*file);
}

// Processors with these files' contents; a null one has Qwen3-VL's defaults.
inline VisionConfig configOf(const TestJson &image, const TestJson &video = TestJson::object()) {
  return parseVisionConfig({std::nullopt, image.dump(), video.dump()});
}

// What the user is told when `f` fails, "no error" otherwise.
template <typename F> std::string messageOf(const F &f) {
  try {
    f();
  } catch (const UserError &error) {
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
    return error.what();
  }
  return "no error";
}

}  // namespace qwen::testing
