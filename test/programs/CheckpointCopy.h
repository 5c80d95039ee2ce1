// A checkpoint that a test may spoil.
#pragma once

#include "test/programs/Process.h"
#include "test/programs/Tensors.h"

#include "nlohmann/json.hpp"

#include <functional>

namespace qwen::test {

class CheckpointCopy {
public:
  explicit CheckpointCopy(const std::filesystem::path &source);

  std::string path() const { return directory / "checkpoint"; }
  std::string file(const std::string &name) const { return path() + "/" + name; }

  // All write the file again after `change`. `header` is the JSON of a safetensors file; its data stays as it is.
  void editJson(const std::string &name, const std::function<void(nlohmann::json &)> &change) const;
  void editTensors(const std::string &name, const std::function<void(Tensors &)> &change) const;
  void editHeader(const std::string &name, const std::function<void(nlohmann::json &header)> &change) const;
  void truncate(const std::string &name, int64_t bytes_less) const;
  void remove(const std::string &name) const;
  void write(const std::string &name, const std::string &text) const;

private:
  TemporaryDirectory directory;
};

}  // namespace qwen::test
