// Mutated pictures: any result is fine, a crash, a hang or an error without its line isn't. Deterministic; the number
// of rounds over all files may be given in QWEN_FUZZ_ROUNDS.
#include "runtime/media/Decode.h"
#include "runtime/media/Exif.h"
#include "runtime/media/Patches.h"
#include "runtime/media/Resize.h"
#include "runtime/media/SmartResize.h"
#include "test/runtime/media/MediaData.h"

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <random>

namespace qwen {
namespace {

using namespace testing;

using Bytes = std::vector<uint8_t>;

// The checksum of PNG's chunks.
uint32_t crc32(const uint8_t *data, size_t size) {
  uint32_t crc = ~0u;
  for (size_t i = 0; i < size; ++i) {
    crc ^= data[i];
    for (int bit = 0; bit < 8; ++bit)
      crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0u);
  }
  return ~crc;
}

uint32_t bigEndian(const uint8_t *data) {
  return uint32_t{data[0]} << 24 | uint32_t{data[1]} << 16 | uint32_t{data[2]} << 8 | data[3];
}

// Makes the checksums right, as if the damage had been meant: else libpng looks no further.
void sealPng(Bytes &file) {
  for (size_t at = 8; at + 12 <= file.size();) {
    const size_t length = bigEndian(&file[at]);
    if (length > file.size() - at - 12)
      return;
    const uint32_t crc = crc32(&file[at + 4], length + 4);
    for (int i = 0; i < 4; ++i)
      file[at + 8 + length + i] = static_cast<uint8_t>(crc >> (24 - 8 * i));
    at += length + 12;
  }
}

class Mutator {
public:
  explicit Mutator(uint32_t seed) : random(seed) {}

  Bytes mutate(Bytes file, const Bytes &other) {
    for (size_t i = 1 + below(4); i > 0 && !file.empty(); --i) {
      // Headers are where the decisions are made.
      const size_t at = below(below(2) == 0 ? std::min<size_t>(file.size(), 64) : file.size());
      const size_t count = std::min(1 + below(16), file.size() - at);
      switch (below(7)) {
      case 0:
        file[at] ^= static_cast<uint8_t>(1 << below(8));
        break;
      case 1:
        file[at] = static_cast<uint8_t>(below(256));
        break;
      case 2:
        std::fill_n(file.begin() + at, count, below(2) == 0 ? 0 : 0xff);
        break;
      case 3:
        file.erase(file.begin() + at, file.begin() + at + count);
        break;
      case 4: {
        const Bytes part(file.begin() + at, file.begin() + at + count);
        file.insert(file.begin() + below(file.size()), part.begin(), part.end());
        break;
      }
      case 5: {
        const size_t from = below(other.size()), length = std::min(count * 8, other.size() - from);
        file.insert(file.begin() + at, other.begin() + from, other.begin() + from + length);
        break;
      }
      default:
        if (below(4) == 0)
          file.resize(at);
        else
          file[at] = static_cast<uint8_t>(file[at] + 1 - 2 * below(2));
      }
    }
    return file;
  }

  size_t below(size_t limit) { return limit == 0 ? 0 : random() % limit; }

private:
  std::mt19937 random;
};

// All the way to rows of patches; a file of several million pixels is only decoded.
void processAny(const Bytes &file, const PatchConfig &config) {
  constexpr int64_t kEnough = 4'000'000;
  try {
    const Image image = decodeImage(file.data(), file.size(), "file", Orientation::upright);
    ASSERT_GE(image.height, 1);
    ASSERT_GE(image.width, 1);
    if (image.height * image.width > kEnough)
      return;
    const Size size =
        smartResize({image.height, image.width}, config.factor(), config.min_pixels, config.max_pixels, "file");
    PatchRows rows;
    PatchWriter writer(config);
    writer.begin(rows, 1, size.height, size.width, "file");
    writer.add(resizeBicubic(image, size.height, size.width));
    ASSERT_EQ(rows.rows(), rows.grids.at(0).patches());
  } catch (const UserError &error) {
    const std::string message = error.what();
    ASSERT_EQ(message.rfind("file: ", 0), 0u) << message;
    ASSERT_EQ(message.find('\n'), std::string::npos) << message;
  }
}

// A header's size as it stands says how long decoding takes: not what is tried here.
bool isLarge(const Bytes &file) {
  constexpr uint32_t kSide = 4096;
  return imageFormat(file.data(), file.size()) == ImageFormat::png && file.size() > 24 &&
         uint64_t{bigEndian(&file[16])} * bigEndian(&file[20]) > uint64_t{kSide} * kSide;
}

TEST(MediaFuzz, Pictures) {
  const char *rounds_given = std::getenv("QWEN_FUZZ_ROUNDS");
  const int rounds = rounds_given ? std::atoi(rounds_given) : 40;
  Mutator mutator(1);
  const PatchConfig config = configOf(mediaCases()["image_configs"]["qwen3_vl"]).image;
  std::vector<Bytes> files;
  for (const auto &entry : std::filesystem::directory_iterator(mediaPath("images")))
    if (entry.file_size() < 16 * 1024)
      files.push_back(readFileBytes(entry.path().string()));
  ASSERT_GE(files.size(), 40u);
  for (int round = 0; round < rounds; ++round)
    for (const Bytes &file : files) {
      Bytes mutated = mutator.mutate(file, files[mutator.below(files.size())]);
      if (mutator.below(4) != 0)
        sealPng(mutated);
      if (!isLarge(mutated))
        processAny(mutated, config);
      if (HasFatalFailure())
        return;
    }
}

TEST(MediaFuzz, Exif) {
  Mutator mutator(2);
  const Bytes tiff = {'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8, 0, 2, 1, 15, 0, 3,
                      0,   0,   0,   1,   0, 9, 0,   0,   1, 18, 0, 3, 0, 0, 0, 1, 0, 6,  0, 0};
  ASSERT_EQ(exifOrientation(tiff.data(), tiff.size()), 6);
  for (int round = 0; round < 20000; ++round) {
    const Bytes mutated = mutator.mutate(tiff, tiff);
    const int orientation = exifOrientation(mutated.data(), mutated.size());
    ASSERT_TRUE(orientation >= 1 && orientation <= 8) << orientation;
  }
}

}  // namespace
}  // namespace qwen
