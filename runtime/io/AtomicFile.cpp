#include "runtime/io/AtomicFile.h"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace qwen {

struct AtomicFile::Impl {
  std::string path, temporary;
  int fd = -1;
  size_t position = 0;

  ~Impl() {
    if (fd < 0)
      return;
    ::close(fd);
    ::unlink(temporary.c_str());
  }

  bool fail(std::string &error) const {
    error = path + ": cannot write: " + std::strerror(errno);
    return false;
  }
};

AtomicFile::AtomicFile(std::unique_ptr<Impl> impl) : impl(std::move(impl)) {}
AtomicFile::AtomicFile(AtomicFile &&) noexcept = default;
AtomicFile &AtomicFile::operator=(AtomicFile &&) noexcept = default;
AtomicFile::~AtomicFile() = default;

std::optional<AtomicFile> AtomicFile::create(const std::string &path, std::string &error) {
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  struct stat info;
  if (::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) {
    errno = EISDIR;
    impl->fail(error);
    return std::nullopt;
  }
  impl->temporary = path + ".XXXXXX";
  impl->fd = ::mkostemp(impl->temporary.data(), O_CLOEXEC);
  if (impl->fd < 0) {
    impl->fail(error);
    return std::nullopt;
  }
  return AtomicFile(std::move(impl));
}

bool AtomicFile::writeAt(size_t offset, const void *data, size_t bytes, std::string &error) {
  auto *from = static_cast<const uint8_t *>(data);
  while (bytes > 0) {
    ssize_t done = ::pwrite(impl->fd, from, bytes, static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR)
      continue;
    if (done < 0)
      return impl->fail(error);
    from += done;
    offset += static_cast<size_t>(done);
    bytes -= static_cast<size_t>(done);
  }
  return true;
}

bool AtomicFile::write(const void *data, size_t bytes, std::string &error) {
  if (!writeAt(impl->position, data, bytes, error))
    return false;
  impl->position += bytes;
  return true;
}

bool AtomicFile::commit(std::string &error, unsigned mode) {
  mode_t mask = ::umask(0);
  ::umask(mask);
  if (::fchmod(impl->fd, mode & ~mask) != 0)
    return impl->fail(error);
  int fd = impl->fd;
  impl->fd = -1;
  if (::close(fd) != 0 || ::rename(impl->temporary.c_str(), impl->path.c_str()) != 0) {
    impl->fail(error);
    ::unlink(impl->temporary.c_str());
    return false;
  }
  return true;
}

}  // namespace qwen
