#include "runtime/verbs/EvalOutputs.h"

#include "runtime/core/Error.h"

#include <algorithm>
#include <cctype>
#include <sstream>

namespace qwen {
namespace {

// "hidden_states" of "hidden_states.3"; empty for what is no element of a list.
std::string listName(const std::string &name) {
  auto dot = name.rfind('.');
  bool numbered = dot != std::string::npos && dot + 1 < name.size() &&
                  std::all_of(name.begin() + static_cast<std::ptrdiff_t>(dot) + 1, name.end(),
                              [](unsigned char c) { return std::isdigit(c); });
  return numbered ? name.substr(0, dot) : "";
}

}  // namespace

std::vector<Field> outputFields(const Program &program) {
  std::vector<Field> fields;
  bool routers = false;
  for (size_t i = 0; i < program.outputs.size(); ++i) {
    const Output &output = program.outputs[i];
    Field field{output.name, FieldKind::per_token, static_cast<int64_t>(i), !output.on_request};
    if (listName(output.name) == "router_logits") {
      field.kind = FieldKind::per_row;
      routers = true;
    } else if (output.name == "logits" && program.head == Head::sequence_classification) {
      field.kind = FieldKind::per_sequence;
    } else if (output.name == "logits" && program.head == Head::question_answering) {
      field.name = "start_logits";
      field.kind = FieldKind::start;
      fields.push_back(field);
      field.name = "end_logits";
      field.kind = FieldKind::end;
    }
    fields.push_back(field);
  }
  if (routers && program.head == Head::causal_lm)
    fields.push_back({"aux_loss", FieldKind::aux_loss, -1, program.output_router_logits});
  return fields;
}

std::vector<Field> selectFields(const Program &program, const std::string &select) {
  const std::vector<Field> all = outputFields(program);
  std::vector<Field> chosen;
  if (select.empty()) {
    std::copy_if(all.begin(), all.end(), std::back_inserter(chosen),
                 [](const Field &field) { return field.by_default; });
    return chosen;
  }
  std::istringstream names(select);
  for (std::string name; std::getline(names, name, ',');) {
    bool found = false;
    for (const Field &field : all) {
      if (field.name != name && listName(field.name) != name)
        continue;
      found = true;
      if (std::none_of(chosen.begin(), chosen.end(), [&](const Field &other) { return other.name == field.name; }))
        chosen.push_back(field);
    }
    if (found)
      continue;
    std::vector<std::string> known;
    for (const Field &field : all) {
      std::string shown = listName(field.name).empty() ? field.name : listName(field.name);
      if (std::find(known.begin(), known.end(), shown) == known.end())
        known.push_back(shown);
    }
    std::string list;
    for (const std::string &shown : known)
      list += (list.empty() ? "" : ", ") + shown;
    throw UserError("--select: \"" + name + "\" is not an output of " + program.task + "; known: " + list);
  }
  return chosen;
}

std::vector<int64_t> fieldShape(const Field &field, const Program &program, const PaddedBatch &batch) {
  const int64_t width = field.output < 0 ? 0 : program.outputs[static_cast<size_t>(field.output)].width;
  switch (field.kind) {
  case FieldKind::per_token:
    return {batch.batch, batch.columns, width};
  case FieldKind::per_row:
    return {batch.batch * batch.columns, width};
  case FieldKind::per_sequence:
    return {batch.batch, width};
  case FieldKind::start:
  case FieldKind::end:
    return {batch.batch, batch.columns};
  case FieldKind::aux_loss:
    break;
  }
  return {};
}

}  // namespace qwen
