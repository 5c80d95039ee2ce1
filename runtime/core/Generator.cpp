#include "runtime/core/Generator.h"

#include "runtime/core/ChunkedForward.h"

#include <algorithm>

namespace qwen {
namespace {

// The rows of a prompt from the first that isn't cached to `end`.
template <typename Take> void forRows(const Prompt &prompt, int32_t slot, int64_t end, Take &&take) {
  auto position = [&](int64_t i) {
    return prompt.positions.empty() ? static_cast<float>(i) : prompt.positions[static_cast<size_t>(i)];
  };
  float length = 0;  // HF's seq_len: of the whole prompt
  for (size_t i = 0; i < prompt.ids.size(); ++i)
    length = std::max(length, position(static_cast<int64_t>(i)) + 1);
  for (int64_t i = prompt.cached; i < end; ++i) {
    Row row;
    row.id = prompt.ids[static_cast<size_t>(i)];
    row.slot = slot;
    row.index = static_cast<int32_t>(i);
    row.position = position(i);
    row.rope_length = length;
    take(row);
  }
}

// Sequences that run side by side, one slot each.
class Group {
public:
  Group(Engine &engine, const Prompt *prompts, int64_t count, const float *embeds, const GenerateOptions &options)
      : options(options), vocab(engine.program().vocab_size),
        logits(static_cast<size_t>(count * (options.draft.make ? 1 + options.draft.most : 1) * vocab)),
        forward(engine, options.chunk, {{outputIndex(engine.program(), "logits"), logits.data()}}, embeds,
                options.sampling.decisiveLogits()) {
    for (int64_t slot = 0; slot < count; ++slot) {
      sequences.push_back({prompts[slot], Sampler(options.sampling, vocab), DraftPace(options.draft.most)});
      Sequence &sequence = sequences.back();
      sequence.sampler.addPrompt(prompts[slot].ids);
      if (!options.draft.make)
        continue;
      sequence.drafter = options.draft.make(slot);
      for (int32_t id : prompts[slot].ids)
        sequence.drafter->append(id);
    }
  }

  void run(int64_t first_sequence, std::vector<std::vector<int32_t>> &results, const TokenSink &sink,
           GenerateCounts &counts) {
    prefill();
    while (true) {
      int64_t running = 0;
      for (size_t slot = 0; slot < sequences.size(); ++slot) {
        Sequence &sequence = sequences[slot];
        if (!sequence.finished)
          choose(sequence, counts, [&](int32_t id) {
            results[slot].push_back(id);
            return !sink || sink(first_sequence + static_cast<int64_t>(slot), id);
          });
        running += !sequence.finished;
      }
      if (running == 0)
        return;
      decode(running);
      ++counts.steps;
    }
  }

private:
  struct Sequence {
    const Prompt &prompt;
    Sampler sampler;
    DraftPace pace;
    std::unique_ptr<Drafter> drafter = nullptr;  // null: none
    std::vector<int32_t> draft = {};             // of this step: its tokens stand behind `last` in the call
    int64_t index = 0;                           // tokens in the slot's cache that were chosen
    float position = 0;                          // of the next token
    int64_t logits_row = 0;                      // from which the next token is chosen
    int32_t last = 0;                            // newest token, not in the cache yet
    int64_t added = 0;                           // new tokens
    bool finished = false;
  };

  void prefill() {
    for (size_t slot = 0; slot < sequences.size(); ++slot) {
      Sequence &sequence = sequences[slot];
      const Prompt &prompt = sequence.prompt;
      auto count = static_cast<int64_t>(prompt.ids.size());
      forRows(prompt, static_cast<int32_t>(slot), count, [&](Row row) {
        sequence.position = row.position + 1;
        row.wanted_place = row.index + 1 == count ? static_cast<int64_t>(slot) : -1;
        forward.add(row);
      });
      sequence.index = count;
      sequence.logits_row = static_cast<int64_t>(slot);
    }
    forward.flush();
  }

