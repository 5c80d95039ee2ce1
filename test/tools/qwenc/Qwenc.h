// Runs qwenc on the stored checkpoints.
#pragma once

#include "test/programs/Case.h"
#include "test/programs/Process.h"

#include <algorithm>
#include <string>
#include <vector>

namespace qwen::test {

inline ProcessResult qwenc(std::vector<std::string> args) {
  args.insert(args.begin(), binary("qwenc"));
  return runProcess(args);
}
inline ProcessResult qwencBuild(std::vector<std::string> args) {
  args.insert(args.begin(), "build");
  return qwenc(std::move(args));
}

inline std::string denseCheckpoint() { return casesDirectory() / "dense" / "checkpoint"; }

// The names in a directory, sorted.
inline std::vector<std::string> namesIn(const std::filesystem::path &directory) {
  std::vector<std::string> names;
  for (const auto &entry : std::filesystem::directory_iterator(directory))
    names.push_back(entry.path().filename());
  std::ranges::sort(names);
  return names;
}

}  // namespace qwen::test
