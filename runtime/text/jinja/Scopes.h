// What jinja2 settles at compile time about the names of a template.
#pragma once

#include "runtime/text/jinja/Ast.h"

namespace qwen::jinja {

// Fills ScopedBlock::hidden. jinja2 makes each name of a block a Python variable that starts as
// the outer variable of that name, as the template's argument, or as undefined; the last is chosen when the block sets
// a name that it didn't read before, outside of any `if`, and that no block around it knows. What is nested in that
// block then sees an undefined variable even if the template has an argument of that name.
void resolveScopes(Template &parsed);

// Notes which macros use `caller`, `kwargs` and `varargs`. Fails for filters and tests that don't exist (jinja2 leaves
// those within an `if` to be found when they run) and for assignments to `loop` within a for statement; `line` tells
// where.
void checkNames(Template &parsed, int &line);

}  // namespace qwen::jinja
