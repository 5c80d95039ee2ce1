// rope_parameters: both spellings, and the parameters of every type.
#include "frontend/config/Json.h"
#include "frontend/config/ModelConfig.h"

#include <gtest/gtest.h>

using namespace qwen;

namespace {

std::vector<std::string> warnings;

ModelConfig parse(const Json &changes) {
  Json json = {{"model_type", "qwen3"}, {"head_dim", 8}, {"max_position_embeddings", 1000}};
  json.update(changes);
  warnings.clear();
  return parseModelConfig("config.json", json.dump(), [](const std::string &line) { warnings.push_back(line); });
}

std::string failure(const Json &changes) {
  try {
    parse(changes);
  } catch (const InputError &error) {
    return error.what();
  }
  return "no error";
}
std::string ropeFailure(const Json &rope) { return failure({{"rope_parameters", rope}}); }
RopeConfig rope(const Json &parameters) { return parse({{"rope_parameters", parameters}}).rope; }

TEST(RopeFields, Transformers4) {
  const RopeConfig config = parse({{"rope_theta", 5e5}, {"rope_scaling", {{"type", "linear"}, {"factor", 4}}}}).rope;
  EXPECT_EQ(config.rope_type, "linear");
  EXPECT_EQ(config.rope_theta, 5e5);
  EXPECT_EQ(config.factor, 4.0);
  EXPECT_EQ(parse({{"rope_theta", 5e5}, {"rope_scaling", nullptr}}).rope.rope_type, "default");
  EXPECT_EQ(parse({{"rope_theta", 5e5}}).rope.rope_theta, 5e5);
}

TEST(RopeFields, Transformers5) {
  const RopeConfig config = rope({{"rope_type", "default"}, {"rope_theta", 1000000}});
  EXPECT_EQ(config.rope_type, "default");
  EXPECT_EQ(config.rope_theta, 1e6);
  EXPECT_EQ(rope({{"rope_theta", 1e6}}).rope_type, "default");
  EXPECT_EQ(parse({{"rope_parameters", nullptr}}).rope.rope_theta, 1e4);
}

TEST(RopeFields, ContradictionsBetweenSpellings) {
  EXPECT_EQ(failure({{"rope_theta", 1e4}, {"rope_parameters", {{"rope_theta", 1e6}}}}),
            "config.json: rope_theta is 10000.0, but rope_parameters.rope_theta is 1000000.0");
  EXPECT_EQ(failure({{"rope_scaling", {{"type", "linear"}, {"factor", 2}}},
                     {"rope_parameters", {{"rope_type", "linear"}, {"factor", 4}}}}),
            "config.json: rope_scaling and rope_parameters differ, expected one of them");
  EXPECT_EQ(ropeFailure({{"type", "linear"}, {"rope_type", "dynamic"}, {"factor", 4}}),
            "config.json: rope_parameters.type is \"linear\", expected the same as rope_type, which is \"dynamic\"");
}

TEST(RopeFields, Types) {
  const char *known = "expected one of default, linear, dynamic, yarn, longrope, llama3";
  EXPECT_EQ(ropeFailure({{"rope_type", "su"}}),
            std::string("config.json: rope_parameters.rope_type is \"su\", ") + known);
  EXPECT_EQ(failure({{"rope_scaling", {{"type", "mrope"}}}}),
            std::string("config.json: rope_scaling.type is \"mrope\", ") + known);
  EXPECT_EQ(ropeFailure({{"rope_type", 1}}), "config.json: rope_parameters.rope_type is 1, expected a string");
  EXPECT_EQ(ropeFailure("yarn"), "config.json: rope_parameters is \"yarn\", expected an object");
  EXPECT_EQ(ropeFailure({{"full_attention", {{"rope_type", "default"}}}}),
            "config.json: rope_parameters.full_attention is an object, expected nothing: this family has the same RoPE "
            "in all layers");
}

TEST(RopeFields, Theta) {
  EXPECT_EQ(ropeFailure({{"rope_theta", "x"}}), "config.json: rope_parameters.rope_theta is \"x\", expected a number");
  EXPECT_EQ(ropeFailure({{"rope_theta", 0}}),
            "config.json: rope_parameters.rope_theta is 0, expected a number above 0");
  EXPECT_EQ(failure({{"rope_theta", 1}}), "config.json: rope_theta is 1, expected a number above 1");
}

TEST(RopeFields, LinearAndDynamic) {
  EXPECT_EQ(rope({{"rope_type", "dynamic"}, {"factor", 2.5}}).factor, 2.5);
  for (const char *type : {"linear", "dynamic"}) {
    EXPECT_EQ(ropeFailure({{"rope_type", type}}), "config.json: rope_parameters.factor is missing, expected a number");
    EXPECT_EQ(ropeFailure({{"rope_type", type}, {"factor", 0.5}}),
              "config.json: rope_parameters.factor is 0.5, expected a number of at least 1");
    EXPECT_EQ(ropeFailure({{"rope_type", type}, {"factor", nullptr}}),
              "config.json: rope_parameters.factor is null, expected a number");
  }
  EXPECT_EQ(failure({{"head_dim", 2}, {"rope_parameters", {{"rope_type", "dynamic"}, {"factor", 2}}}}),
            "config.json: rope_parameters.rope_type is \"dynamic\", expected another type: dynamic needs a head_dim "
            "above 2");
}

TEST(RopeFields, Yarn) {
  const RopeConfig config = rope({{"rope_type", "yarn"},
                                  {"factor", 4},
                                  {"original_max_position_embeddings", 250},
                                  {"beta_fast", 16},
                                  {"beta_slow", 2},
                                  {"mscale", 0.7},
                                  {"mscale_all_dim", 0.9},
                                  {"attention_factor", 1.5},
                                  {"truncate", false}});
  EXPECT_EQ(config.original_max_position_embeddings, 250);
  EXPECT_EQ(config.beta_fast, 16.0);
  EXPECT_EQ(config.beta_slow, 2.0);
  EXPECT_EQ(config.mscale, 0.7);
  EXPECT_EQ(config.mscale_all_dim, 0.9);
  EXPECT_EQ(config.attention_factor, 1.5);
  EXPECT_EQ(config.truncate, false);
  EXPECT_TRUE(warnings.empty());
  EXPECT_EQ(rope({{"rope_type", "yarn"}, {"factor", 4}}).original_max_position_embeddings, 1000);
  EXPECT_EQ(ropeFailure({{"rope_type", "yarn"}}), "config.json: rope_parameters.factor is missing, expected a number");
  EXPECT_EQ(ropeFailure({{"rope_type", "yarn"}, {"factor", 4}, {"beta_fast", 0.5}}),
            "config.json: rope_parameters.beta_fast is 0.5, expected at least beta_slow, which is 1.0");
  EXPECT_EQ(ropeFailure({{"rope_type", "yarn"}, {"factor", 4}, {"beta_slow", -1}}),
            "config.json: rope_parameters.beta_slow is -1, expected a number above 0");
  EXPECT_EQ(ropeFailure({{"rope_type", "yarn"}, {"factor", 4}, {"beta_fast", -1}}),
            "config.json: rope_parameters.beta_fast is -1, expected a number above 0");
  EXPECT_EQ(ropeFailure({{"rope_type", "yarn"}, {"factor", 4}, {"attention_factor", 0}}),
            "config.json: rope_parameters.attention_factor is 0, expected a number above 0");
  EXPECT_EQ(ropeFailure({{"rope_type", "yarn"}, {"factor", 4}, {"truncate", 1}}),
            "config.json: rope_parameters.truncate is 1, expected true or false");
  EXPECT_EQ(ropeFailure({{"rope_type", "yarn"}, {"factor", 4}, {"original_max_position_embeddings", 0}}),
            "config.json: rope_parameters.original_max_position_embeddings is 0, expected an integer from 1 to "
            "2147483647");
}

TEST(RopeFields, OriginalMaximumAtTheTopWins) {
  EXPECT_EQ(
      parse({{"original_max_position_embeddings", 300},
             {"rope_parameters", {{"rope_type", "yarn"}, {"factor", 4}, {"original_max_position_embeddings", 250}}}})
          .rope.original_max_position_embeddings,
      300);
}

TEST(RopeFields, Longrope) {
  const Json base = {{"rope_type", "longrope"},
                     {"short_factor", {1, 1.5, 2, 2.5}},
                     {"long_factor", {2, 3, 4, 5}},
                     {"original_max_position_embeddings", 250}};
  EXPECT_EQ(rope(base).long_factor, (std::vector<double>{2, 3, 4, 5}));
  EXPECT_FALSE(rope(base).factor);
  Json changed = base;
  changed["long_factor"] = {1, 2, 3};
  EXPECT_EQ(ropeFailure(changed), "config.json: rope_parameters.long_factor has 3 entries, expected head_dim / 2 = 4");
  changed["long_factor"] = {1, 2, 3, 0};
  EXPECT_EQ(ropeFailure(changed), "config.json: rope_parameters.long_factor holds a number that is not above 0");
  changed["long_factor"] = {1, 2, 3, "4"};
  EXPECT_EQ(ropeFailure(changed), "config.json: rope_parameters.long_factor holds \"4\", expected numbers only");
  changed.erase("long_factor");
  EXPECT_EQ(ropeFailure(changed), "config.json: rope_parameters.long_factor is missing, expected a list of numbers");
  changed = base;
  changed["original_max_position_embeddings"] = 1;
  EXPECT_EQ(ropeFailure(changed), "config.json: rope_parameters.original_max_position_embeddings is 1, expected at "
                                  "least 2 (longrope divides by its logarithm)");
}

TEST(RopeFields, Llama3) {
  const Json base = {{"rope_type", "llama3"},
                     {"factor", 8},
                     {"low_freq_factor", 1},
                     {"high_freq_factor", 4},
                     {"original_max_position_embeddings", 250}};
  EXPECT_EQ(rope(base).high_freq_factor, 4.0);
  Json changed = base;
  changed["high_freq_factor"] = 1;
  EXPECT_EQ(ropeFailure(changed), "config.json: rope_parameters.high_freq_factor is 1, expected a number above "
                                  "low_freq_factor, which is 1.0");
  changed = base;
  changed.erase("low_freq_factor");
  EXPECT_EQ(ropeFailure(changed), "config.json: rope_parameters.low_freq_factor is missing, expected a number");
  changed["low_freq_factor"] = 0;
  EXPECT_EQ(ropeFailure(changed), "config.json: rope_parameters.low_freq_factor is 0, expected a number above 0");
}

TEST(RopeFields, PartialRotaryFactor) {
  parse({{"partial_rotary_factor", 1.0}});
  EXPECT_TRUE(warnings.empty());
  parse({{"partial_rotary_factor", 0.5}});
  EXPECT_EQ(warnings,
            std::vector<std::string>{"config.json: partial_rotary_factor ignored: this family has no partial RoPE"});
  EXPECT_EQ(ropeFailure({{"rope_type", "linear"}, {"factor", 2}, {"partial_rotary_factor", 0.5}}),
            "config.json: rope_parameters.partial_rotary_factor is 0.5, expected 1: this family has no partial RoPE");
}

TEST(RopeFields, UnknownParametersAreWarnedAbout) {
  rope({{"rope_type", "default"}, {"factor", 2.0}, {"beta_fast", 3}});
  EXPECT_EQ(warnings, std::vector<std::string>{"config.json: rope_parameters.beta_fast, rope_parameters.factor not "
                                               "used by rope_type default, ignored"});
}

}  // namespace
