// The packed weights of a program: mapped from the file beside it, or lying inside it.
#pragma once

#include "runtime/abi/Program.h"

#include <cstdint>
#include <string>

namespace qwen {

// The checksum that stands in a header.
uint64_t weightsChecksum(const WeightFileHeader &header);

// The header's magic, checksum, size and build id are checked against `program`, so that weights that are missing,
// truncated, damaged at the front or of another build throw a UserError that names the file.
class WeightFile {
public:
  // Maps the file at `path`.
  WeightFile(const std::string &path, const Program &program);
  // Borrows a weight file [size] that lies in memory (--weights=embed).
  WeightFile(const uint8_t *file, uint64_t size, const Program &program);
  WeightFile(const WeightFile &) = delete;
  WeightFile &operator=(const WeightFile &) = delete;
  ~WeightFile();

  const uint8_t *weights() const { return file + kWeightsAlignment; }  // [program.weights_bytes], page-aligned

private:
  void check(const std::string &where, const Program &program) const;

  const uint8_t *file = nullptr;
  uint64_t size = 0;
  bool mapped = false;
};

}  // namespace qwen
