// Runs a program and collects what it says.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace qwen::test {

// Two limits: a program that computes for too long is stuck, one that merely gets no processor isn't; only waiting is
// limited by the clock.
struct ProcessOptions {
  std::string input;  // what stdin holds
  int64_t cpu_seconds = 60;
  std::chrono::seconds timeout{300};
};

struct ProcessResult {
  int status = 0;  // the exit status; 128 + the signal that ended it (SIGXCPU: the limit of CPU time); kTimedOut
  std::string out, err;
  double seconds = 0;      // by the clock
  double cpu_seconds = 0;  // user and system, of the program and its children
  int64_t peak_bytes = 0;  // of resident memory
  static constexpr int kTimedOut = -1;
};

ProcessResult runProcess(const std::vector<std::string> &command, const ProcessOptions &options = {});

// Command, status, times and both outputs, for a failed assertion's message.
std::string describe(const std::vector<std::string> &command, const ProcessResult &result);

// An empty directory that disappears with its object.
class TemporaryDirectory {
public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory &) = delete;
  TemporaryDirectory &operator=(const TemporaryDirectory &) = delete;

  const std::filesystem::path &path() const { return directory; }
  std::string operator/(const std::string &name) const { return (directory / name).string(); }

private:
  std::filesystem::path directory;
};

std::string readFile(const std::filesystem::path &path);
void writeFile(const std::filesystem::path &path, const std::string &text);

}  // namespace qwen::test
