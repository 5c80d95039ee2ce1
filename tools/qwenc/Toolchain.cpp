#include "tools/qwenc/Toolchain.h"

#include "tools/qwenc/Config.h"
#include "tools/qwenc/Failure.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Program.h"

#include <cstdio>
#include <cstring>

using namespace llvm;

namespace qwen {

static std::string findCompiler() {
  for (StringRef name : {kCxxCompiler, "c++", "g++", "clang++"})
    if (ErrorOr<std::string> path = sys::findProgramByName(name))
      return *path;
  throw Failure{kBadInput, "linking needs the start files of a C++ compiler, and none is installed (g++ or clang++); "
                           "--emit=obj and --emit=lib do without"};
}

Toolchain::Toolchain() {
  const std::string command = "'" + findCompiler() + "' -print-search-dirs 2>/dev/null";
  std::string text;
  if (std::FILE *pipe = popen(command.c_str(), "r")) {
    char buffer[4096];
    while (const size_t size = std::fread(buffer, 1, sizeof(buffer), pipe))
      text.append(buffer, size);
    pclose(pipe);
  }
  SmallVector<StringRef> lines, entries;
  StringRef(text).split(lines, '\n');
  for (StringRef line : lines)
    if (line.consume_front("libraries: ="))
      line.split(entries, ':', -1, /*KeepEmpty=*/false);
  for (StringRef entry : entries) {
    SmallString<256> real;
    if (!sys::fs::real_path(entry, real) && !is_contained(directories, real.str()))
      directories.push_back(real.str().str());
  }
}

std::string Toolchain::find(const std::string &file) const {
  for (const std::string &directory : directories)
    if (std::string path = directory + "/" + file; sys::fs::exists(path))
      return path;
  throw Failure{kBadInput, "linking needs " + file +
                               ", which the C++ compiler does not have; is its development "
                               "package installed (libc6-dev, libstdc++-dev)?"};
}

std::string dynamicLinker() {
  ErrorOr<std::unique_ptr<MemoryBuffer>> file =
      MemoryBuffer::getFile(sys::fs::getMainExecutable(nullptr, nullptr), false, false);
  if (!file || (*file)->getBufferSize() < sizeof(ELF::Elf64_Ehdr))
    return "";
  const StringRef bytes = (*file)->getBuffer();
  ELF::Elf64_Ehdr header;
  std::memcpy(&header, bytes.data(), sizeof(header));
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    ELF::Elf64_Phdr segment;
    const uint64_t place = header.e_phoff + i * sizeof(segment);
    if (place + sizeof(segment) > bytes.size())
      break;
    std::memcpy(&segment, bytes.data() + place, sizeof(segment));
    if (segment.p_type == ELF::PT_INTERP)
      return bytes.substr(segment.p_offset, segment.p_filesz).rtrim('\0').str();
  }
  return "";
}

}  // namespace qwen
