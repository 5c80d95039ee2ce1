#include "tools/qwenc/LibraryHeader.h"

#include "tools/qwenc/Config.h"

#include "llvm/Support/raw_ostream.h"

#include <cctype>

namespace qwen {

static std::string macroName(const std::string &output) {
  std::string name = "QWEN_OUTPUT_";
  for (char c : output)
    name += std::isalnum(static_cast<unsigned char>(c)) ? char(std::toupper(c)) : '_';
  return name;
}

std::string libraryHeader(const Program &program) {
  std::string text;
  llvm::raw_string_ostream out(text);
  out << "// " << program.task << " of " << program.model << ", made by qwenc for " << program.target_triple << " ("
      << program.target_level << ").\n"
      << "// Who links the library provides qwen_barrier(); with one thread it has nothing to do.\n"
      << kEntryHeader << "\n"
      << "#define QWEN_VOCAB_SIZE " << program.vocab_size << "\n"
      << "#define QWEN_HIDDEN_SIZE " << program.hidden_size << "\n"
      << "#define QWEN_BATCH " << program.batch << "          // slots\n"
      << "#define QWEN_MAX_SEQ " << program.max_seq << "     // positions in a slot\n"
      << "#define QWEN_MAX_ROWS " << program.max_rows << "     // rows of one call\n"
      << "#define QWEN_POSITION_AXES " << program.position_axes << "\n"
      << "// Bytes of what QwenCall points to.\n"
      << "#define QWEN_ARENA_BYTES " << program.arena_bytes << "\n"
      << "#define QWEN_SCRATCH_BYTES " << program.scratch_bytes << "  // per thread\n"
      << "#define QWEN_STATES_BYTES " << program.states_bytes << "\n"
      << "#define QWEN_WEIGHTS_BYTES " << program.weights_bytes << "\n"
      << "#define QWEN_WEIGHTS_HEADER_BYTES " << kWeightsAlignment << "  // before them in the weight file\n"
      << "// Places in QwenCall.outputs, and their f32 values per row.\n"
      << "#define QWEN_OUTPUTS " << program.outputs.size() << "\n";
  for (size_t i = 0; i < program.outputs.size(); ++i) {
    const std::string name = macroName(program.outputs[i].name);
    out << "#define " << name << " " << i << (program.outputs[i].wanted_rows ? "  // one row per wanted row\n" : "\n")
        << "#define " << name << "_WIDTH " << program.outputs[i].width << "\n";
  }
  return text;
}

}  // namespace qwen
