#include "VerbFixture.h"

#include "nlohmann/json.hpp"

using namespace qwen;
using Json = nlohmann::json;

namespace {

class BenchTest : public fake::VerbFixture {
protected:
  Json json(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "bench");
    arguments.push_back("--json");
    EXPECT_EQ(run(arguments), 0) << err;
    return Json::parse(out);
  }
};

TEST_F(BenchTest, MeasuresBesideTheMachinesLimits) {
  described.phases[0].weight_bytes = 1400;
  described.phases[0].row_multiplies = 700;
  described.phases[1].weight_bytes = 600;
  described.phases[1].row_multiplies = 300;
  described.phases[2].weight_bytes = 5000;  // on request: not read here
  const Json result = json({"-p", "9", "-n", "4", "-r", "2", "--threads", "2", "--chunk", "5"});
  EXPECT_EQ(result["threads"], 2);
  EXPECT_EQ(result["parameters"], 8);
  EXPECT_EQ(result["dot_form"], "generic");
  EXPECT_GT(result["read_gigabytes_per_second"]["mean"], 0.1);
  EXPECT_GT(result["dot_gigaops_per_second"]["mean"], 0.1);
  ASSERT_EQ(result["tests"].size(), 2u);

  const Json &prompt = result["tests"][0], &generation = result["tests"][1];
  EXPECT_EQ(prompt["test"], "pp9");
  EXPECT_EQ(prompt["tokens"], 9);
  EXPECT_EQ(prompt["depth"], 0);
  EXPECT_EQ(prompt["chunk"], 5);
  EXPECT_EQ(prompt["tokens_per_second"]["samples"].size(), 2u);
  // Two calls, the head in the second.
  EXPECT_DOUBLE_EQ(prompt["bytes_per_token"], (2 * 1400 + 600) / 9.0);
  EXPECT_DOUBLE_EQ(prompt["multiplies_per_token"], 700 + 300 / 9.0);
  EXPECT_EQ(generation["test"], "tg4");
  EXPECT_EQ(generation["bytes_per_token"], 2000);
  EXPECT_EQ(generation["multiplies_per_token"], 1000);
  for (const Json &test : result["tests"]) {
    const double speed = test["tokens_per_second"]["mean"];
    ASSERT_GT(speed, 0);
    const double gigabytes = test["gigabytes_per_second"], gigaops = test["gigaops_per_second"];
    EXPECT_NEAR(gigabytes, speed * test["bytes_per_token"].get<double>() * 1e-9, gigabytes * 1e-6);
    EXPECT_NEAR(gigaops, 2 * speed * test["multiplies_per_token"].get<double>() * 1e-9, gigaops * 1e-6);
    for (const char *fraction : {"bandwidth_fraction", "dot_fraction"}) {
      EXPECT_GT(test[fraction], 0);
      EXPECT_LT(test[fraction], 1e3);
    }
    EXPECT_FALSE(test.contains("profile"));
  }
}

TEST_F(BenchTest, CountsWhatAScreenSpares) {
  described.head_screen = "q4";
  described.phases[1].weight_bytes = 3100;
  described.phases[1].screen_bytes = 500;
  const Json result = json({"-p", "3", "-n", "4", "-r", "1"});
  EXPECT_EQ(result["head_screen"], "q4");
  const Json &prompt = result["tests"][0], &generation = result["tests"][1];
  EXPECT_FALSE(prompt.contains("top_k"));
  EXPECT_DOUBLE_EQ(prompt["bytes_per_token"], 3100 / 3.0);
  EXPECT_EQ(generation["top_k"], 1);
  EXPECT_DOUBLE_EQ(generation["computed_logits"], 1.0 / fake::kVocab);
  EXPECT_DOUBLE_EQ(generation["bytes_per_token"], 500 + 3100.0 / fake::kVocab);
  ASSERT_EQ(run({"bench", "-p", "0", "-n", "2", "-r", "1"}), 0) << err;
  EXPECT_NE(out.find("\ntg2: the LM head's q4 screen leaves 3.23 % of the logits to compute\n"), std::string::npos)
      << out;
}

TEST_F(BenchTest, TakesSeveralValues) {
  const Json result = json({"-p", "3,5", "-n", "2", "-n", "0", "-d", "0,8", "-r", "1"});
  std::vector<std::string> names;
  for (const Json &test : result["tests"])
    names.push_back(test["test"]);
  EXPECT_EQ(names, (std::vector<std::string>{"pp3", "pp5", "tg2", "pp3 @ d8", "pp5 @ d8", "tg2 @ d8"}));
  EXPECT_EQ(result["tests"][5]["depth"], 8);
  EXPECT_TRUE(json({"-p", "0", "-n", "0", "-r", "1"})["tests"].empty());
}

