#include "runtime/verbs/Verb.h"

namespace qwen {

const std::vector<VerbEntry> &verbs() {
  static const std::vector<VerbEntry> table = {
      {"eval", "one forward pass: tensors of a safetensors file in, tensors out", makeEval},
      {"generate", "continue token sequences of a safetensors file", makeGenerate},
      {"process", "turn text or messages into token ids", makeProcess},
      {"run", "answer a prompt, or chat at the terminal", makeRun},
      {"bench", "measure prompt and generation speed", makeBench},
      {"info", "the model, its shapes, the target and where every byte goes", makeInfo},
  };
  return table;
}

}  // namespace qwen
