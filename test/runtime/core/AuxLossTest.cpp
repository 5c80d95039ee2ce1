#include "runtime/core/AuxLoss.h"

#include "runtime/io/Safetensors.h"

#include <cstring>
#include <gtest/gtest.h>

using namespace qwen;

namespace {

// The cases of test/oracle/aux_loss.py: HF's load_balancing_loss_func.
TEST(AuxLoss, AgreesWithHf) {
  std::string error;
  auto file = SafetensorsFile::open(QWENC_TEST_DATA "/aux_loss/cases.safetensors", error);
  ASSERT_TRUE(file) << error;
  PaddedBatch none, left, right;
  for (PaddedBatch *batch : {&none, &left, &right}) {
    batch->batch = 3;
    batch->columns = 7;
  }
  none.first = {0, 0, 0}, none.count = {7, 7, 7};
  left.first = {2, 0, 5}, left.count = {5, 7, 2};
  right.first = {0, 0, 0}, right.count = {5, 7, 2};
  for (auto [mask, batch] : {std::pair{"none", &none}, {"left", &left}, {"right", &right}})
    for (auto [layers, experts, top_k] : {std::tuple{1, 4, 1}, {3, 8, 2}, {2, 6, 6}}) {
      const std::string name = std::string(mask) + "." + std::to_string(layers) + "." + std::to_string(experts) + "." +
                               std::to_string(top_k) + ".";
      std::vector<std::vector<float>> logits;
      std::vector<const float *> pointers;
      for (int i = 0; i < layers; ++i) {
        const TensorInfo *layer = file->find(name + "layer." + std::to_string(i));
        ASSERT_TRUE(layer) << name;
        std::memcpy(logits.emplace_back(static_cast<size_t>(layer->elements())).data(), file->data(*layer),
                    layer->bytes);
      }
      for (auto &layer : logits)
        pointers.push_back(layer.data());
      float expected = 0;
      std::memcpy(&expected, file->data(*file->find(name + "loss")), sizeof expected);
      EXPECT_NEAR(loadBalancingLoss(pointers, *batch, experts, top_k), expected, 1e-5 * expected) << name;
    }
}

}  // namespace
