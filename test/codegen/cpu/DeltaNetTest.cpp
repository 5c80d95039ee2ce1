// The kernel of gated_delta_net beside the interpreter, and equal bits for any threads, chunks and mix of sequences.
#include "codegen/cpu/Machine.h"
#include "codegen/reference/Interpreter.h"
#include "codegen/reference/Random.h"
#include "test/codegen/cpu/CompiledModule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

namespace qwen {
namespace {

#ifdef __x86_64__
constexpr char kBaseline[] = "x86-64";
#else
constexpr char kBaseline[] = "generic";
#endif
constexpr int64_t kRows = 32, kPlaces = 64, kSlots = 2, kHidden = 24;

struct Shape {
  const char *name;
  int64_t key_heads, value_heads, key_dim, value_dim, kernel;
  const char *activation, *cpu;

  int64_t width() const { return value_heads * value_dim; }
};

std::string tensor(std::initializer_list<int64_t> shape) {
  std::string text = "tensor<";
  for (int64_t size : shape)
    text += (size < 0 ? "?" : std::to_string(size)) + "x";
  return text + "f32>";
}

// Decays that keep nearly all, some and nearly none of the state; dt_bias in all pieces of softplus.
std::string values(int64_t heads, std::vector<const char *> cycle) {
  std::string text;
  for (int64_t head = 0; head < heads; ++head)
    text += (head ? ", " : "") + std::string(cycle[head % cycle.size()]);
  return " {qwen.value = dense<[" + text + "]> : " + tensor({heads}) + "} : " + tensor({heads}) + "\n";
}

// One layer whose inputs are linear maps of the embedding.
std::string moduleOf(const Shape &shape) {
  const int64_t heads = shape.value_heads, channels = 2 * shape.key_heads * shape.key_dim + shape.width();
  auto weight = [](const char *name, const std::string &type) {
    return "qwen.weight @" + std::string(name) + " : " + type + "\n";
  };
  auto linear = [](const char *name, int64_t width) {
    return "%" + std::string(name) + " = qwen.norm_linear %x weights [@to_" + name + "] : " + tensor({-1, kHidden}) +
           " -> " + tensor({-1, width}) + "\n";
  };
  const std::string row = tensor({-1, kHidden});
  return "module attributes {qwen.batch = 2 : i64, qwen.max_seq = 64 : i64, qwen.max_rows = 32 : i64} {\n" +
         weight("embed", tensor({2, kHidden})) + weight("to_qkv", tensor({channels, kHidden})) +
         weight("to_z", tensor({shape.width(), kHidden})) + weight("to_b", tensor({heads, kHidden})) +
         weight("to_a", tensor({heads, kHidden})) + weight("conv", tensor({channels, 1, shape.kernel})) +
         weight("norm", tensor({shape.value_dim})) + "qwen.weight @a_log" +
         values(heads, {"-6.0", "-1.0", "0.5", "-3.0"}) + "qwen.weight @dt_bias" +
         values(heads, {"25.0", "-7.0", "0.3", "2.0", "-0.5"}) +
         "qwen.state @inputs recurrent : " + tensor({kSlots, shape.kernel - 1, channels}) +
         "\nqwen.state @memory recurrent : " + tensor({kSlots, heads, shape.key_dim, shape.value_dim}) +
         "\nfunc.func @forward(%ids: tensor<?xi32>, %embeds: " + row +
         ", %slot: tensor<?xi32>, %index: tensor<?xi32>, %position: tensor<?x1xf32>, %length: tensor<?xf32>, "
         "%wanted: tensor<?xi32>) {\n%x = qwen.embed %ids, %embeds, @embed : " +
         row + "\n" + linear("qkv", channels) + linear("z", shape.width()) + linear("b", heads) + linear("a", heads) +
         "%y = qwen.gated_delta_net " + shape.activation +
         " %qkv, %z, %b, %a, %slot, %index conv @conv state @inputs decay @a_log, @dt_bias l2_eps 1.0e-6 "
         "delta scale 0.25 state @memory norm @norm eps 1.0e-6 : " +
         tensor({-1, channels}) + ", " + tensor({-1, shape.width()}) + ", " + tensor({-1, heads}) +
         "\nqwen.output \"y\" %y : " + tensor({-1, shape.width()}) + "\nreturn\n}\n}\n";
}

// Embeddings of every place of every slot; place p of slot s is row s * kPlaces + p.
std::vector<float> embeddings() {
  std::vector<float> embeds(kSlots * kPlaces * kHidden);
  for (size_t i = 0; i < embeds.size(); ++i)
    embeds[i] = float(2 * randomUnit(7, i) - 1);
  return embeds;
}

TestRow rowAt(int32_t slot, int32_t place) { return {slot, place, int32_t(slot * kPlaces + place)}; }

std::vector<TestRow> sequence(int32_t slot, int32_t length) {
  std::vector<TestRow> rows;
  for (int32_t place = 0; place < length; ++place)
    rows.push_back(rowAt(slot, place));
  return rows;
}

class DeltaNet : public testing::TestWithParam<Shape> {
protected:
  using Values = std::vector<float>;

