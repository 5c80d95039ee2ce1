// A checkpoint compiled by `qwenc build` for the length of a test.
#pragma once

#include "test/programs/Process.h"
#include "test/programs/Tensors.h"

#include <filesystem>
#include <string>
#include <vector>

namespace qwen::test {

class CompiledProgram {
public:
  // Throws std::runtime_error with what qwenc said when it fails.
  CompiledProgram(const std::filesystem::path &checkpoint, const std::vector<std::string> &flags);

  std::string path() const { return directory / "app"; }
  // `APP VERB --in IN --out ... FLAGS`; throws std::runtime_error with what the program said when it fails.
  Tensors run(const std::string &verb, const std::string &in_path, const std::vector<std::string> &flags) const;
  Tensors run(const std::string &verb, const Tensors &in, const std::vector<std::string> &flags) const;

private:
  TemporaryDirectory directory;
};

// Runs a command that must succeed and writes `out_path`; returns the tensors of that file.
Tensors runForTensors(const std::vector<std::string> &command, const std::string &out_path);

}  // namespace qwen::test
