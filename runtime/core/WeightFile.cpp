#include "runtime/core/WeightFile.h"

#include "runtime/core/Error.h"

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace qwen {
namespace {

constexpr uint64_t kHeaderBytes = static_cast<uint64_t>(kWeightsAlignment);

}  // namespace

uint64_t weightsChecksum(const WeightFileHeader &header) {
  return XXH3_64bits(&header, offsetof(WeightFileHeader, checksum));
}

void WeightFile::check(const std::string &where, const Program &program) const {
  WeightFileHeader header;
  if (size < kHeaderBytes)
    throw UserError(where + ": " + std::to_string(size) + " bytes, shorter than the header of a weight file");
  std::memcpy(&header, file, sizeof header);
  if (std::memcmp(header.magic, kWeightsMagic, sizeof header.magic) != 0)
    throw UserError(where + ": not a weight file of qwenc");
  if (header.checksum != weightsChecksum(header))
    throw UserError(where + ": the header is damaged (wrong checksum); build the program again");
  std::string build(header.build_id, sizeof header.build_id);
  if (build != program.build_id)
    throw UserError(where + ": weights of build " + build + ", but the program is build " + program.build_id);
  auto expected = static_cast<uint64_t>(program.weights_bytes);
  if (header.payload_bytes != expected)
    throw UserError(where + ": " + std::to_string(header.payload_bytes) + " bytes of weights, but the program has " +
                    std::to_string(expected));
  if (size - kHeaderBytes < expected)
    throw UserError(where + ": truncated: " + std::to_string(size) + " bytes, " +
                    std::to_string(kHeaderBytes + expected) + " expected");
}

WeightFile::WeightFile(const std::string &path, const Program &program) {
  int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    throw UserError(path + ": cannot open the program's weights: " + std::strerror(errno));
  struct stat info;
  if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
    ::close(fd);
    throw UserError(path + ": not a regular file");
  }
  size = static_cast<uint64_t>(info.st_size);
  void *base = size > 0 ? ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0) : nullptr;
  int problem = errno;
  ::close(fd);
  if (base == MAP_FAILED)
    throw UserError(path + ": cannot map: " + std::strerror(problem));
  file = static_cast<const uint8_t *>(base);
  mapped = size > 0;
  try {
    check(path, program);
  } catch (...) {
    if (mapped)
      ::munmap(base, size);
    throw;
  }
  // Hints only: read ahead now, and in huge pages where the file system has them.
  (void)::madvise(base, size, MADV_WILLNEED);
  (void)::madvise(base, size, MADV_HUGEPAGE);
}

WeightFile::WeightFile(const uint8_t *file, uint64_t size, const Program &program) : file(file), size(size) {
  check("embedded weights", program);
}

WeightFile::~WeightFile() {
  if (mapped)
    ::munmap(const_cast<uint8_t *>(file), size);
}

}  // namespace qwen