  // Results of the rows, in calls of at most `chunk` of them.
  Values run(const std::vector<TestRow> &rows, int64_t chunk, int64_t threads) {
    return inChunks(rows, chunk, [&](QwenCall &call) { compiled.forward(call, threads); });
  }
  Values interpret(const std::vector<TestRow> &rows) {
    return inChunks(rows, kRows, [&](QwenCall &call) { interpreter->forward(call); });
  }

  Values inChunks(const std::vector<TestRow> &rows, int64_t chunk, const std::function<void(QwenCall &)> &forward) {
    Values results;
    for (size_t first = 0; first < rows.size(); first += chunk) {
      const size_t end = std::min(rows.size(), first + chunk);
      TestCall call({rows.begin() + first, rows.begin() + end}, embeds, {GetParam().width()});
      forward(call.call());
      results.insert(results.end(), call.outputs()[0].begin(), call.outputs()[0].end());
    }
    return results;
  }

  static void expectClose(const Values &expected, const Values &found) {
    ASSERT_EQ(expected.size(), found.size());
    double squares = 0, largest = 0;
    for (size_t i = 0; i < expected.size(); ++i) {
      squares += double(expected[i]) * expected[i];
      const double off = std::abs(double(expected[i]) - found[i]);
      largest = std::isnan(off) ? INFINITY : std::max(largest, off);
    }
    const double rms = std::sqrt(squares / double(expected.size()));
    EXPECT_GT(rms, 0.05);
    EXPECT_LT(largest, 2e-5 * rms);
  }

  CompiledModule compiled{moduleOf(GetParam()), GetParam().cpu};
  std::string error;
  std::unique_ptr<Interpreter> interpreter = Interpreter::create(compiled.source(), compiled.weights(), error);
  const Values embeds = embeddings();
};

TEST_P(DeltaNet, AgreesWithTheInterpreter) {
  const std::vector<TestRow> rows = sequence(1, 60);
  expectClose(interpret(rows), run(rows, kRows, 1));
  // Another sequence in the same slot starts from zeros.
  const std::vector<TestRow> again = sequence(1, 5);
  expectClose(interpret(again), run(again, kRows, 1));
}

TEST_P(DeltaNet, EqualBitsForAnyThreadsAndChunks) {
  const std::vector<TestRow> rows = sequence(0, 48);
  const Values expected = run(rows, kRows, 1);
  for (int64_t threads : {1, 2, 3})
    for (int64_t chunk : {1, 7, 32}) {
      compiled.clearStates();
      EXPECT_EQ(expected, run(rows, chunk, threads)) << threads << " threads, chunks of " << chunk;
    }
}

// Rows of two slots alternate, stand together, have no place (whose results are zeros), and begin again.
TEST_P(DeltaNet, EqualBitsForAnyMixOfSequences) {
  const size_t width = GetParam().width();
  const Values alone[] = {run(sequence(0, 20), kRows, 1), run(sequence(1, 20), kRows, 1)};
  std::vector<TestRow> mixed;
  auto add = [&](int32_t slot, int32_t place) { mixed.push_back(rowAt(slot, place)); };
  for (int32_t place = 0; place < 6; ++place) {
    add(0, place);
    add(1, place);
  }
  for (int32_t place = 6; place < 12; ++place)
    add(0, place);
  mixed.push_back({0, -5, 3});
  for (int32_t place = 6; place < 9; ++place)
    add(1, place);
  mixed.push_back({1, -1, 60});
  mixed.push_back({1, -2, 61});
  add(1, 9);
  for (int32_t place = 0; place < 4; ++place)
    add(0, place);
  const Values interpreted = interpret(mixed);
  for (int64_t threads : {1, 2, 3})
    for (int64_t chunk : {32, 5}) {
      compiled.clearStates();
      const Values found = run(mixed, chunk, threads);
      expectClose(interpreted, found);
      for (size_t r = 0; r < mixed.size(); ++r) {
        const TestRow &row = mixed[r];
        const auto begin = found.begin() + r * width;
        Values expected(width, 0.0f);
        if (row.index >= 0)
          std::copy_n(alone[row.slot].begin() + row.index * width, width, expected.begin());
        EXPECT_EQ(expected, Values(begin, begin + width)) << "row " << r << ", chunks of " << chunk;
      }
    }
}

// Two value heads a key head; heads that three threads share evenly; one head of odd sizes; any processor: x86 then has
// no fused multiply-adds, and vectors of four lanes.
INSTANTIATE_TEST_SUITE_P(Shapes, DeltaNet,
                         testing::Values(Shape{"grouped", 2, 4, 16, 32, 4, "silu", "native"},
                                         Shape{"three", 3, 3, 5, 33, 3, "silu", "native"},
                                         Shape{"odd", 1, 2, 19, 7, 2, "sigmoid", "native"},
                                         Shape{"baseline", 2, 2, 6, 48, 4, "silu", kBaseline}),
                         [](const auto &info) { return info.param.name; });

}  // namespace
}  // namespace qwen
