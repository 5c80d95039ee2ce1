// The fields of HF's output objects: which a program has, which are written, in which shapes.
#pragma once

#include "runtime/abi/Program.h"
#include "runtime/core/PaddedBatch.h"

#include <string>
#include <vector>

namespace qwen {

// How a field comes from what the generated code writes.
enum class FieldKind {
  per_token,     // [batch, columns, width]
  per_row,       // [batch * columns, width]: router logits
  per_sequence,  // [batch, width]: pooled
  start,
  end,       // [batch, columns]: first and second value of an output of width 2
  aux_loss,  // []: from all router logits
};

struct Field {
  std::string name;  // HF's: "logits", "start_logits", "hidden_states.3", "aux_loss"
  FieldKind kind = FieldKind::per_token;
  int64_t output = -1;  // place in program.outputs; -1 for aux_loss
  bool by_default = false;
};

std::vector<Field> outputFields(const Program &program);

// The fields that `select` names, comma-separated: a field, or a list ("hidden_states") for all of it. Empty: those by
// default. Throws UserError listing the known names.
std::vector<Field> selectFields(const Program &program, const std::string &select);

std::vector<int64_t> fieldShape(const Field &field, const Program &program, const PaddedBatch &batch);

}  // namespace qwen
