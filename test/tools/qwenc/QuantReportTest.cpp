#include "tools/qwenc/QuantReport.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace qwen {
namespace {

TEST(QuantReport, KindsOfWeights) {
  EXPECT_EQ("self_attn.q_proj", kindOfWeight("model.layers.13.self_attn.q_proj.weight"));
  EXPECT_EQ("mlp.experts.down_proj", kindOfWeight("layers.0.mlp.experts.down_proj"));
  EXPECT_EQ("lm_head", kindOfWeight("lm_head.weight"));
  EXPECT_EQ("model.embed_tokens", kindOfWeight("model.embed_tokens.weight"));
}

std::string reportOf(const std::vector<PackedSection> &sections, const std::vector<PackResult::Quantized> &quantized) {
  testing::internal::CaptureStderr();
  Reporter reporter(/*verbose=*/false, /*timing=*/false);
  reportQuantization(sections, quantized, reporter);
  return testing::internal::GetCapturedStderr();
}

// Layers of a kind come together, kinds in the order of their first weight.
TEST(QuantReport, OneLinePerKindAndFormat) {
  PackedSection quantized, vector;
  quantized.sources = {{"layers.0.down.weight", 1, 100, 70}, {"layers.1.down.weight", 1, 100, 30}};
  quantized.bytes = 5500;
  vector.sources = {{"norm.weight", 1, 1000, 1}};
  vector.bytes = 4000;
  EXPECT_EQ("qwenc: 6.91 bits per weight\n"
            "qwenc: q4 down                        relative error 0.10000 (squared 1.000e-02)\n"
            "qwenc: q8 lm_head                     relative error 0.00100 (squared 1.000e-06)\n",
            reportOf({quantized, vector}, {{"layers.0.down.weight", PackedElement::q4, {1.0, 150.0}},
                                           {"lm_head.weight", PackedElement::q8, {1e-6, 1.0}},
                                           {"layers.1.down.weight", PackedElement::q4, {1.0, 50.0}}}));
}

TEST(QuantReport, NothingQuantizedNothingSaid) {
  PackedSection section;
  section.sources = {{"norm.weight", 1, 10, 1}};
  EXPECT_EQ("", reportOf({section}, {}));
}

}  // namespace
}  // namespace qwen
