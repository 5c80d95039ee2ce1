#include "runtime/media/Subprocess.h"

#include "runtime/core/Error.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

extern char **environ;

namespace qwen {

Subprocess::Subprocess(const std::vector<std::string> &arguments) : program(arguments.at(0)) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    throw UserError("cannot start " + program + ": " + std::strerror(errno));
  output = ::fdopen(ends[0], "rb");
  messages = std::tmpfile();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  if (messages)
    posix_spawn_file_actions_adddup2(&actions, ::fileno(messages), STDERR_FILENO);
  std::vector<char *> list;
  for (const std::string &argument : arguments)
    list.push_back(const_cast<char *>(argument.c_str()));
  list.push_back(nullptr);
  const int problem = ::posix_spawnp(&process, program.c_str(), &actions, nullptr, list.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  if (problem == 0)
    return;
  std::fclose(output);
  if (messages)
    std::fclose(messages);
  throw UserError("cannot start " + program + ": " + std::strerror(problem));
}

Subprocess::~Subprocess() {
  if (process > 0) {
    ::kill(process, SIGKILL);
    succeeded();
  }
  std::fclose(output);
  if (messages)
    std::fclose(messages);
}

bool Subprocess::read(void *to, size_t bytes) { return std::fread(to, 1, bytes, output) == bytes; }

std::string Subprocess::readAll() {
  std::string text;
  for (int c; (c = std::fgetc(output)) != EOF;)
    text += static_cast<char>(c);
  return text;
}

bool Subprocess::succeeded() {
  int status = 1;
  while (process > 0 && ::waitpid(process, &status, 0) < 0 && errno == EINTR)
    ;
  process = -1;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

std::string Subprocess::lastMessage() {
  std::string line, last;
  if (!messages)
    return last;
  std::rewind(messages);
  for (int c; (c = std::fgetc(messages)) != EOF;) {
    if (c != '\n' && c != '\r')
      line += static_cast<char>(c);
    else if (!line.empty())
      last = std::exchange(line, {});
  }
  return line.empty() ? last : line;
}

}  // namespace qwen
