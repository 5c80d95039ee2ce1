#include "runtime/media/Decode.h"

#include "runtime/core/Error.h"
#include "runtime/media/Codecs.h"
#include "runtime/media/Exif.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace qwen {
namespace {

bool startsWith(const uint8_t *data, size_t size, const char *magic, size_t length) {
  return size >= length && std::memcmp(data, magic, length) == 0;
}

std::string firstBytes(const uint8_t *data, size_t size) {
  static const char kDigits[] = "0123456789abcdef";
  std::string text;
  for (size_t i = 0; i < std::min<size_t>(size, 4); ++i)
    text += {' ', kDigits[data[i] >> 4], kDigits[data[i] & 15]};
  return text;
}

}  // namespace

ImageFormat imageFormat(const uint8_t *data, size_t size) {
  if (startsWith(data, size, "\xff\xd8\xff", 3))
    return ImageFormat::jpeg;
  if (startsWith(data, size, "\x89PNG\r\n\x1a\n", 8))
    return ImageFormat::png;
  if (startsWith(data, size, "RIFF", 4) && size >= 12 && std::memcmp(data + 8, "WEBP", 4) == 0)
    return ImageFormat::webp;
  return ImageFormat::unknown;
}

void checkPixels(int64_t height, int64_t width, const std::string &where) {
  if (height < 1 || width < 1)
    throw UserError(where + ": the picture is " + std::to_string(width) + "x" + std::to_string(height) +
                    ", it has no pixels");
  if (height > kMaxPixels / width)
    throw UserError(where + ": the picture is " + std::to_string(width) + "x" + std::to_string(height) + ", at most " +
                    std::to_string(kMaxPixels) + " pixels are taken: scale it down");
}

Image makeImage(int64_t height, int64_t width, const std::string &where) {
  checkPixels(height, width, where);
  return Image(height, width);
}

Image decodeImage(const uint8_t *data, size_t size, const std::string &where, Orientation orientation) {
  Decoded decoded;
  switch (imageFormat(data, size)) {
  case ImageFormat::jpeg:
    decoded = decodeJpeg(data, size, where);
    break;
  case ImageFormat::png:
    decoded = decodePng(data, size, where);
    break;
  case ImageFormat::webp:
    decoded = decodeWebp(data, size, where);
    break;
  case ImageFormat::unknown:
    throw UserError(where + ": not a JPEG, PNG or WebP picture, it begins with the bytes" + firstBytes(data, size) +
                    ": convert it to one of these");
  }
  return orientation == Orientation::upright ? turnUpright(std::move(decoded.image), decoded.orientation)
                                             : std::move(decoded.image);
}

std::vector<uint8_t> readFileBytes(const std::string &path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0)
    throw UserError(path + ": cannot open: " + std::strerror(errno));
  struct stat info;
  if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
    ::close(fd);
    throw UserError(path + ": not a regular file");
  }
  std::vector<uint8_t> bytes(static_cast<size_t>(info.st_size));
  size_t filled = 0;
  int problem = 0;
  while (filled < bytes.size()) {
    const ssize_t got = ::read(fd, bytes.data() + filled, bytes.size() - filled);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0) {
      problem = got < 0 ? errno : EIO;
      break;
    }
    filled += static_cast<size_t>(got);
  }
  ::close(fd);
  if (problem != 0)
    throw UserError(path + ": cannot read: " + std::strerror(problem));
  if (bytes.empty())
    throw UserError(path + ": the file is empty");
  return bytes;
}

Image readImage(const std::string &path, Orientation orientation) {
  const std::vector<uint8_t> bytes = readFileBytes(path);
  return decodeImage(bytes.data(), bytes.size(), path, orientation);
}

}  // namespace qwen
