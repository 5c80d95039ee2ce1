// An ELF object that holds a program's data: its description, its tokenizer and, if embedded, its weight file.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <string>

namespace qwen {

// Written by hand instead of through LLVM's MC layer: embedded weights go straight from the packer to their place in
// the file, whatever their size, and are never in memory as a whole.
class BlobObject {
public:
  // Where the embedded weight file begins in the object; page-aligned, as it will be in the program.
  static constexpr int64_t kWeightsOffset = 4096;

  // `model_object` is the object of generated code, whose machine and ABI this one takes over.
  explicit BlobObject(llvm::StringRef model_object);

  // Completes the open file `fd`, in which `weights_bytes` were written at kWeightsOffset (0: none), with the symbols
  // of runtime/abi/Entry.h. On failure returns false and sets `error` to one line.
  bool finish(int fd, int64_t weights_bytes, llvm::StringRef program_json, llvm::StringRef tokenizer,
              std::string &error) const;

private:
  uint16_t machine = 0;
  uint32_t flags = 0;
};

}  // namespace qwen
