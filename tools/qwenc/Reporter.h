// What qwenc says while it works, all of it on stderr.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace qwen {

// "1.19 GB", "312 MB", "0 bytes": powers of ten.
std::string formatBytes(int64_t bytes);

class Reporter {
public:
  Reporter(bool verbose, bool timing);

  // Begins a stage, and ends the one before it.
  void beginStage(const std::string &name);
  // A line about the current stage, for -v.
  void detail(const std::string &text);
  // How much of the current stage is done: a bar, on a terminal only.
  void progress(int64_t done_bytes, int64_t all_bytes);
  // A line that is always shown.
  void note(const std::string &text);
  void warn(const std::string &text);
  void error(const std::string &text);

  // Ends the last stage, prints `summary` and, for --timing, the table of stages.
  void finish(const std::string &summary);

private:
  using Clock = std::chrono::steady_clock;
  struct Stage {
    std::string name;
    double seconds = 0;
  };
  void endStage();
  void clearLine();
  void say(const std::string &line);

  bool verbose, timing;
  bool bar;            // stderr is a terminal that no other lines go to
  bool drawn = false;  // the bar stands on the current line
  std::vector<Stage> stages;
  bool running = false;
  Clock::time_point build_start, stage_start, last_draw;
};

}  // namespace qwen
