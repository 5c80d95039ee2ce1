#include "runtime/verbs/SharedOptions.h"

#include "runtime/core/Cores.h"
#include "runtime/core/Error.h"
#include "runtime/core/PromptLookup.h"

#include <algorithm>

namespace qwen {
namespace {

// "0.7", not "0.700000".
std::string text(double value) {
  std::string digits = std::to_string(value);
  digits.erase(digits.find_last_not_of('0') + 1);
  return digits.back() == '.' ? digits.substr(0, digits.size() - 1) : digits;
}

}  // namespace

void ComputeOptions::add(OptionSet &options, const Program &program) {
  options.integer("--threads", threads_given, "threads (default: the physical cores)", 1, 1024);
  options.integer("--chunk", chunk_given,
                  "tokens computed at once (default and at most " + std::to_string(program.max_rows) +
                      "); changes speed, never results",
                  1, INT64_MAX);
}

int64_t ComputeOptions::threads() const { return threads_given.value_or(defaultThreads()); }

int64_t ComputeOptions::chunk(const Program &program) const {
  return std::min(chunk_given.value_or(program.max_rows), program.max_rows);
}

void SamplingFlags::add(OptionSet &options, const Program &program) {
  const Generation &defaults = program.generation;
  auto help = [](const std::string &what, double value) { return what + " (default: " + text(value) + ")"; };
  options.flag("--greedy", greedy,
               std::string("always the likeliest token") + (defaults.do_sample ? "" : " (the default here)"));
  options.real("--temperature", temperature, help("divides the logits", defaults.temperature));
  options.integer("--top-k", top_k, help("only the k likeliest tokens, 0: all", static_cast<double>(defaults.top_k)), 0,
                  INT32_MAX);
  options.real("--top-p", top_p, help("only the likeliest tokens of this total probability", defaults.top_p));
  options.real("--min-p", min_p, help("only tokens at least this likely, relative to the likeliest", defaults.min_p));
  options.real("--repetition-penalty", repetition_penalty,
               help("weakens tokens that stand in the prompt or answer, 1: off", defaults.repetition_penalty));
  options.real("--presence-penalty", presence_penalty,
               help("subtracted from logits of tokens that stand in the answer", defaults.presence_penalty));
  options.integer("--seed", seed, "start of the random numbers (default: 0)", 0, INT64_MAX);
}

SamplingOptions SamplingFlags::resolve(const Generation &defaults) const {
  SamplingOptions options = SamplingOptions::from(defaults);
  options.do_sample |= temperature || top_k || top_p || min_p;
  options.temperature = temperature.value_or(options.temperature);
  options.top_k = top_k.value_or(options.top_k);
  options.top_p = top_p.value_or(options.top_p);
  options.min_p = min_p.value_or(options.min_p);
  options.repetition_penalty = repetition_penalty.value_or(options.repetition_penalty);
  options.presence_penalty = presence_penalty.value_or(options.presence_penalty);
  options.seed = static_cast<uint64_t>(seed.value_or(0));
  if (greedy || options.temperature == 0)
    options.do_sample = false;
  options.check();
  return options;
}

void DraftFlags::add(OptionSet &options) {
  options.text("--draft", kind,
               "none, or lookup: guess tokens from what stands in the text already and check several in one step; "
               "changes speed, never results");
  options.integer("--draft-max", most, "most tokens of a draft (default: " + std::to_string(most) + ")", 1, 63);
}

DraftOptions DraftFlags::resolve(const Program &program) const {
  DraftOptions options;
  options.most = most;
  if (kind == "lookup")
    options.make = [](int64_t) { return std::make_unique<PromptLookup>(); };
  else if (kind != "none")
    throw UsageError("--draft is " + kind + ", it must be none or lookup");
  if (options.make && isRecurrent(program))
    throw UserError("--draft " + kind + ": " + program.family +
                    " has recurrent layers, which can't take back a guess; run it without");
  return options;
}

std::string describeDrafts(const GenerateCounts &counts) {
  return "draft: " + std::to_string(counts.accepted) + " of " + std::to_string(counts.drafted) + " tokens accepted; " +
         std::to_string(counts.tokens) + " tokens in " + std::to_string(counts.steps) + " steps";
}

}  // namespace qwen
