#include "tools/qwenc/OutputFile.h"

#include "llvm/Support/Errc.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace qwen {

OutputFile::OutputFile(std::string path, sys::fs::TempFile temporary)
    : final_path(std::move(path)), temporary(std::move(temporary)) {}

OutputFile::~OutputFile() {
  if (temporary && temporary->FD != -1)
    consumeError(temporary->discard());
}

std::optional<OutputFile> OutputFile::create(const std::string &path, std::string &error) {
  if (sys::fs::is_directory(path)) {
    error = path + ": is a directory; name a file with -o";
    return std::nullopt;
  }
  Expected<sys::fs::TempFile> temporary = sys::fs::TempFile::create(path + ".tmp-%%%%%%%%");
  if (!temporary) {
    error = path + ": cannot write here: " + toString(temporary.takeError());
    return std::nullopt;
  }
  return OutputFile(path, std::move(*temporary));
}

bool OutputFile::write(StringRef bytes, std::string &error) {
  raw_fd_ostream out(descriptor(), /*shouldClose=*/false);
  out << bytes;
  out.flush();
  if (out.has_error()) {
    error = final_path + ": " + out.error().message();
    out.clear_error();
    return false;
  }
  return true;
}

bool OutputFile::keep(std::string &error) {
  if (Error failure = temporary->keep(final_path)) {
    error = final_path + ": " + toString(std::move(failure));
    return false;
  }
  return true;
}

}  // namespace qwen
