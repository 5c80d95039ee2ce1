#include "runtime/verbs/BenchReport.h"

#include "nlohmann/json.hpp"
#include "runtime/verbs/Format.h"

namespace qwen {
namespace {

using Json = nlohmann::ordered_json;

double gigabytes(const Work &work) { return work.bytes * 1e-9; }
double gigaops(const Work &work) { return 2e-9 * (work.weight_multiplies + work.key_multiplies); }

Json json(const Series &series) {
  return {{"mean", series.mean()}, {"deviation", series.deviation()}, {"samples", series.values}};
}

Json json(const PhaseTimes &times) {
  Json rows = Json::array();
  for (const PhaseTimes::Row &row : times.rows)
    rows.push_back({{"name", row.name},
                    {"launches", row.launches},
                    {"seconds", row.seconds},
                    {"waiting_seconds", row.waiting},
                    {"share", row.seconds / times.seconds},
                    {"gigabytes_per_second", gigabytes(row.work) / row.seconds},
                    {"gigaops_per_second", gigaops(row.work) / row.seconds}});
  return {{"calls", times.calls},
          {"seconds", times.seconds},
          {"waiting_seconds", times.waiting()},
          {"outside_seconds", times.outside()},
          {"phases", rows}};
}

Json json(const BenchResult &result) {
  Json object = {{"test", result.test.name},
                 {"tokens", result.test.run.tokens},
                 {"depth", result.test.run.depth},
                 {"chunk", result.test.run.chunk},
                 {"tokens_per_second", json(result.tokens_per_second)},
                 {"bytes_per_token", result.work.bytes},
                 {"gigabytes_per_second", result.gigabytesPerSecond()},
                 {"bandwidth_fraction", result.bandwidth_fraction.mean()},
                 {"multiplies_per_token", result.work.weight_multiplies},
                 {"gigaops_per_second", result.gigaopsPerSecond()},
                 {"dot_fraction", result.dot_fraction.mean()}};
  if (result.test.run.top_k > 0) {
    object["top_k"] = result.test.run.top_k;
    object["computed_logits"] = result.test.run.computed;
  }
  if (result.phases)
    object["profile"] = json(*result.phases);
  return object;
}

std::string plusMinus(const Series &series) { return fixed(series.mean(), 2) + " ± " + fixed(series.deviation(), 2); }

std::string humanCount(int64_t count) {
  const auto value = static_cast<double>(count);
  if (value >= 1e9)
    return fixed(value * 1e-9, 2) + " B";
  return value >= 1e6 ? fixed(value * 1e-6, 2) + " M" : fixed(value * 1e-3, 2) + " K";
}

void printRow(std::ostream &out, const std::vector<std::string> &cells) {
  for (const std::string &cell : cells)
    out << "| " << cell << " ";
  out << "|\n";
}

void printPhases(std::ostream &out, const std::string &test, const PhaseTimes &times) {
  const auto milliseconds = [](double seconds) { return fixed(seconds * 1e3, 3); };
  const auto percent = [&](double seconds) { return fixed(100 * seconds / times.seconds, 1) + " %"; };
  out << "\n" << test << ", a call (mean of " << times.calls << "):\n\n";
  printRow(out, {"phase", "launches", "ms", "share", "of it waiting", "GB/s", "GOP/s"});
  printRow(out, {"---", "---:", "---:", "---:", "---:", "---:", "---:"});
  for (const PhaseTimes::Row &row : times.rows)
    printRow(out,
             {row.name, fixed(row.launches, 0), milliseconds(row.seconds), percent(row.seconds), percent(row.waiting),
              fixed(gigabytes(row.work) / row.seconds, 2), fixed(gigaops(row.work) / row.seconds, 1)});
  printRow(out, {"outside the launches", "", milliseconds(times.outside()), percent(times.outside()), "", "", ""});
  printRow(out, {"all", "", milliseconds(times.seconds), percent(times.seconds), percent(times.waiting()), "", ""});
}

}  // namespace

double BenchResult::gigabytesPerSecond() const { return gigabytes(work) * tokens_per_second.mean(); }
double BenchResult::gigaopsPerSecond() const { return 2e-9 * work.weight_multiplies * tokens_per_second.mean(); }

void BenchReport::printJson(std::ostream &out) const {
  Json object = {{"model", program.model},
                 {"task", program.task},
                 {"build_id", program.build_id},
                 {"target_level", program.target_level},
                 {"weight_dtype", program.weight_dtype},
                 {"head_screen", program.head_screen},
                 {"weights_bytes", program.weights_bytes},
                 {"parameters", program.parameters},
                 {"threads", threads},
                 {"chunk", chunk},
                 {"repetitions", repetitions},
                 {"read_gigabytes_per_second", json(read_bandwidth)},
                 {"dot_form", program.dot_form},
                 {"dot_gigaops_per_second", json(dot_peak)},
                 {"tests", Json::array()}};
  for (const BenchResult &result : results)
    object["tests"].push_back(json(result));
  out << object.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
}

void BenchReport::printTable(std::ostream &out) const {
  printRow(out, {"model", "size", "params", "backend", "threads", "test", "t/s", "GB/s", "of read", "GOP/s", "of dot"});
  printRow(out, {"---", "---:", "---:", "---", "---:", "---:", "---:", "---:", "---:", "---:", "---:"});
  for (const BenchResult &result : results)
    printRow(out, {program.model + " " + program.weight_dtype, humanBytes(program.weights_bytes),
                   humanCount(program.parameters), program.target_level, std::to_string(threads), result.test.name,
                   plusMinus(result.tokens_per_second), fixed(result.gigabytesPerSecond(), 2),
                   fixed(result.bandwidth_fraction.mean(), 2), fixed(result.gigaopsPerSecond(), 1),
                   fixed(result.dot_fraction.mean(), 2)});
  out << "\nthis machine, " << threads << (threads == 1 ? " thread: " : " threads: ") << plusMinus(read_bandwidth)
      << " GB/s read, " << plusMinus(dot_peak) << " GOP/s " << program.dot_form << "\n";
  for (const BenchResult &result : results)
    if (result.test.run.top_k > 0)
      out << result.test.name << ": the LM head's " << program.head_screen << " screen leaves "
          << fixed(100 * result.test.run.computed, 2) << " % of the logits to compute\n";
  for (const BenchResult &result : results)
    if (result.phases)
      printPhases(out, result.test.name, *result.phases);
}

}  // namespace qwen
