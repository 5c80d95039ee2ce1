// main() of a compiled program: the only object that refers to what the compiler emits.
#include "runtime/abi/Entry.h"
#include "runtime/verbs/Host.h"

#include <unistd.h>

namespace {

// Links are followed: the weights lie beside the program itself.
std::string executablePath(const char *fallback) {
  std::string path(4096, '\0');
  ssize_t length = ::readlink("/proc/self/exe", path.data(), path.size());
  if (length <= 0 || length == static_cast<ssize_t>(path.size()))
    return fallback;
  path.resize(static_cast<size_t>(length));
  return path;
}

}  // namespace

int main(int argc, char **argv) {
  qwen::ProgramImage image;
  image.json = qwen_program_json;
  image.json_size = qwen_program_json_size;
  image.tokenizer = qwen_tokenizer_blob;
  image.tokenizer_size = qwen_tokenizer_size;
  image.weights = qwen_weights_blob;
  image.weights_size = qwen_weights_size;
  image.weights_path = executablePath(argc > 0 ? argv[0] : "program") + ".weights";
  image.forward = qwen_forward;
  return qwen::runProgram(image, argc, argv);
}
