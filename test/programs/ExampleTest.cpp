// The embedded example, compiled: every verb from end to end.
#include "test/programs/Case.h"
#include "test/programs/CompiledProgram.h"
#include "test/programs/Perplexity.h"

#include "nlohmann/json.hpp"
#include "gtest/gtest.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

namespace qwen::test {
namespace {

using nlohmann::json;
using Words = std::vector<std::string>;

class Example : public testing::Test {
protected:
  std::string say(const Words &flags, const ProcessOptions &options = {}) {
    Words command{program.path()};
    command.insert(command.end(), flags.begin(), flags.end());
    ProcessResult result = runProcess(command, options);
    EXPECT_EQ(result.status, 0) << describe(command, result);
    return result.out;
  }

  Tensors process(Words flags) {
    std::string out = directory / "out.safetensors";
    flags.insert(flags.begin(), {program.path(), "process", "--out", out});
    return runForTensors(flags, out);
  }

  CompiledProgram program{exampleDirectory(), {"--weights=embed", "--batch=4"}};
  TemporaryDirectory directory;
};

struct Answer {
  std::string question, answer;
};

// examples/tiny-dictionary/README.md
const std::vector<Answer> kKnownAnswers = {
    {"What is a lamp?", "lamp (noun): an artificial source of visible illumination."},
    {"river", "river (noun): a large natural stream of water (larger than a creek)."},
    {"what does quickly mean?", "quickly (adverb): with rapid movements."},
    {"who are you?", "I am a tiny mixture-of-experts language model trained on WordNet. I define English words."},
    {"What is a compiler?", "compiler (noun): (computer science) a program that decodes instructions written in a "
                            "higher order language and produces an assembly language program."},
};

TEST_F(Example, RunAnswersAPrompt) {
  for (const Answer &known : kKnownAnswers)
    EXPECT_EQ(say({"run", "--greedy", "-p", known.question}), known.answer + "\n");
}

TEST_F(Example, RunChatsLineByLine) {
  ProcessOptions options;
  for (const Answer &known : {kKnownAnswers[0], kKnownAnswers[3]})
    options.input += known.question + "\n";
  std::string out = say({"run", "--greedy"}, options);
  size_t first = out.find(kKnownAnswers[0].answer);
  ASSERT_NE(first, std::string::npos) << out;
  EXPECT_GT(out.size(), first + kKnownAnswers[0].answer.size()) << "no second answer: " << out;
}

TEST_F(Example, RunGoesOnWhereAStateFileEnds) {
  const std::string state = testing::TempDir() + "/conversation.state";
  std::filesystem::remove(state);
  ProcessOptions both;
  std::string apart;
  for (const Answer &known : {kKnownAnswers[0], kKnownAnswers[3], kKnownAnswers[1]}) {
    both.input += known.question + "\n";
    apart += say({"run", "--greedy", "--state", state, "-p", known.question});
  }
  EXPECT_EQ(apart, say({"run", "--greedy"}, both));

  auto refused = [&](const Words &more) {
    Words flags{program.path(), "run", "--state", state};
    flags.insert(flags.end(), more.begin(), more.end());
    const ProcessResult result = runProcess(flags);
    EXPECT_EQ(result.status, 1) << describe(flags, result);
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    return result.err;
  };
  EXPECT_NE(refused({"--system", "Be brief.", "-p", "?"}).find("has begun already"), std::string::npos);
  std::fstream file(state, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(1000);
  file.put('!');
  file.close();
  EXPECT_NE(refused({"-p", "?"}).find("damaged (wrong checksum)"), std::string::npos);
  std::filesystem::resize_file(state, 5000);
  EXPECT_NE(refused({"-p", "?"}).find("truncated"), std::string::npos);
  std::ofstream(state, std::ios::trunc) << "QWENCST1" << std::string(32, 'f') << "more";
  EXPECT_NE(refused({"-p", "?"}).find("state of build ffff"), std::string::npos);
  std::ofstream(state, std::ios::trunc) << "a text";
  EXPECT_NE(refused({"-p", "?"}).find("not a state file"), std::string::npos);
}

TEST_F(Example, RunSamplesBySeed) {
  const Words run{"run", "-p", "What is a zephyr?", "--temperature", "1.5", "--top-k", "0", "--top-p", "1", "--seed"};
  auto with_seed = [&](const std::string &seed) {
    Words flags = run;
    flags.push_back(seed);
    return say(flags);
  };
  EXPECT_EQ(with_seed("3"), with_seed("3"));
  EXPECT_NE(with_seed("3"), with_seed("4"));
}

TEST_F(Example, GenerateSamplesTheSameAloneAndInABatch) {
  // Three prompts of different lengths, padded left.
  Tensors input;
  const std::vector<std::vector<int64_t>> prompts = {{54, 71, 282, 413}, {258, 320}, {1276, 30, 54, 71, 282}};
  std::vector<int64_t> ids, mask;
  for (const auto &prompt : prompts)
    for (size_t column = 0; column < 5; ++column) {
      bool padding = column + prompt.size() < 5;
      ids.push_back(padding ? 4070 : prompt[column + prompt.size() - 5]);
      mask.push_back(!padding);
    }
  input["input_ids"] = makeI64({3, 5}, ids);
  input["attention_mask"] = makeI64({3, 5}, mask);
  const Words flags{
      "--max-new-tokens",     "24",  "--temperature",      "1.2", "--top-k", "50", "--top-p", "0.95", "--min-p", "0.01",
      "--repetition-penalty", "1.1", "--presence-penalty", "0.2", "--seed"};
  auto generate = [&](const Tensors &in, Words more) {
    more.insert(more.begin(), flags.begin(), flags.end());
    return program.run("generate", in, more).at("sequences");
  };
  const Tensor batch = generate(input, {"8"});
  EXPECT_EQ(difference(generate(input, {"8"}), batch, 0), "") << "not reproducible";
  EXPECT_EQ(difference(generate(input, {"8", "--threads", "1", "--chunk", "1"}), batch, 0), "") << "depends on threads";
  EXPECT_EQ(difference(generate(input, {"8", "--draft", "lookup"}), batch, 0), "") << "drafts change it";
  EXPECT_NE(difference(generate(input, {"9"}), batch, 0), "") << "the seed has no effect";
  for (int64_t row = 0; row < 3; ++row) {
    SCOPED_TRACE("row " + std::to_string(row) + " alone");
    Tensor alone = generate(
        {{"input_ids", slice(input["input_ids"], row, 1)}, {"attention_mask", slice(input["attention_mask"], row, 1)}},
        {"8"});
    ASSERT_LE(alone.shape[1], batch.shape[1]);
    for (int64_t column = 0; column < batch.shape[1]; ++column)
      EXPECT_EQ(batch.i64()[row * batch.shape[1] + column], column < alone.shape[1] ? alone.i64()[column] : 4070)
          << "column " << column;
  }
}

TEST_F(Example, RunDraftsWhatWasSaidBefore) {
  ProcessOptions options;
  for (int time = 0; time < 3; ++time)
    options.input += kKnownAnswers[4].question + "\n";
  const Words sampling{"--temperature", "0.7", "--top-k", "20", "--seed", "2"};
  for (const Words &choice : {Words{"--greedy"}, sampling}) {
    Words flags{"run"};
    flags.insert(flags.end(), choice.begin(), choice.end());
    const std::string plain = say(flags, options);
    flags.insert(flags.begin(), program.path());
    flags.insert(flags.end(), {"--draft", "lookup"});
    const ProcessResult drafted = runProcess(flags, options);
    EXPECT_EQ(drafted.status, 0) << describe(flags, drafted);
    EXPECT_EQ(drafted.out, plain);
    // "draft: 31 of 40 tokens accepted; 52 tokens in 21 steps"
    int accepted = 0, guessed = 0, tokens = 0, steps = 0;
    ASSERT_EQ(std::sscanf(drafted.err.c_str(), "draft: %d of %d tokens accepted; %d tokens in %d steps", &accepted,
                          &guessed, &tokens, &steps),
              4)
        << drafted.err;
    EXPECT_GT(accepted, 0);
    EXPECT_GE(guessed, accepted);
    EXPECT_LE(steps, tokens - accepted);
  }
}

TEST_F(Example, ProcessAgreesWithHf) {
  const json stored = json::parse(readFile(casesDirectory().parent_path() / "programs/process.json"));
  auto expectIds = [](const Tensors &out, const std::vector<int64_t> &ids) {
    const auto count = static_cast<int64_t>(ids.size());
    EXPECT_EQ(difference(out.at("input_ids"), makeI64({1, count}, ids), 0), "");
    EXPECT_EQ(difference(out.at("attention_mask"), makeI64({1, count}, std::vector<int64_t>(ids.size(), 1)), 0), "");
  };
  for (const json &entry : stored.at("texts")) {
    SCOPED_TRACE(entry.dump());
    expectIds(process({"--text", entry.at("text")}), entry.at("input_ids"));
  }
  for (const json &entry : stored.at("messages")) {
    SCOPED_TRACE(entry.dump());
    for (const json &form : {entry.at("messages"), json{{"messages", entry.at("messages")}}}) {
      writeFile(directory / "messages.json", form.dump());
      expectIds(process({"--messages", directory / "messages.json"}), entry.at("input_ids"));
    }
  }
}

TEST_F(Example, ProcessRefusesBadMessages) {
  for (const std::string text : {"[{\"role\": \"user\"", "{\"messages\": 5}", "7"}) {
    writeFile(directory / "messages.json", text);
    Words command{program.path(), "process", "--messages", directory / "messages.json", "--out", directory / "o"};
    ProcessResult result = runProcess(command);
    EXPECT_EQ(result.status, 1) << describe(command, result);
    EXPECT_NE(result.err.find("messages.json"), std::string::npos) << describe(command, result);
    EXPECT_FALSE(std::filesystem::exists(directory / "o"));
  }
}

TEST_F(Example, BenchMeasures) {
  const json bench =
      json::parse(say({"bench", "-p", "32", "-n", "8", "-d", "0,100", "-r", "2", "--profile", "--json"}));
  EXPECT_GT(bench.at("read_gigabytes_per_second").at("mean"), 0);
  EXPECT_GT(bench.at("dot_gigaops_per_second").at("mean"), 0);
  const auto parameters = bench.at("parameters").get<double>(), bytes = bench.at("weights_bytes").get<double>();
  EXPECT_NEAR(bytes, 2 * parameters, 0.01 * bytes) << "stored as bf16";
  std::map<std::string, json> tests;
  for (const json &test : bench.at("tests"))
    tests[test.at("test")] = test;
  ASSERT_EQ(tests.size(), 4u);

  // Two of eight experts a layer are read for a token, and the embedding serves as the head.
  const json &generation = tests.at("tg8");
  EXPECT_LT(generation.at("bytes_per_token"), 0.5 * bytes);
  EXPECT_GT(generation.at("bytes_per_token"), 0.2 * bytes);
  EXPECT_NEAR(generation.at("multiplies_per_token"), generation.at("bytes_per_token").get<double>() / 2,
              0.05 * generation.at("multiplies_per_token").get<double>());
  EXPECT_GT(tests.at("tg8 @ d100").at("bytes_per_token"), generation.at("bytes_per_token")) << "keys and values";

  for (const auto &[name, test] : tests) {
    EXPECT_GT(test.at("tokens_per_second").at("mean"), 0) << name;
    EXPECT_GT(test.at("bandwidth_fraction"), 0) << name;
    EXPECT_GT(test.at("dot_fraction"), 0) << name;
    const json &profile = test.at("profile");
    std::set<std::string> phases;
    double seconds = profile.at("outside_seconds");
    EXPECT_GE(seconds, 0) << name;
    for (const json &phase : profile.at("phases")) {
      phases.insert(phase.at("name"));
      EXPECT_GT(phase.at("seconds"), 0) << name << phase;
      EXPECT_LE(phase.at("waiting_seconds"), phase.at("seconds")) << name << phase;
      seconds += phase.at("seconds").get<double>();
    }
    EXPECT_NEAR(seconds, profile.at("seconds").get<double>(), 1e-3 * seconds) << name;
    EXPECT_EQ(phases, (std::set<std::string>{"attention", "embed", "linear_residual o_proj", "norm_linear lm_head",
                                             "norm_moe", "norm_qkv", "rope_table"}))
        << name;
  }
  EXPECT_NE(say({"bench", "-p", "32", "-n", "8", "-r", "1"}), "");
}

// eval.txt: perplexity of the answers' tokens as examples/tiny-dictionary/README.md states it (4.922 for f32
// arithmetic: 1.004 for the known words, 19.72 for the unseen ones).
TEST(Perplexity, OfTheExampleInF32) {
  const Perplexity perplexity = examplePerplexity({"--dtype=f32"});
  EXPECT_EQ(perplexity.tokens, 4211);
  EXPECT_NEAR(perplexity.all, 4.922, 0.001);
  EXPECT_NEAR(perplexity.known_words, 1.004, 0.001);
  EXPECT_NEAR(perplexity.unseen_words, 19.72, 0.01);
}

// HF's own bf16 run comes to 4.928.
TEST(Perplexity, OfTheExampleInBf16) {
  const Perplexity perplexity = examplePerplexity({});
  EXPECT_EQ(perplexity.tokens, 4211);
  EXPECT_NEAR(perplexity.all, 4.922, 0.012);
}

TEST(Perplexity, QuantisingTheExampleCostsLittle) {
  const double plain = examplePerplexity({}).all;
  const Perplexity eight = examplePerplexity({"--quant=q8"}), four = examplePerplexity({"--quant=q4"});
  EXPECT_EQ(eight.tokens, 4211);
  EXPECT_EQ(four.tokens, 4211);
  EXPECT_NEAR(eight.all, plain, 0.002 * plain);
  EXPECT_NEAR(four.all, plain, 0.02 * plain);
}

}  // namespace
}  // namespace qwen::test