TEST_F(BenchTest, FitsItsDefaultsIntoThePositions) {
  const Json result = json({"-d", "10", "-r", "1"});
  ASSERT_EQ(result["tests"].size(), 2u);
  EXPECT_EQ(result["tests"][0]["test"], "pp6 @ d10");
  EXPECT_EQ(result["tests"][1]["test"], "tg6 @ d10");
}

TEST_F(BenchTest, RefusesWhatDoesNotFit) {
  EXPECT_EQ(failure(1, {"bench", "-p", "17"}), "-p 17 is more than the program's 16 positions");
  EXPECT_EQ(failure(1, {"bench", "-n", "4,17"}), "-n 17 is more than the program's 16 positions");
  EXPECT_EQ(failure(1, {"bench", "-p", "3", "-n", "0", "-d", "14"}),
            "-p 3 after -d 14 is more than the program's 16 positions");
  EXPECT_EQ(failure(1, {"bench", "-d", "16"}), "-d 16 leaves none of the program's 16 positions");
  EXPECT_NE(failure(2, {"bench", "-p", "3,x"}).find("--prompt"), std::string::npos);
  EXPECT_NE(failure(2, {"bench", "-d", "-1"}).find("--depth"), std::string::npos);
}

TEST_F(BenchTest, PrintsATable) {
  described.parameters = 596049920;
  ASSERT_EQ(run({"bench", "-p", "3", "-n", "2", "-d", "4", "-r", "1"}), 0) << err;
  EXPECT_EQ(
      out.rfind("| model | size | params | backend | threads | test | t/s | GB/s | of read | GOP/s | of dot |\n", 0),
      0u)
      << out;
  EXPECT_NE(out.find("| fake f32 | 32 B | 596.05 M | generic | "), std::string::npos) << out;
  EXPECT_NE(out.find(" | pp3 @ d4 | "), std::string::npos) << out;
  EXPECT_NE(out.find(" | tg2 @ d4 | "), std::string::npos) << out;
  EXPECT_NE(out.find(" GB/s read, "), std::string::npos) << out;
  EXPECT_NE(out.find(" GOP/s generic\n"), std::string::npos) << out;
  EXPECT_EQ(out.find("waiting"), std::string::npos) << out;
}

TEST_F(BenchTest, ProfileAccountsForTheWholeTime) {
  described.phases[0].weight_bytes = 1400;
  const Json result = json({"-p", "9", "-n", "4", "-r", "3", "--threads", "2", "--chunk", "5", "--profile"});
  for (const Json &test : result["tests"]) {
    const Json &profile = test["profile"];
    const bool prompt = test["test"] == "pp9";
    EXPECT_EQ(profile["calls"], prompt ? 6 : 12);
    ASSERT_EQ(profile["phases"].size(), 2u) << "the third is on request";
    const Json &rows = profile["phases"][0], &head = profile["phases"][1];
    EXPECT_EQ(rows["name"], "rows");
    EXPECT_EQ(rows["launches"], 1);
    EXPECT_EQ(head["name"], "head");
    EXPECT_EQ(head["launches"], prompt ? 0.5 : 1);
    double sum = profile["outside_seconds"], waiting = 0;
    EXPECT_GE(sum, 0);
    for (const Json &phase : profile["phases"]) {
      EXPECT_GE(phase["waiting_seconds"], 0);
      EXPECT_LE(phase["waiting_seconds"], phase["seconds"]);
      EXPECT_GT(phase["share"], 0);
      sum += phase["seconds"].get<double>();
      waiting += phase["waiting_seconds"].get<double>();
    }
    EXPECT_NEAR(sum, profile["seconds"].get<double>(), 1e-9);
    EXPECT_NEAR(waiting, profile["waiting_seconds"].get<double>(), 1e-9);
    const double bytes = rows["gigabytes_per_second"].get<double>() * rows["seconds"].get<double>();
    EXPECT_NEAR(bytes, 1400e-9, 1e-12);
  }
  ASSERT_EQ(run({"bench", "-p", "0", "-n", "2", "-r", "1", "--profile"}), 0) << err;
  EXPECT_NE(out.find("\ntg2, a call (mean of 2):\n"), std::string::npos) << out;
  EXPECT_NE(out.find("| outside the launches | "), std::string::npos) << out;
}

TEST_F(BenchTest, RunsEveryHead) {
  for (Head head : {Head::model, Head::sequence_classification, Head::token_classification, Head::question_answering}) {
    described = fake::program(head);
    ASSERT_EQ(run({"bench", "-p", "3", "-n", "2", "-r", "1", "--profile"}), 0) << err;
  }
}

}  // namespace
