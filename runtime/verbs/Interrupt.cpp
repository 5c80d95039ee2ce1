#include "runtime/verbs/Interrupt.h"

namespace qwen {
namespace {

volatile std::sig_atomic_t pressed = 0;

void note(int) { pressed = 1; }

}  // namespace

Interrupt::Interrupt() {
  pressed = 0;
  struct sigaction action = {};
  action.sa_handler = note;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  ::sigaction(SIGINT, &action, &before);
}

Interrupt::~Interrupt() { ::sigaction(SIGINT, &before, nullptr); }

bool Interrupt::requested() const { return pressed != 0; }

}  // namespace qwen
