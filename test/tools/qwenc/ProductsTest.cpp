// What qwenc writes for each --emit.
#include "test/tools/qwenc/Qwenc.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace qwen::test {
namespace {

class Products : public testing::Test {
protected:
  // Builds the dense case and returns what qwenc said.
  ProcessResult build(std::vector<std::string> args) {
    args.insert(args.begin(), denseCheckpoint());
    ProcessResult result = qwencBuild(args);
    EXPECT_EQ(0, result.status) << describe(args, result);
    return result;
  }
  std::string buildFile(const std::string &emit) {
    build({"--emit=" + emit, "-o", directory / "out"});
    EXPECT_EQ(std::vector<std::string>{"out"}, namesIn(directory.path()));
    return readFile(directory / "out");
  }
  static bool contains(const std::string &text, const std::string &part) {
    return text.find(part) != std::string::npos;
  }

  TemporaryDirectory directory;
};

TEST_F(Products, Graph) {
  const std::string text = buildFile("graph");
  EXPECT_TRUE(contains(text, "qwen.rms_norm") && contains(text, "qwen.attention")) << text.substr(0, 2000);
  const ProcessResult parsed = runProcess({binary("qwen-opt"), directory / "out"});
  EXPECT_EQ(0, parsed.status) << parsed.err;
  EXPECT_EQ(text, parsed.out);
}

TEST_F(Products, Mlir) {
  const std::string text = buildFile("mlir");
  EXPECT_TRUE(contains(text, "qwen.packed") && contains(text, "qwen.arena_bytes")) << text.substr(0, 2000);
  EXPECT_FALSE(contains(text, "qwen.rms_norm"));
}

TEST_F(Products, QuantizedMlir) {
  for (const std::string format : {"q8", "q4"}) {
    build({"--emit=mlir", "--quant=" + format, "-o", directory / "out"});
    const std::string text = readFile(directory / "out");
    EXPECT_TRUE(contains(text, " as !qwen." + format)) << text.substr(0, 2000);
    EXPECT_TRUE(contains(text, "k_group 4 ") && contains(text, " : !qwen." + format)) << text.substr(0, 2000);
  }
}

TEST_F(Products, Llvm) {
  const std::string text = buildFile("llvm");
  EXPECT_TRUE(contains(text, "@qwen_forward(") && contains(text, "\"target-features\"")) << text.substr(0, 2000);
}

TEST_F(Products, Assembly) { EXPECT_TRUE(contains(buildFile("asm"), "qwen_forward:")); }

TEST_F(Products, Object) {
  const std::string bytes = buildFile("obj");
  EXPECT_EQ("\x7f"
            "ELF",
            bytes.substr(0, 4));
  EXPECT_EQ(1, bytes[16]) << "relocatable";
}

TEST_F(Products, TextOnStdout) {
  const ProcessResult result = build({"--emit=asm", "-o", "-", "--mtriple=aarch64-linux-gnu"});
  EXPECT_TRUE(contains(result.out, "qwen_forward:") && contains(result.out, "fmla"));
  EXPECT_TRUE(contains(result.err, "qwenc: stdout for armv8")) << result.err;
}

TEST_F(Products, ProgramAndWeights) {
  const ProcessResult result = build({"-o", directory / "app", "--mcpu=x86-64-v3"});
  EXPECT_EQ((std::vector<std::string>{"app", "app.weights"}), namesIn(directory.path()));
  EXPECT_TRUE(contains(result.err, " for x86-64-v3 (")) << result.err;
  EXPECT_EQ(1, std::ranges::count(result.err, '\n')) << result.err;
  EXPECT_TRUE(readFile(directory / "app.weights").starts_with("QWENCWT1"));
  const ProcessResult info = runProcess({directory / "app", "info", "--json"});
  EXPECT_EQ(0, info.status) << info.err;
}

TEST_F(Products, EmbeddedWeights) {
  build({"-o", directory / "app", "--weights=embed"});
  EXPECT_EQ(std::vector<std::string>{"app"}, namesIn(directory.path()));
  EXPECT_TRUE(contains(readFile(directory / "app"), "QWENCWT1"));
  const ProcessResult info = runProcess({directory / "app", "info"});
  EXPECT_EQ(0, info.status) << info.err;
}

// Nothing of LLVM or MLIR, and the C++ library is inside.
TEST_F(Products, ProgramNeedsTheCLibraryOnly) {
  build({"-o", directory / "app"});
  const ProcessResult needed = runProcess({"sh", "-c", "LD_TRACE_LOADED_OBJECTS=1 " + (directory / "app")});
  EXPECT_EQ(0, needed.status) << needed.err;
  EXPECT_TRUE(contains(needed.out, "libc.so")) << needed.out;
  for (const char *foreign : {"LLVM", "MLIR", "stdc++"})
    EXPECT_FALSE(contains(needed.out, foreign)) << needed.out;
}

TEST_F(Products, EqualBuildsAreEqual) {
  build({"-o", directory / "a"});
  build({"-o", directory / "b"});
  EXPECT_TRUE(readFile(directory / "a") == readFile(directory / "b"));
  EXPECT_TRUE(readFile(directory / "a.weights") == readFile(directory / "b.weights"));
}

TEST_F(Products, BareConfig) {
  std::filesystem::copy_file(std::filesystem::path(denseCheckpoint()) / "config.json", directory / "config.json");
  const std::string config = directory / "config.json", app = directory / "app";
  ProcessResult result = qwencBuild({config, "-o", app});
  EXPECT_EQ(0, result.status) << result.err;
  EXPECT_TRUE(contains(result.err, "without weights")) << result.err;
  EXPECT_EQ((std::vector<std::string>{"app", "config.json"}), namesIn(directory.path()));

  result = qwencBuild({config, "-o", app, "--weights=embed"});
  EXPECT_EQ(1, result.status);
  EXPECT_TRUE(result.err.starts_with("qwenc: error: --weights=embed: there are no weights; ")) << result.err;

  // Weights of another seed are another build.
  const std::string one = directory / "one", two = directory / "two";
  EXPECT_EQ(0, qwencBuild({config, "-o", one, "--random-weights=1"}).status);
  EXPECT_EQ(0, qwencBuild({config, "-o", two, "--random-weights=2"}).status);
  const std::string weights = readFile(one + ".weights"), others = readFile(two + ".weights");
  EXPECT_EQ(weights.size(), others.size());
  EXPECT_NE(weights.substr(8, 32), others.substr(8, 32)) << "build ids";
}

TEST_F(Products, LibraryIsUsableFromC) {
  build({"--emit=lib", "--weights=embed", "-o", directory / "libmodel.a"});
  EXPECT_EQ((std::vector<std::string>{"libmodel.a", "libmodel.h"}), namesIn(directory.path()));
  writeFile(directory / "main.c", R"(
#include "libmodel.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
void qwen_barrier(int64_t thread, int64_t threads) { (void)thread, (void)threads; }
static void *buffer(size_t bytes) {
  size_t whole = (bytes + 64) / 64 * 64;
  return memset(aligned_alloc(64, whole), 0, whole);
}
int main(void) {
  float logits[QWEN_OUTPUT_LOGITS_WIDTH];
  float *outputs[QWEN_OUTPUTS] = {0};
  outputs[QWEN_OUTPUT_LOGITS] = logits;
  int32_t zero = 0, token = 5;
  float position = 0, length = 1;
  QwenCall call = {0};
  call.arena = buffer(QWEN_ARENA_BYTES);
  call.scratch = buffer(QWEN_SCRATCH_BYTES);
  call.states = buffer(QWEN_STATES_BYTES);
  call.weights = qwen_weights_blob + QWEN_WEIGHTS_HEADER_BYTES;
  call.ids = &token;
  call.slot = call.index = call.wanted = &zero;
  call.position = &position;
  call.rope_length = &length;
  call.rows = call.wanted_rows = 1;
  call.outputs = outputs;
  logits[0] = logits[QWEN_OUTPUT_LOGITS_WIDTH - 1] = 12345;
  qwen_forward(&call, 0, 1);
  puts(logits[0] != 12345 && logits[QWEN_OUTPUT_LOGITS_WIDTH - 1] != 12345 ? "computed" : "untouched");
  return qwen_weights_size == QWEN_WEIGHTS_HEADER_BYTES + QWEN_WEIGHTS_BYTES ? 0 : 3;
}
)");
  const std::string program = directory / "main";
  const ProcessResult compiled = runProcess(
      {QWENC_TEST_CC, "-Wall", "-Werror", directory / "main.c", directory / "libmodel.a", "-lm", "-o", program});
  ASSERT_EQ(0, compiled.status) << compiled.err;
  const ProcessResult ran = runProcess({program});
  EXPECT_EQ(0, ran.status) << ran.err;
  EXPECT_EQ("computed\n", ran.out);
}

TEST_F(Products, VerboseAndTiming) {
  const ProcessResult result = build({"-v", "--timing", "-o", directory / "app"});
  for (const char *part : {"machine level ", "Qwen3ForCausalLM (qwen3)", " of ", " fused", "kernels", "weights ",
                           "%  optimise", "100.0 %  all"})
    EXPECT_TRUE(contains(result.err, part)) << part << "\n" << result.err;
}

TEST_F(Products, PrintAfterAll) {
  const ProcessResult result = build({"--emit=mlir", "--print-after-all", "-o", directory / "out"});
  EXPECT_TRUE(contains(result.err, "IR Dump After FuseNormQkv")) << result.err.substr(0, 2000);
  EXPECT_TRUE(contains(result.err, "IR Dump After PlanArena"));
}

}  // namespace
}  // namespace qwen::test
