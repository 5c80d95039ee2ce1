// The last stage: objects -> program or static library.
#pragma once

#include <string>
#include <vector>

namespace qwen {

// Links `objects` with the runtime into the program `output`. The C++ library is linked statically; what remains
// dynamic is the C library. Throws Failure.
void linkProgram(const std::vector<std::string> &objects, const std::string &output);

// `objects` under their member names -> static library `output`, the same bytes for the same objects. Throws Failure.
struct ArchiveMember {
  std::string name;
  std::string path;
};
void writeStaticLibrary(const std::vector<ArchiveMember> &members, const std::string &output);

}  // namespace qwen
