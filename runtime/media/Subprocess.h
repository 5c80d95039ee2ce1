// A program that writes to this one.
#pragma once

#include <cstdio>
#include <string>
#include <vector>

#include <sys/types.h>

namespace qwen {

// Runs arguments[0], found along PATH, without input; its output is read here, and its messages are kept. No shell.
// Throws UserError that names the program when it can't be started.
class Subprocess {
public:
  explicit Subprocess(const std::vector<std::string> &arguments);
  ~Subprocess();  // ends it when it still runs
  Subprocess(const Subprocess &) = delete;
  Subprocess &operator=(const Subprocess &) = delete;

  // Reads exactly `bytes`; false when the output ends before.
  bool read(void *to, size_t bytes);
  std::string readAll();
  // Waits for its end: whether it exited with status 0.
  bool succeeded();
  // The last line that it wrote to stderr, empty: none.
  std::string lastMessage();

private:
  std::string program;
  pid_t process = -1;
  std::FILE *output = nullptr, *messages = nullptr;
};

}  // namespace qwen
