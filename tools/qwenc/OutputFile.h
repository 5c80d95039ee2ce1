// A file that appears under its name only when it is whole.
#pragma once

#include "llvm/Support/FileSystem.h"

#include <optional>
#include <string>

namespace qwen {

// A temporary file beside the place where it shall appear. It is removed when it is destroyed before keep(), and by the
// signals that end the process (but SIGKILL). All functions that can fail set `error` to one line that names the file.
class OutputFile {
public:
  static std::optional<OutputFile> create(const std::string &path, std::string &error);
  OutputFile(OutputFile &&) = default;
  ~OutputFile();

  const std::string &path() const { return final_path; }                   // where it shall appear
  const std::string &temporaryPath() const { return temporary->TmpName; }  // where it is
  int descriptor() const { return temporary->FD; }

  bool write(llvm::StringRef bytes, std::string &error);
  // Makes the file appear under its name, replacing what was there.
  bool keep(std::string &error);

private:
  OutputFile(std::string path, llvm::sys::fs::TempFile temporary);
  std::string final_path;
  std::optional<llvm::sys::fs::TempFile> temporary;
};

}  // namespace qwen
