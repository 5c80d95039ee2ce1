#include "test/programs/Process.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace qwen::test {
namespace {

// A file without a name: programs can write as much as they like without blocking on a full pipe.
class Channel {
public:
  explicit Channel(const std::string &content = "") : file(std::tmpfile()) {
    if (!file)
      throw std::runtime_error("cannot make a temporary file");
    std::fwrite(content.data(), 1, content.size(), file);
    std::fflush(file);
    std::rewind(file);
  }
  ~Channel() { std::fclose(file); }

  int descriptor() const { return fileno(file); }

  std::string content() {
    std::string text;
    char buffer[4096];
    std::rewind(file);
    while (size_t count = std::fread(buffer, 1, sizeof buffer, file))
      text.append(buffer, count);
    return text;
  }

private:
  std::FILE *file;
};

// Waits for the end of `child` and notes its status and what it took.
void await(pid_t child, std::chrono::seconds timeout, ProcessResult &result) {
  auto start = std::chrono::steady_clock::now();
  int status = 0;
  rusage usage = {};
  bool killed = false;
  while (wait4(child, &status, WNOHANG, &usage) == 0) {
    if (!killed && std::chrono::steady_clock::now() - start > timeout) {
      kill(child, SIGKILL);
      killed = true;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  auto seconds = [](const timeval &time) { return time.tv_sec + time.tv_usec * 1e-6; };
  result.cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  result.peak_bytes = int64_t{usage.ru_maxrss} * 1024;
  if (killed)
    result.status = ProcessResult::kTimedOut;
  else
    result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

ProcessResult runProcess(const std::vector<std::string> &command, const ProcessOptions &options) {
  std::vector<char *> arguments;
  for (const std::string &argument : command)
    arguments.push_back(const_cast<char *>(argument.c_str()));
  arguments.push_back(nullptr);

  Channel in(options.input), out, err;
  pid_t child = fork();
  if (child < 0)
    throw std::runtime_error("cannot fork");
  if (child == 0) {
    dup2(in.descriptor(), STDIN_FILENO);
    dup2(out.descriptor(), STDOUT_FILENO);
    dup2(err.descriptor(), STDERR_FILENO);
    rlim_t limit = static_cast<rlim_t>(options.cpu_seconds);
    rlimit cpu = {limit, limit + 5};  // SIGXCPU, then SIGKILL
    setrlimit(RLIMIT_CPU, &cpu);
    execvp(arguments[0], arguments.data());
    _exit(127);
  }
  ProcessResult result;
  await(child, options.timeout, result);
  result.out = out.content();
  result.err = err.content();
  return result;
}

std::string describe(const std::vector<std::string> &command, const ProcessResult &result) {
  std::string text = "command:";
  for (const std::string &argument : command)
    text += " " + argument;
  return text + "\nstatus: " + std::to_string(result.status) + " after " + std::to_string(result.seconds) +
         " s, of CPU " + std::to_string(result.cpu_seconds) + " s\nstdout: " + result.out.substr(0, 2000) +
         "\nstderr: " + result.err.substr(0, 2000);
}

TemporaryDirectory::TemporaryDirectory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "qwenc-test-XXXXXX").string();
  if (!mkdtemp(pattern.data()))
    throw std::runtime_error("cannot make a temporary directory");
  directory = pattern;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(directory, ignored);
}

std::string readFile(const std::filesystem::path &path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    throw std::runtime_error(path.string() + ": cannot be read");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void writeFile(const std::filesystem::path &path, const std::string &text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file)
    throw std::runtime_error(path.string() + ": cannot be written");
}

}  // namespace qwen::test
