// A program with a recurrent layer: its state is a hash of all ids of the slot so far, and so are its logits.
#include "runtime/core/SlotMemory.h"

#include "FakeProgram.h"
#include "runtime/core/Generator.h"

#include <gtest/gtest.h>

using namespace qwen;

namespace {

struct Recurrent {
  Program program = describe();
  std::vector<int32_t> computed;  // ids of slot 0, in the order in which they came
  Engine engine{program, nullptr, 1, [this](const QwenCall &call, int64_t, int64_t) { forward(call); }};
  SlotMemory memory{engine, 0};

  static Program describe() {
    Program program = fake::program(Head::causal_lm, false);
    program.outputs = {{"logits", fake::kVocab, true, false}};
    program.batch = 2;
    program.states_bytes = 64 + 2 * 8;
    program.states = {{64, 8, /*recurrent=*/true}};
    return program;
  }

  void forward(const QwenCall &call) {
    int64_t wanted = 0;
    for (int64_t row = 0; row < call.rows; ++row) {
      auto &state = reinterpret_cast<uint64_t *>(call.states + 64)[call.slot[row]];
      state = ((call.index[row] ? state : 1) * 1000003 + static_cast<uint64_t>(call.ids[row])) % 1000000007;
      computed.push_back(call.ids[row]);
      if (wanted == call.wanted_rows || call.wanted[wanted] != row)
        continue;
      for (int64_t v = 0; v < fake::kVocab; ++v)
        call.outputs[0][wanted * fake::kVocab + v] = v == static_cast<int64_t>(state % fake::kVocab) ? 1.0f : 0.0f;
      ++wanted;
    }
  }

  // As a chat answers: `marked` leading tokens are those that a later prompt is expected to have too.
  std::vector<int32_t> answer(const std::vector<int32_t> &ids, int64_t marked) {
    GenerateOptions options;
    options.max_new_tokens = 3;
    options.chunk = 4;
    Prompt prompt{ids, {}, memory.resume(ids)};
    if (prompt.cached < marked) {
      computePrompt(engine, prompt, marked, nullptr, options.chunk);
      prompt.cached = marked;
      memory.mark({ids.begin(), ids.begin() + marked});
    }
    std::vector<int32_t> added = generate(engine, {prompt}, nullptr, options).front();
    std::vector<int32_t> all = ids;
    all.insert(all.end(), added.begin(), added.end() - 1);
    memory.remember(all);
    return added;
  }
};

TEST(SlotMemory, GoesOnBehindAllThatWasComputed) {
  Recurrent chat, fresh;
  std::vector<int32_t> ids = {3, 1, 4, 1, 5, 9};
  const std::vector<int32_t> first = chat.answer(ids, 4);
  ids.insert(ids.end(), first.begin(), first.end());
  ids.insert(ids.end(), {2, 6});
  chat.computed.clear();
  EXPECT_EQ(chat.answer(ids, 4), fresh.answer(ids, 0));
  EXPECT_EQ(chat.computed.size(), 3u + 2u);  // the last new token, two of the prompt, and two of the answer
}

TEST(SlotMemory, GoesBackToTheMark) {
  Recurrent chat, fresh;
  chat.answer({3, 1, 4, 1, 5, 9}, 4);
  const std::vector<int32_t> other = {3, 1, 4, 1, 7, 7, 7};
  chat.computed.clear();
  EXPECT_EQ(chat.answer(other, 0), fresh.answer(other, 0));
  EXPECT_EQ(chat.computed, (std::vector<int32_t>{7, 7, 7, fresh.computed[7], fresh.computed[8]}));
}

TEST(SlotMemory, BeginsAnewWhereTheMarkDoesNotFit) {
  Recurrent chat, fresh;
  chat.answer({3, 1, 4, 1, 5, 9}, 4);
  const std::vector<int32_t> other = {3, 1, 4, 2};
  chat.computed.clear();
  EXPECT_EQ(chat.answer(other, 0), fresh.answer(other, 0));
  EXPECT_EQ(chat.computed.size(), 4u + 2u);
}

TEST(SlotMemory, KeysAndValuesServeAnyCommonPrefix) {
  Recurrent other;
  other.program.states.clear();
  other.memory.remember({3, 1, 4, 1, 5});
  EXPECT_EQ(other.memory.resume({3, 1, 4, 9, 9}), 3);
  other.memory.remember({3, 1, 4, 9, 9});
  EXPECT_EQ(other.memory.resume({3, 1, 4}), 2);  // the last token's logits are wanted
  EXPECT_EQ(other.memory.resume({3, 1, 4}), 0);  // nothing was remembered since
}

}  // namespace