  // One call for the `running` sequences: the last token of each and its draft.
  void decode(int64_t running) {
    const int64_t share = std::max<int64_t>(1, options.chunk / running);  // rows of each, so that one call holds all
    int64_t rows = 0;
    for (size_t slot = 0; slot < sequences.size(); ++slot) {
      Sequence &sequence = sequences[slot];
      if (sequence.finished)
        continue;
      makeDraft(sequence, share - 1);
      sequence.logits_row = rows;
      for (size_t i = 0; i <= sequence.draft.size(); ++i) {
        Row row;
        row.id = i == 0 ? sequence.last : sequence.draft[i - 1];
        row.slot = static_cast<int32_t>(slot);
        row.index = static_cast<int32_t>(sequence.index) + static_cast<int32_t>(i);
        row.position = sequence.position + static_cast<float>(i);
        row.rope_length = row.position + 1;  // its own, as in a step of one token
        row.wanted_place = rows++;
        forward.add(row);
      }
      ++sequence.index;
      sequence.position += 1;
    }
    forward.flush();
  }

  void makeDraft(Sequence &sequence, int64_t most) {
    sequence.draft.clear();
    if (!sequence.drafter)
      return;
    // The token behind the draft is new as well.
    most = std::min({most, sequence.pace.length(), options.max_new_tokens - sequence.added - 1});
    if (most > 0)
      sequence.drafter->draft(most, sequence.draft);
  }

  // Chooses from the logits of one row after the other, as long as the next one's token is the one chosen.
  template <typename Take> void choose(Sequence &sequence, GenerateCounts &counts, Take &&take) {
    const auto drafted = static_cast<int64_t>(sequence.draft.size());
    int64_t accepted = 0;
    for (bool matches = true; matches && !sequence.finished;) {
      const int32_t id = sequence.last = sequence.sampler.next(logits.data() + sequence.logits_row * vocab);
      const bool goes_on = take(id);
      ++sequence.added;
      sequence.finished = !goes_on || sequence.added == options.max_new_tokens ||
                          std::count(options.eos_token_ids.begin(), options.eos_token_ids.end(), id) > 0;
      if (sequence.drafter)
        sequence.drafter->append(id);
      matches = accepted < drafted && sequence.draft[static_cast<size_t>(accepted)] == id;
      if (matches) {
        ++accepted;
        ++sequence.logits_row;
        ++sequence.index;
        sequence.position += 1;
      }
      ++counts.tokens;
    }
    if (drafted > 0)
      sequence.pace.record(drafted, accepted);
    counts.drafted += drafted;
    counts.accepted += accepted;
  }

  const GenerateOptions &options;
  int64_t vocab;
  std::vector<float> logits;  // [sequences and their drafts, vocab]
  ChunkedForward forward;
  std::vector<Sequence> sequences;
};

}  // namespace

void computePrompt(Engine &engine, const Prompt &prompt, int64_t end, const float *embeds, int64_t chunk) {
  ChunkedForward forward(engine, chunk, {}, embeds);
  forRows(prompt, 0, end, [&](const Row &row) { forward.add(row); });
  forward.flush();
}

std::vector<std::vector<int32_t>> generate(Engine &engine, const std::vector<Prompt> &prompts, const float *embeds,
                                           const GenerateOptions &options, const TokenSink &sink,
                                           GenerateCounts *counts) {
  std::vector<std::vector<int32_t>> results;
  GenerateCounts unread;
  auto total = static_cast<int64_t>(prompts.size());
  for (int64_t first = 0; first < total; first += engine.program().batch) {
    int64_t count = std::min(engine.program().batch, total - first);
    std::vector<std::vector<int32_t>> group(static_cast<size_t>(count));
    Group(engine, prompts.data() + first, count, embeds, options).run(first, group, sink, counts ? *counts : unread);
    std::move(group.begin(), group.end(), std::back_inserter(results));
  }
  return results;
}

}  // namespace qwen
