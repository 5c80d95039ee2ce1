// What test/oracle/templates.py stored.
#pragma once

#include "runtime/text/ChatTemplate.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

namespace qwen {

inline std::string readTemplateFile(const std::string &name) {
  std::ifstream file(std::string(QWENC_TEMPLATES) + "/" + name, std::ios::binary);
  EXPECT_TRUE(file) << name;
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

inline nlohmann::ordered_json readTemplateJson(const std::string &name) {
  return nlohmann::ordered_json::parse(readTemplateFile(name));
}

inline const char *const kTemplateFiles[] = {"qwen2_5.jinja", "qwen3.jinja", "qwen3-coder.jinja", "qwen3_5.jinja",
                                             "tiny-dictionary.jinja"};

}  // namespace qwen
