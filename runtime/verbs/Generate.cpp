// `APP generate`: HF's generate().
#include "runtime/core/Error.h"
#include "runtime/core/Generator.h"
#include "runtime/core/PaddedBatch.h"
#include "runtime/io/Safetensors.h"
#include "runtime/verbs/SharedOptions.h"
#include "runtime/verbs/Verb.h"

#include <algorithm>
#include <iostream>

namespace qwen {
namespace {

// HF's _prepare_attention_mask_for_generation: without a mask, ids equal to a pad token that is no end token are
// padding.
void inferPadding(PaddedBatch &batch, const Generation &generation, const std::string &path) {
  const std::vector<int64_t> &ends = generation.eos_token_ids;
  const auto pad = generation.pad_token_id;
  if (batch.has_mask || batch.ids.empty() || !pad || std::find(ends.begin(), ends.end(), *pad) != ends.end())
    return;
  for (int64_t row = 0; row < batch.batch; ++row) {
    int64_t &first = batch.first[static_cast<size_t>(row)], &count = batch.count[static_cast<size_t>(row)];
    while (count > 0 && batch.id(row, first + count - 1) == *pad)
      --count;
    while (count > 0 && batch.id(row, first) == *pad)
      ++first, --count;
    for (int64_t column = first; column < first + count; ++column)
      if (batch.id(row, column) == *pad)
        throw UserError(path + ": input_ids[" + std::to_string(row) + ", " + std::to_string(column) +
                        "] is the pad token between others; give an attention_mask");
  }
}

std::vector<Prompt> makePrompts(const PaddedBatch &batch, const Program &program, int64_t max_new_tokens,
                                const std::string &path) {
  std::vector<Prompt> prompts;
  for (int64_t row = 0; row < batch.batch; ++row) {
    const int64_t first = batch.first[static_cast<size_t>(row)], count = batch.count[static_cast<size_t>(row)];
    if (count == 0)
      throw UserError(path + ": row " + std::to_string(row) + " is all padding, expected at least one token");
    // The last new token is never put into the cache.
    if (count + max_new_tokens - 1 > program.max_seq)
      throw UserError(path + ": row " + std::to_string(row) + " has " + std::to_string(count) + " tokens, and " +
                      std::to_string(max_new_tokens) + " new ones don't fit into the program's " +
                      std::to_string(program.max_seq) +
                      " positions; build it with --max-seq=" + std::to_string(count + max_new_tokens - 1));
    Prompt &prompt = prompts.emplace_back();
    for (int64_t column = first; column < first + count; ++column) {
      prompt.ids.push_back(batch.id(row, column));
      if (!batch.position_ids.empty())
        prompt.positions.push_back(batch.position_ids[static_cast<size_t>(row * batch.columns + column)]);
    }
  }
  return prompts;
}

class Generate : public Verb {
public:
  void addOptions(OptionSet &options, const Program &program) override {
    options.text("--in", in, "safetensors file: input_ids or inputs_embeds, attention_mask, position_ids", true);
    options.text("--out", out, "safetensors file to write: sequences", true);
    options.integer("--max-new-tokens", max_new_tokens, "most tokens added to a sequence", 1, INT32_MAX);
    sampling.add(options, program);
    draft.add(options);
    compute.add(options, program);
  }

  void run(Host &host) override {
    const Program &program = host.program();
    if (program.head != Head::causal_lm)
      throw UserError("generate needs a language model head, but this program is " + program.task);
    if (!max_new_tokens)
      throw UsageError("generate: --max-new-tokens is required");
    GenerateOptions options;
    options.max_new_tokens = *max_new_tokens;
    options.chunk = compute.chunk(program);
    options.sampling = sampling.resolve(program.generation);
    options.eos_token_ids = program.generation.eos_token_ids;
    options.draft = draft.resolve(program);

    std::string error;
    auto file = SafetensorsFile::open(in, error);
    if (!file)
      throw UserError(error);
    PaddedBatch batch = readPaddedBatch(*file, program);
    inferPadding(batch, program.generation, in);
    const std::vector<Prompt> prompts = makePrompts(batch, program, *max_new_tokens, in);
    Engine &engine = host.startEngine(compute.threads());
    const float *embeds = batch.embeds.empty() ? nullptr : batch.embeds.data();
    GenerateCounts counts;
    write(batch, program.generation, generate(engine, prompts, embeds, options, {}, &counts));
    if (options.draft.make)
      std::cerr << describeDrafts(counts) << "\n";
  }

private:
  // As HF: the padded prompt as it was, then the new tokens; rows that ended early are filled with the pad token.
  // Of embeds nothing is repeated.
  void write(const PaddedBatch &batch, const Generation &generation,
             const std::vector<std::vector<int32_t>> &added) const {
    size_t longest = 0;
    for (const std::vector<int32_t> &tokens : added)
      longest = std::max(longest, tokens.size());
    const std::vector<int64_t> &ends = generation.eos_token_ids;
    const int64_t pad = generation.pad_token_id.value_or(ends.empty() ? 0 : ends.front());
    const int64_t prompt_columns = batch.ids.empty() ? 0 : batch.columns;
    std::vector<int64_t> sequences;
    for (int64_t row = 0; row < batch.batch; ++row) {
      for (int64_t column = 0; column < prompt_columns; ++column)
        sequences.push_back(batch.id(row, column));
      const std::vector<int32_t> &tokens = added[static_cast<size_t>(row)];
      sequences.insert(sequences.end(), tokens.begin(), tokens.end());
      sequences.insert(sequences.end(), longest - tokens.size(), pad);
    }
    const std::vector<int64_t> shape = {batch.batch, prompt_columns + static_cast<int64_t>(longest)};
    std::string error;
    if (!writeSafetensors(out, {{"sequences", DType::i64, shape, sequences.data()}}, error))
      throw UserError(error);
  }

  std::string in, out;
  std::optional<int64_t> max_new_tokens;
  SamplingFlags sampling;
  DraftFlags draft;
  ComputeOptions compute;
};

}  // namespace

std::unique_ptr<Verb> makeGenerate() { return std::make_unique<Generate>(); }

}  // namespace qwen
