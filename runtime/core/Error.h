// A mistake of the user's: one line that says where, the rule, what was found and what to do.
#pragma once

#include <stdexcept>

namespace qwen {

// Thrown anywhere in the runtime, caught by runProgram(): "APP: message" on stderr, exit status 1.
struct UserError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A flag's value that no input could make right: exit status 2.
struct UsageError : UserError {
  using UserError::UserError;
};

}  // namespace qwen
