// What the comparison accepts and refuses; every other test of this folder relies on it.
#include "test/programs/Tensors.h"
#include "test/programs/Process.h"

#include "gtest/gtest.h"

#include <cmath>
#include <cstring>

namespace qwen::test {
namespace {

const float kFree = std::nanf("");

TEST(Tensors, ErrorIsRelativeToTheRms) {
  Tensor expected = makeF32({4}, {2, -2, 2, -2});
  EXPECT_DOUBLE_EQ(relativeError(makeF32({4}, {2, -2, 2, -1}), expected), 0.5);
  EXPECT_EQ(difference(makeF32({4}, {2, -2, 2, -1}), expected, 0.5), "");
  EXPECT_EQ(difference(makeF32({4}, {2, -2, 2, -1}), expected, 0.4), "error 0.500000 of the RMS, allowed 0.400000");
}

TEST(Tensors, RmsErrorLeavesOutFreePositions) {
  const Tensor reference = makeF32({3}, {3, 4, 100}), expected = makeF32({3}, {0, 0, kFree});
  EXPECT_DOUBLE_EQ(rmsError(makeF32({3}, {3, 4, 0}), reference, expected), 0);
  EXPECT_DOUBLE_EQ(rmsError(makeF32({3}, {0, 8, 0}), reference, expected), 1);
  EXPECT_EQ(rmsError(makeF32({3}, {kFree, 4, 0}), reference, expected), INFINITY);
}

TEST(Tensors, NothingIsToleratedWhereNothingIsAllowed) {
  Tensor expected = makeF32({2}, {1, 1});
  EXPECT_EQ(difference(expected, expected, 0), "");
  EXPECT_NE(difference(makeF32({2}, {1, 1.0001f}), expected, 0), "");
}

TEST(Tensors, FreePositionsAreFree) {
  Tensor expected = makeF32({3}, {1, kFree, 1});
  EXPECT_EQ(difference(makeF32({3}, {1, 1e30f, 1}), expected, 1e-3), "");
  EXPECT_EQ(difference(makeF32({3}, {1, kFree, 1}), expected, 1e-3), "");
  EXPECT_EQ(bitDifference(makeF32({3}, {1, 5, 1}), makeF32({3}, {1, 6, 1}), expected), "");
}

TEST(Tensors, NotANumberIsNeverRight) {
  Tensor expected = makeF32({2}, {1, 1});
  EXPECT_NE(difference(makeF32({2}, {1, kFree}), expected, 1e6), "");
  EXPECT_NE(difference(makeF32({2}, {1, INFINITY}), expected, 1e6), "");
}

TEST(Tensors, TypeAndShapeCount) {
  EXPECT_EQ(difference(makeF32({2}, {1, 1}), makeF32({2, 1}, {1, 1}), 1), "is F32[2], expected F32[2,1]");
  EXPECT_EQ(difference(makeI64({1}, {1}), makeF32({1}, {1}), 1), "is I64[1], expected F32[1]");
}

TEST(Tensors, IntegersAndBitsAreExact) {
  EXPECT_EQ(difference(makeI64({2}, {3, 4}), makeI64({2}, {3, 5}), 1), "element 1 is 4, expected 5");
  Tensor one = makeF32({1}, {1}), next = makeF32({1}, {std::nextafter(1.0f, 2.0f)});
  EXPECT_EQ(bitDifference(one, one, one), "");
  EXPECT_NE(bitDifference(next, one, one), "");
  EXPECT_NE(bitDifference(makeF32({1}, {-0.0f}), makeF32({1}, {0.0f}), one), "");
}

TEST(Tensors, SlicesAndFilesKeepWhatTheyHold) {
  Tensor whole = makeI64({3, 2}, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(difference(slice(whole, 1, 2), makeI64({2, 2}, {3, 4, 5, 6}), 0), "");
  TemporaryDirectory directory;
  saveTensors(directory / "t.safetensors", {{"ids", whole}});
  EXPECT_EQ(difference(loadTensors(directory / "t.safetensors").at("ids"), whole, 0), "");
}

}  // namespace
}  // namespace qwen::test
