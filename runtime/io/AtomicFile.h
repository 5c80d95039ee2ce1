// A file that appears under its name only when it is whole.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

namespace qwen {

// Bytes go to a temporary file in the same directory; commit() renames it. Destroyed without commit(), it leaves
// nothing behind. All functions set `error` to one line that names the path when they fail.
class AtomicFile {
public:
  static std::optional<AtomicFile> create(const std::string &path, std::string &error);
  AtomicFile(AtomicFile &&) noexcept;
  AtomicFile &operator=(AtomicFile &&) noexcept;
  ~AtomicFile();

  bool write(const void *data, size_t bytes, std::string &error);
  bool writeAt(size_t offset, const void *data, size_t bytes, std::string &error);
  // `mode` are the permissions of the finished file before the process's umask: 0666, or 0777 for a program.
  bool commit(std::string &error, unsigned mode = 0666);

private:
  struct Impl;
  explicit AtomicFile(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl;
};

}  // namespace qwen
