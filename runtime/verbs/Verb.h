// What `APP VERB` runs.
#pragma once

#include "runtime/verbs/Host.h"
#include "runtime/verbs/OptionSet.h"

#include <memory>
#include <vector>

namespace qwen {

class Verb {
public:
  virtual ~Verb() = default;
  // Called once, before the command line is read. `program` gives defaults for the help text.
  virtual void addOptions(OptionSet &options, const Program &program) = 0;
  // Does the work; results go to stdout or to files, everything else to stderr. Throws UserError.
  virtual void run(Host &host) = 0;
};

// One line of `APP --help`.
struct VerbEntry {
  const char *name;
  const char *summary;
  std::unique_ptr<Verb> (*make)();
};

// All verbs, in the order of the help text (Verbs.cpp).
const std::vector<VerbEntry> &verbs();

std::unique_ptr<Verb> makeEval();
std::unique_ptr<Verb> makeGenerate();
std::unique_ptr<Verb> makeProcess();
std::unique_ptr<Verb> makeRun();
std::unique_ptr<Verb> makeBench();
std::unique_ptr<Verb> makeInfo();

}  // namespace qwen
