#include "tools/qwenc/WeightsWriter.h"

#include "tools/qwenc/Failure.h"

#include "llvm/Support/xxhash.h"

#include <cassert>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <unistd.h>

namespace qwen {

PackResult writeWeights(const OutputFile &file, int64_t file_offset, const std::vector<PackedSection> &sections,
                        int64_t payload_bytes, const WeightSource &source, Reporter &reporter) {
  PackOptions options;
  options.file_offset = file_offset + kWeightsAlignment;
  options.progress = [&](int64_t done, int64_t all) { reporter.progress(done, all); };
  if (ftruncate(file.descriptor(), options.file_offset + payload_bytes) != 0)
    throw Failure{kBadInput, file.path() + ": " + std::strerror(errno)};
  std::string error;
  if (auto result = packWeights(file.descriptor(), sections, source, options, error))
    return std::move(*result);
  throw Failure{kBadInput, error};
}

void writeWeightHeader(const OutputFile &file, int64_t file_offset, const Program &program) {
  WeightFileHeader header = {};
  assert(program.build_id.size() == sizeof(header.build_id));
  std::memcpy(header.magic, kWeightsMagic, sizeof(header.magic));
  std::memcpy(header.build_id, program.build_id.data(), sizeof(header.build_id));
  header.payload_bytes = program.weights_bytes;
  header.checksum = llvm::xxh3_64bits(
      llvm::ArrayRef(reinterpret_cast<const uint8_t *>(&header), offsetof(WeightFileHeader, checksum)));
  if (pwrite(file.descriptor(), &header, sizeof(header), file_offset) != ssize_t(sizeof(header)))
    throw Failure{kBadInput, file.path() + ": " + std::strerror(errno)};
}

}  // namespace qwen
