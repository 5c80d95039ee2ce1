#include "test/programs/Perplexity.h"

#include "test/programs/Case.h"
#include "test/programs/CompiledProgram.h"

#include "nlohmann/json.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>

namespace qwen::test {
namespace {

constexpr int64_t kBatch = 10;

struct Turn {
  std::vector<int64_t> ids;
  size_t answer = 0;  // where the answer begins
};

std::vector<int64_t> tokenize(const CompiledProgram &program, const std::string &text) {
  TemporaryDirectory directory;
  std::string out = directory / "ids.safetensors";
  Tensor ids = runForTensors({program.path(), "process", "--text", text, "--out", out}, out).at("input_ids");
  return {ids.i64(), ids.i64() + ids.elements()};
}

// One call of `process` for all turns, cut at every second <|im_start|>. A turn: the user's block, "\n", the opening
// of the answer, the answer and its <|im_end|>.
std::vector<Turn> readTurns(const CompiledProgram &program) {
  const std::string opening = "<|im_start|>assistant\n";
  std::string text;
  std::ifstream file(exampleDirectory() / "eval.txt");
  for (std::string line; std::getline(file, line);) {
    auto turn = nlohmann::json::parse(line);
    text += "<|im_start|>user\n" + turn.at("user").get<std::string>() + "<|im_end|>\n" + opening +
            turn.at("assistant").get<std::string>() + "<|im_end|>";
  }
  const size_t opening_size = tokenize(program, opening).size();
  const std::vector<int64_t> ids = tokenize(program, text);
  std::vector<Turn> turns;
  for (size_t place = 0, starts = 0; place < ids.size(); ++place) {
    if (ids[place] == ids[0] && starts++ % 2 == 0)
      turns.emplace_back();
    else if (ids[place] == ids[0])
      turns.back().answer = turns.back().ids.size() + opening_size;
    turns.back().ids.push_back(ids[place]);
  }
  return turns;
}

double negativeLogLikelihood(const float *logits, int64_t vocabulary, int64_t id) {
  double largest = *std::max_element(logits, logits + vocabulary), sum = 0;
  for (int64_t i = 0; i < vocabulary; ++i)
    sum += std::exp(logits[i] - largest);
  return std::log(sum) + largest - logits[id];
}

struct Total {
  double loss = 0;
  int64_t tokens = 0;
  double perplexity() const { return std::exp(loss / static_cast<double>(tokens)); }
};

// Adds the answers of `turns`, padded right into one batch.
void addBatch(const CompiledProgram &program, const std::vector<Turn> &turns, Total &total) {
  size_t columns = 0;
  for (const Turn &turn : turns)
    columns = std::max(columns, turn.ids.size());
  std::vector<int64_t> ids, mask;
  for (const Turn &turn : turns)
    for (size_t column = 0; column < columns; ++column) {
      ids.push_back(column < turn.ids.size() ? turn.ids[column] : 0);
      mask.push_back(column < turn.ids.size());
    }
  const std::vector<int64_t> shape{static_cast<int64_t>(turns.size()), static_cast<int64_t>(columns)};
  const Tensor logits =
      program.run("eval", {{"input_ids", makeI64(shape, ids)}, {"attention_mask", makeI64(shape, mask)}}, {})
          .at("logits");
  const int64_t vocabulary = logits.shape.at(2);
  for (size_t row = 0; row < turns.size(); ++row)
    for (size_t place = turns[row].answer; place < turns[row].ids.size(); ++place) {
      const float *before = logits.f32() + static_cast<int64_t>(row * columns + place - 1) * vocabulary;
      total.loss += negativeLogLikelihood(before, vocabulary, turns[row].ids[place]);
      ++total.tokens;
    }
}

}  // namespace

Perplexity examplePerplexity(const std::vector<std::string> &build_flags) {
  std::vector<std::string> flags{"--batch=" + std::to_string(kBatch)};
  flags.insert(flags.end(), build_flags.begin(), build_flags.end());
  CompiledProgram program(exampleDirectory(), flags);
  const std::vector<Turn> turns = readTurns(program);
  Total known, unseen;  // the first half of eval.txt are known words
  for (size_t first = 0; first < turns.size(); first += kBatch) {
    std::vector<Turn> batch(turns.begin() + first, turns.begin() + std::min(first + kBatch, turns.size()));
    addBatch(program, batch, first < turns.size() / 2 ? known : unseen);
  }
  Total all{known.loss + unseen.loss, known.tokens + unseen.tokens};
  return {all.tokens, all.perplexity(), known.perplexity(), unseen.perplexity()};
}

}  // namespace qwen::test
