#include "runtime/core/PaddedBatch.h"

#include "runtime/core/Error.h"

#include <cstring>

namespace qwen {
namespace {

const char *const kInputs[] = {"input_ids", "attention_mask", "position_ids", "inputs_embeds"};

// Positions beyond this are no longer exact in f32.
constexpr int64_t kMaxPosition = 1 << 24;

std::string text(const std::vector<int64_t> &shape) {
  std::string list;
  for (int64_t size : shape)
    list += (list.empty() ? "" : ", ") + std::to_string(size);
  return "[" + list + "]";
}

std::string place(const char *name, int64_t row, int64_t column) {
  return std::string(name) + "[" + std::to_string(row) + ", " + std::to_string(column) + "]";
}

class Reader {
public:
  Reader(const SafetensorsFile &file, const Program &program) : file(file), program(program) {}

  PaddedBatch read() {
    checkNames();
    readTokens();
    readMask();
    readPositions();
    return std::move(result);
  }

private:
  [[noreturn]] void fail(const std::string &what) const { throw UserError(file.path() + ": " + what); }

  const TensorInfo *tensor(const char *name, DType dtype) const {
    const TensorInfo *found = file.find(name);
    if (found && found->dtype != dtype)
      fail(std::string(name) + " is " + std::string(dtypeName(found->dtype)) + ", expected " +
           std::string(dtypeName(dtype)));
    return found;
  }

  // Data of a file may be unaligned.
  template <typename T> std::vector<T> values(const TensorInfo &tensor) const {
    std::vector<T> copy(static_cast<size_t>(tensor.elements()));
    if (!copy.empty())
      std::memcpy(copy.data(), file.data(tensor), tensor.bytes);
    return copy;
  }

  void checkNames() const {
    std::string known;
    for (const char *name : kInputs)
      known += (known.empty() ? "" : ", ") + std::string(name);
    for (const TensorInfo &tensor : file.tensors()) {
      bool found = false;
      for (const char *name : kInputs)
        found |= tensor.name == name;
      if (!found)
        fail(tensor.name + " is not an input of " + program.task + "; known: " + known);
    }
    if (!file.find("input_ids") == !file.find("inputs_embeds"))
      fail(file.find("input_ids") ? "input_ids and inputs_embeds are both given, expected one of them"
                                  : "neither input_ids nor inputs_embeds is given");
  }

  void readTokens() {
    const TensorInfo *ids = tensor("input_ids", DType::i64), *embeds = tensor("inputs_embeds", DType::f32);
    const TensorInfo &tokens = ids ? *ids : *embeds;
    if (tokens.shape.size() != (ids ? 2 : 3) || (embeds && tokens.shape[2] != program.hidden_size))
      fail(tokens.name + " has shape " + text(tokens.shape) + ", expected [batch, columns" +
           (ids ? "]" : ", " + std::to_string(program.hidden_size) + "]"));
    result.batch = tokens.shape[0];
    result.columns = tokens.shape[1];
    if (result.batch == 0 || result.columns == 0)
      fail(tokens.name + " has shape " + text(tokens.shape) + ", expected at least one token");
    if (embeds) {
      result.embeds = values<float>(tokens);
      return;
    }
    for (int64_t id : values<int64_t>(tokens)) {
      auto at = static_cast<int64_t>(result.ids.size());
      if (id < 0 || id >= program.vocab_size)
        fail(place("input_ids", at / result.columns, at % result.columns) + " is " + std::to_string(id) +
             ", but the vocabulary has the ids 0 to " + std::to_string(program.vocab_size - 1));
      result.ids.push_back(static_cast<int32_t>(id));
    }
  }

  void readMask() {
    std::vector<int64_t> mask(static_cast<size_t>(result.batch * result.columns), 1);
    if (const TensorInfo *given = tensor("attention_mask", DType::i64)) {
      if (given->shape != std::vector<int64_t>{result.batch, result.columns})
        fail("attention_mask has shape " + text(given->shape) + ", expected " + text({result.batch, result.columns}));
      mask = values<int64_t>(*given);
      result.has_mask = true;
    }
    for (int64_t row = 0; row < result.batch; ++row)
      findTokens(row, mask.data() + row * result.columns);
  }

  void findTokens(int64_t row, const int64_t *mask) {
    int64_t first = 0, end = 0;
    for (int64_t column = 0; column < result.columns; ++column) {
      if (mask[column] != 0 && mask[column] != 1)
        fail(place("attention_mask", row, column) + " is " + std::to_string(mask[column]) + ", expected 0 or 1");
      if (mask[column] == 0)
        continue;
      if (end == 0)
        first = column;
      else if (column != end)
        fail(place("attention_mask", row, end) + " is a hole between tokens: padding stands at the ends of a row only");
      end = column + 1;
    }
    int64_t count = end - first;
    if (count > program.max_seq)
      fail("row " + std::to_string(row) + " has " + std::to_string(count) + " tokens, but the program holds " +
           std::to_string(program.max_seq) + " positions; build it with --max-seq=" + std::to_string(count));
    result.first.push_back(first);
    result.count.push_back(count);
  }

  void readPositions() {
    const TensorInfo *given = tensor("position_ids", DType::i64);
    if (!given)
      return;
    // As in HF, one row of positions serves all sequences.
    bool shared = given->shape == std::vector<int64_t>{1, result.columns};
    if (!shared && given->shape != std::vector<int64_t>{result.batch, result.columns})
      fail("position_ids has shape " + text(given->shape) + ", expected " + text({result.batch, result.columns}));
    const std::vector<int64_t> positions = values<int64_t>(*given);
    for (int64_t row = 0; row < result.batch; ++row)
      for (int64_t column = 0; column < result.columns; ++column) {
        int64_t position = positions[static_cast<size_t>((shared ? 0 : row) * result.columns + column)];
        if (position < 0 || position > kMaxPosition)
          fail(place("position_ids", shared ? 0 : row, column) + " is " + std::to_string(position) +
               ", expected 0 to " + std::to_string(kMaxPosition));
        result.position_ids.push_back(static_cast<float>(position));
      }
  }

  const SafetensorsFile &file;
  const Program &program;
  PaddedBatch result;
};

}  // namespace

int32_t PaddedBatch::id(int64_t row, int64_t column) const {
  int64_t at = row * columns + column;
  return ids.empty() ? static_cast<int32_t>(-1 - at) : ids[static_cast<size_t>(at)];
}

PaddedBatch readPaddedBatch(const SafetensorsFile &file, const Program &program) {
  return Reader(file, program).read();
}

}  // namespace qwen
