#include "runtime/core/Generator.h"

#include "runtime/core/ChunkedForward.h"

#include <algorithm>

namespace qwen {
namespace {

// Sequences that run side by side, one slot each.
class Group {
public:
  Group(Engine &engine, const Prompt *prompts, int64_t count, const float *embeds, const GenerateOptions &options)
      : options(options), vocab(engine.program().vocab_size),
        logits(static_cast<size_t>(count * vocab)),
        forward(engine, options.chunk, {{outputIndex(engine.program(), "logits"), logits.data()}}, embeds) {
    for (int64_t slot = 0; slot < count; ++slot) {
      sequences.push_back({prompts[slot], Sampler(options.sampling, vocab)});
      sequences.back().sampler.addPrompt(prompts[slot].ids);
    }
  }

  void run(int64_t first_sequence, std::vector<std::vector<int32_t>> &results, const TokenSink &sink) {
    prefill();
    for (int64_t step = 0; step < options.max_new_tokens; ++step) {
      if (step > 0)
        decode();
      bool running = false;
      for (size_t slot = 0; slot < sequences.size(); ++slot) {
        Sequence &sequence = sequences[slot];
        if (sequence.finished)
          continue;
        sequence.last = sequence.sampler.next(logits.data() + sequence.logits_row * vocab);
        results[slot].push_back(sequence.last);
        bool stopped = sink && !sink(first_sequence + static_cast<int64_t>(slot), sequence.last);
        sequence.finished = stopped || std::count(options.eos_token_ids.begin(), options.eos_token_ids.end(),
                                                  sequence.last) > 0;
        running |= !sequence.finished;
      }
      if (!running)
        return;
    }
  }

private:
  struct Sequence {
    const Prompt &prompt;
    Sampler sampler;
    int64_t index = 0;       // tokens in the slot's cache
    float position = 0;      // of the next token
    int64_t logits_row = 0;
    int32_t last = 0;
    bool finished = false;
  };

  void prefill() {
    for (size_t slot = 0; slot < sequences.size(); ++slot) {
      Sequence &sequence = sequences[slot];
      const Prompt &prompt = sequence.prompt;
      auto count = static_cast<int64_t>(prompt.ids.size());
      auto position = [&](int64_t i) {
        return prompt.positions.empty() ? static_cast<float>(i) : prompt.positions[static_cast<size_t>(i)];
      };
      float length = 0;
      for (int64_t i = 0; i < count; ++i)
        length = std::max(length, position(i) + 1);
      for (int64_t i = prompt.cached; i < count; ++i) {
        Row row;
        row.id = prompt.ids[static_cast<size_t>(i)];
        row.slot = static_cast<int32_t>(slot);
        row.index = static_cast<int32_t>(i);
        row.position = position(i);
        row.rope_length = length;
        row.wanted_place = i + 1 == count ? static_cast<int64_t>(slot) : -1;
        forward.add(row);
      }
      sequence.index = count;
      sequence.position = position(count - 1) + 1;
      sequence.logits_row = static_cast<int64_t>(slot);
    }
    forward.flush();
  }

  void decode() {
    int64_t active = 0;
    for (size_t slot = 0; slot < sequences.size(); ++slot) {
      Sequence &sequence = sequences[slot];
      if (sequence.finished)
        continue;
      sequence.logits_row = active++;
      Row row;
      row.id = sequence.last;
      row.slot = static_cast<int32_t>(slot);
      row.index = static_cast<int32_t>(sequence.index++);
      row.position = sequence.position;
      row.rope_length = sequence.position + 1;
      row.wanted_place = sequence.logits_row;
      sequence.position += 1;
      forward.add(row);
    }
    forward.flush();
  }

  const GenerateOptions &options;
  int64_t vocab;
  std::vector<float> logits;  // [sequences, vocab]
  ChunkedForward forward;
  std::vector<Sequence> sequences;
};

}  // namespace

std::vector<std::vector<int32_t>> generate(Engine &engine, const std::vector<Prompt> &prompts, const float *embeds,
                                           const GenerateOptions &options, const TokenSink &sink) {
  std::vector<std::vector<int32_t>> results;
  auto total = static_cast<int64_t>(prompts.size());
  for (int64_t first = 0; first < total; first += engine.program().batch) {
    int64_t count = std::min(engine.program().batch, total - first);
    std::vector<std::vector<int32_t>> group(static_cast<size_t>(count));
    Group(engine, prompts.data() + first, count, embeds, options).run(first, group, sink);
    std::move(group.begin(), group.end(), std::back_inserter(results));
  }
  return results;
}

}  // namespace qwen
