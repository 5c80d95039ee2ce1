#include "test/programs/CompiledProgram.h"

#include "test/programs/Case.h"

#include <stdexcept>

namespace qwen::test {

CompiledProgram::CompiledProgram(const std::filesystem::path &checkpoint, const std::vector<std::string> &flags) {
  std::vector<std::string> command{binary("qwenc"), "build", checkpoint.string(), "-o", path()};
  command.insert(command.end(), flags.begin(), flags.end());
  ProcessResult result = runProcess(command);
  if (result.status != 0)
    throw std::runtime_error(describe(command, result));
}

Tensors CompiledProgram::run(const std::string &verb, const std::string &in_path,
                             const std::vector<std::string> &flags) const {
  std::string out_path = directory / "out.safetensors";
  std::filesystem::remove(out_path);
  std::vector<std::string> command{path(), verb, "--in", in_path, "--out", out_path};
  command.insert(command.end(), flags.begin(), flags.end());
  return runForTensors(command, out_path);
}

Tensors CompiledProgram::run(const std::string &verb, const Tensors &in, const std::vector<std::string> &flags) const {
  std::string in_path = directory / "in.safetensors";
  saveTensors(in_path, in);
  return run(verb, in_path, flags);
}

Tensors runForTensors(const std::vector<std::string> &command, const std::string &out_path) {
  ProcessResult result = runProcess(command);
  if (result.status != 0)
    throw std::runtime_error(describe(command, result));
  return loadTensors(out_path);
}

}  // namespace qwen::test
