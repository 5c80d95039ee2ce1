#include "runtime/verbs/PhaseWork.h"

#include <algorithm>
#include <cmath>

namespace qwen {
namespace {

// Experts that at least one of `rows` rows chose: each row passes a given one over with the probability 1 - k/E.
double expertsRead(const Program &program, int64_t rows) {
  if (program.num_experts == 0)
    return 0;
  const auto experts = static_cast<double>(program.num_experts);
  const double passed = 1 - static_cast<double>(program.num_experts_per_tok) / experts;
  return experts * (1 - std::pow(passed, static_cast<double>(rows)));
}

// Rows at the places [first, first + rows) of a slot, `wanted` of them for the head.
Work workOfCall(const Program &program, const Phase &phase, const TokenRun &run, int64_t first, int64_t rows,
                int64_t wanted) {
  const int64_t computed = phase.wanted_rows ? wanted : rows;
  if (computed == 0)
    return {};
  const int64_t reach = phase.window > 0 ? phase.window : first + rows;
  double attended = 0;
  for (int64_t place = first; place < first + rows; ++place)
    attended += static_cast<double>(std::min(place + 1, reach));
  const int64_t keys = first + rows - std::max<int64_t>(0, first + 1 - reach);

  const bool screened = run.top_k > 0 && phase.screen_bytes > 0;
  const double share = screened ? run.computed : 1;  // of the weights

  Work work;
  work.bytes = share * static_cast<double>(phase.weight_bytes) +
               static_cast<double>((screened ? phase.screen_bytes : 0) + phase.row_weight_bytes * computed +
                                   2 * phase.state_bytes + phase.key_bytes * keys) +
               static_cast<double>(phase.expert_bytes) * expertsRead(program, computed);
  work.weight_multiplies =
      static_cast<double>(phase.row_multiplies) * static_cast<double>(computed) * (screened ? 1 + share : 1);
  work.key_multiplies = static_cast<double>(phase.key_multiplies) * attended;
  return work;
}

}  // namespace

Work &Work::operator+=(const Work &other) {
  bytes += other.bytes;
  weight_multiplies += other.weight_multiplies;
  key_multiplies += other.key_multiplies;
  return *this;
}

Work &Work::operator*=(double factor) {
  bytes *= factor;
  weight_multiplies *= factor;
  key_multiplies *= factor;
  return *this;
}

Work workOf(const Program &program, const Phase &phase, const TokenRun &run) {
  Work work;
  for (int64_t done = 0; done < run.tokens; done += run.chunk) {
    const int64_t rows = std::min(run.chunk, run.tokens - done);
    const bool last = done + rows == run.tokens;
    work += workOfCall(program, phase, run, run.depth + done, rows, run.head_each_call || last ? 1 : 0);
  }
  return work;
}

Work workOf(const Program &program, const TokenRun &run) {
  Work work;
  for (const Phase &phase : program.phases)
    if (!phase.on_request)
      work += workOf(program, phase, run);
  return work;
}

}  // namespace qwen
