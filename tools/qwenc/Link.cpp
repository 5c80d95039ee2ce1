#include "tools/qwenc/Link.h"

#include "tools/qwenc/Config.h"
#include "tools/qwenc/Failure.h"
#include "tools/qwenc/Toolchain.h"

#include "lld/Common/Driver.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Object/ArchiveWriter.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

LLD_HAS_DRIVER(elf)

using namespace llvm;

namespace qwen {

// The runtime's archives are installed beside the compiler: bin/qwenc, lib/libqwen_*.a.
static std::vector<std::string> runtimeArchives() {
  SmallString<256> directory(sys::fs::getMainExecutable(nullptr, nullptr));
  sys::path::remove_filename(directory);
  sys::path::append(directory, "..", "lib");
  sys::path::remove_dots(directory, /*remove_dot_dot=*/true);
  std::vector<std::string> paths;
  for (StringRef name : kRuntimeArchives) {
    paths.push_back((directory + "/" + name).str());
    if (!sys::fs::exists(paths.back()))
      throw Failure{kBadInput, paths.back() + ": not found; it belongs to the installation of qwenc"};
  }
  return paths;
}

void linkProgram(const std::vector<std::string> &objects, const std::string &output) {
  const Toolchain toolchain;
  std::vector<std::string> args = {
      "ld.lld", "-pie",  "-o", output, "--eh-frame-hdr", "--gc-sections",  "--as-needed", "--hash-style=gnu",
      "-z",     "relro", "-z", "now",  "--strip-debug",  "--build-id=none"};
  if (std::string linker = dynamicLinker(); !linker.empty())
    args.insert(args.end(), {"-dynamic-linker", linker});
  for (const std::string &directory : toolchain.libraryDirectories())
    args.push_back("-L" + directory);
  for (const char *file : {"Scrt1.o", "crti.o", "crtbeginS.o"})
    args.push_back(toolchain.find(file));
  args.insert(args.end(), objects.begin(), objects.end());
  args.push_back("--start-group");  // the runtime's parts need one another, and its main() is in one of them
  for (std::string &archive : runtimeArchives())
    args.push_back(std::move(archive));
  args.push_back("--end-group");
  for (const char *library : kSystemArchives)
    args.push_back(toolchain.find(library));
  args.insert(args.end(), {toolchain.find("libstdc++.a"), "-lm", "-lc", toolchain.find("libgcc.a"),
                           toolchain.find("libgcc_eh.a"), toolchain.find("crtendS.o"), toolchain.find("crtn.o")});

  std::vector<const char *> pointers;
  for (const std::string &arg : args)
    pointers.push_back(arg.c_str());
  std::string messages;
  raw_string_ostream stream(messages);
  const lld::Result result = lld::lldMain(pointers, stream, stream, {{lld::Gnu, &lld::elf::link}});
  if (result.retCode == 0)
    return;
  const StringRef first = StringRef(messages).split('\n').first;
  // Beside a full or unwritable disk there is nothing here that the user could have done wrong.
  throw Failure{first.contains("failed to open") ? kBadInput : kInternalError, ("linking: " + first).str()};
}

void writeStaticLibrary(const std::vector<ArchiveMember> &members, const std::string &output) {
  std::vector<NewArchiveMember> archive;
  for (const ArchiveMember &member : members) {
    Expected<NewArchiveMember> file = NewArchiveMember::getFile(member.path, /*Deterministic=*/true);
    if (!file)
      throw Failure{kBadInput, member.path + ": " + toString(file.takeError())};
    file->MemberName = member.name;
    archive.push_back(std::move(*file));
  }
  if (Error error = writeArchive(output, archive, SymtabWritingMode::NormalSymtab, object::Archive::K_GNU,
                                 /*Deterministic=*/true, /*Thin=*/false))
    throw Failure{kBadInput, output + ": " + toString(std::move(error))};
}

}  // namespace qwen
