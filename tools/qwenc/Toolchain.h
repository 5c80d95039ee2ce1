// What a link needs of the system: start files, the C and C++ libraries, the dynamic linker.
#pragma once

#include <string>
#include <vector>

namespace qwen {

// Looks in the directories that the system's C++ compiler names; throws Failure when there is none.
class Toolchain {
public:
  Toolchain();
  const std::vector<std::string> &libraryDirectories() const { return directories; }
  // The path of a start file or library, "crti.o"; throws Failure when it is nowhere.
  std::string find(const std::string &file) const;

private:
  std::vector<std::string> directories;
};

// The dynamic linker that this program itself was started by, "/lib64/ld-linux-x86-64.so.2"; empty: none.
std::string dynamicLinker();

}  // namespace qwen
