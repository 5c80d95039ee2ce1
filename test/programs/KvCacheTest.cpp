// Keys and values stored narrower than f32, and contexts of several chunks of keys.
#include "test/programs/Agreement.h"
#include "test/programs/Case.h"
#include "test/programs/CompiledProgram.h"

#include "gtest/gtest.h"

namespace qwen::test {
namespace {

// ---- the stored cases ----

// The largest error of an output in its RMS. A value is rounded by up to 2^-9 of itself (bf16) or 2^-8 of its head's
// largest (q8), and models this small average over few of them.
constexpr double kBf16Tolerance = 0.02, kQ8Tolerance = 0.1;

struct Narrow {
  std::string kv;
  double tolerance;
};

class NarrowCaches : public testing::TestWithParam<std::tuple<Narrow, std::string>> {};

TEST_P(NarrowCaches, AgreeAndKeepTheirBits) {
  const auto &[narrow, name] = GetParam();
  const Case stored = loadCase(name);
  const CompiledProgram program(stored.checkpoint, stored.build + Flags{"--kv=" + narrow.kv, "--dtype=f32"});
  bool rounded = false;
  for (StoredRun run : stored.runs) {
    if (run.verb != "eval")
      continue;
    SCOPED_TRACE(run.name);
    const Tensors reference = program.run(run.verb, run.input_path, run.args);
    run.tolerance = narrow.tolerance;
    expectAgreement(run, reference, Arithmetic::f32);
    for (const auto &[output, expected] : run.expected)
      rounded |= relativeError(reference.at(output), expected) > 1e-4;
    for (const Flags &flags : {Flags{"--threads", "1"}, Flags{"--threads", "3"},
                               Flags{"--threads", "4", "--chunk", "1"}, Flags{"--threads", "2", "--chunk", "7"}}) {
      SCOPED_TRACE(flags[1]);
      expectEqualBits(run, program.run(run.verb, run.input_path, run.args + flags), reference);
    }
  }
  EXPECT_TRUE(rounded) << "as if nothing were stored narrower";
}

INSTANTIATE_TEST_SUITE_P(Hf, NarrowCaches,
                         testing::Combine(testing::Values(Narrow{"bf16", kBf16Tolerance}, Narrow{"q8", kQ8Tolerance}),
                                          testing::Values("dense", "dense_odd", "moe", "sliding_layer_types", "long")),
                         [](const auto &info) { return std::get<0>(info.param).kv + "_" + std::get<1>(info.param); });

// ---- long contexts ----

// Two sequences, the second of them padded, of three chunks of 512 keys; two KV heads, which 1 and 2 threads divide
// among them and 3 and 4 don't. Odd sizes: 24 dimensions make a panel and a half.
constexpr int64_t kLong = 1100, kPadded = 400;

struct LongContext {
  std::string kv, window;
};

std::string configOf(const LongContext &context) {
  const std::string sliding = context.window.empty() ? R"("use_sliding_window": false)"
                                                     : R"("use_sliding_window": true, "max_window_layers": 1,
                                                          "sliding_window": )" +
                                                           context.window;
  return R"({"architectures": ["Qwen3Model"], "model_type": "qwen3", "vocab_size": 64, "hidden_size": 48,
    "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 6, "num_key_value_heads": 2, "head_dim": 24,
    "hidden_act": "silu", "max_position_embeddings": 2048, "rms_norm_eps": 1e-6, "rope_theta": 10000,
    "attention_bias": false, "tie_word_embeddings": true, "initializer_range": 0.3, "torch_dtype": "float32", )" +
         sliding + "}";
}

class LongContexts : public testing::TestWithParam<LongContext> {
protected:
  std::string path(const std::string &name) const { return directory / name; }

  void SetUp() override {
    writeFile(path("config.json"), configOf(GetParam()));
    std::vector<int64_t> ids, mask;
    for (int64_t i = 0; i < 2 * kLong; ++i) {
      ids.push_back(i * i % 61);
      mask.push_back(i < kLong || i >= kLong + kPadded);
    }
    saveTensors(path("in.safetensors"),
                {{"input_ids", makeI64({2, kLong}, ids)}, {"attention_mask", makeI64({2, kLong}, mask)}});
    flags = {"--random-weights=3", "--max-seq=" + std::to_string(kLong), "--batch=2", "--kv=" + GetParam().kv};
  }

  TemporaryDirectory directory;
  Flags flags;
};

TEST_P(LongContexts, AgreeWithTheInterpreterForAnyThreadsAndChunks) {
  const std::string in = path("in.safetensors"), out = path("out.safetensors");
  const Flags interpreter = {binary("qwen-eval"), path("config.json"), "--in", in, "--out", out};
  StoredRun run;
  run.expected = runForTensors(interpreter + flags, out);
  // A value that f32 arithmetic moves across the border between two codes moves by a whole code.
  run.tolerance = GetParam().kv == "f32" ? 1e-4 : 0.02;
  const CompiledProgram program(path("config.json"), flags);
  const Tensors reference = program.run("eval", in, {"--threads", "1"});
  expectAgreement(run, reference, Arithmetic::f32);
  for (const char *threads : {"1", "2", "3", "4"})
    for (const char *chunk : {"1", "7", "512"}) {
      SCOPED_TRACE(std::string(threads) + " threads, chunks of " + chunk);
      expectEqualBits(run, program.run("eval", in, {"--threads", threads, "--chunk", chunk}), reference);
    }
}

INSTANTIATE_TEST_SUITE_P(Kv, LongContexts,
                         testing::Values(LongContext{"f32", ""}, LongContext{"bf16", ""}, LongContext{"q8", ""},
                                         LongContext{"f32", "600"}, LongContext{"q8", "600"}),
                         [](const auto &info) {
                           return info.param.kv + (info.param.window.empty() ? "" : "_window_" + info.param.window);
                         });

}  // namespace
}  // namespace qwen::test
