#include "runtime/core/Error.h"
#include "runtime/verbs/CommandLine.h"

#include <iostream>
#include <new>

namespace qwen {

int runProgram(const ProgramImage &image, int argc, const char *const *argv) {
  const std::string name = programName(argc, argv);
  try {
    Host host(image);
    ParsedCommand command = parseCommandLine(host.program(), argc, argv);
    if (!command.verb)
      return command.status;
    command.verb->run(host);
    std::cout.flush();
    if (!std::cout)
      throw UserError("cannot write to standard output");
    return 0;
  } catch (const UsageError &problem) {
    std::cerr << name << ": " << problem.what() << "\n";
    return 2;
  } catch (const UserError &problem) {
    std::cerr << name << ": " << problem.what() << "\n";
  } catch (const std::bad_alloc &) {
    std::cerr << name << ": out of memory\n";
  } catch (const std::exception &problem) {
    std::cerr << name << ": internal error: " << problem.what() << "\n";
  }
  return 1;
}

}  // namespace qwen
