// While one of these lives, Ctrl-C sets a flag instead of ending the program; a second one ends it.
#pragma once

#include <csignal>

namespace qwen {

class Interrupt {
public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt &) = delete;
  Interrupt &operator=(const Interrupt &) = delete;

  bool requested() const;

private:
  struct sigaction before;
};

}  // namespace qwen
