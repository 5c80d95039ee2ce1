#include "tools/qwenc/Reporter.h"

#include <cstdio>
#include <unistd.h>

namespace qwen {
namespace {

double secondsBetween(std::chrono::steady_clock::time_point from, std::chrono::steady_clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

template <typename... Args> std::string format(const char *text, Args... args) {
  char buffer[256];
  std::snprintf(buffer, sizeof(buffer), text, args...);
  return buffer;
}

}  // namespace

std::string formatBytes(int64_t bytes) {
  if (bytes < 1000)
    return format("%d bytes", int(bytes));
  double value = double(bytes);
  const char *units[] = {"kB", "MB", "GB", "TB"};
  size_t unit = 0;
  for (value /= 1000; value >= 999.5 && unit + 1 < std::size(units); ++unit)
    value /= 1000;
  return format("%.*f %s", value < 9.995 ? 2 : value < 99.95 ? 1 : 0, value, units[unit]);
}

Reporter::Reporter(bool verbose, bool timing)
    : verbose(verbose), timing(timing), bar(!verbose && isatty(STDERR_FILENO)), build_start(Clock::now()) {}

void Reporter::beginStage(const std::string &name) {
  endStage();
  stages.push_back({name});
  running = true;
  stage_start = Clock::now();
  if (bar) {
    clearLine();
    std::fprintf(stderr, "%s ...", name.c_str());
    drawn = true;
  }
}

void Reporter::endStage() {
  if (!running)
    return;
  running = false;
  stages.back().seconds = secondsBetween(stage_start, Clock::now());
  if (verbose)
    say(format("%s: %.3f s", stages.back().name.c_str(), stages.back().seconds));
}

void Reporter::detail(const std::string &text) {
  if (verbose)
    say(stages.back().name + ": " + text);
}

void Reporter::progress(int64_t done_bytes, int64_t all_bytes) {
  const Clock::time_point now = Clock::now();
  if (!bar || (secondsBetween(last_draw, now) < 0.1 && done_bytes < all_bytes))
    return;
  last_draw = now;
  clearLine();
  constexpr int kWidth = 30;
  const int full = all_bytes ? int(kWidth * done_bytes / all_bytes) : kWidth;
  const std::string filled = std::string(full, '#') + std::string(kWidth - full, ' ');
  std::fprintf(stderr, "%s [%s] %s of %s", stages.back().name.c_str(), filled.c_str(), formatBytes(done_bytes).c_str(),
               formatBytes(all_bytes).c_str());
  drawn = true;
}

void Reporter::note(const std::string &text) { say("qwenc: " + text); }
void Reporter::warn(const std::string &text) { say("qwenc: warning: " + text); }
void Reporter::error(const std::string &text) { say("qwenc: error: " + text); }

void Reporter::finish(const std::string &summary) {
  endStage();
  const double all = secondsBetween(build_start, Clock::now());
  if (timing) {
    for (const Stage &stage : stages)
      say(format("%10.3f s %5.1f %%  %s", stage.seconds, 100 * stage.seconds / all, stage.name.c_str()));
    say(format("%10.3f s 100.0 %%  all", all));
  }
  say("qwenc: " + summary + format(" (%.2f s)", all));
}

void Reporter::clearLine() {
  if (drawn)
    std::fputs("\r\033[K", stderr);
  drawn = false;
}

void Reporter::say(const std::string &line) {
  clearLine();
  std::fprintf(stderr, "%s\n", line.c_str());
}

}  // namespace qwen
