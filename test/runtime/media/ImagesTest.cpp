// Pictures: decoded, resized, normalised and cut into patches as HF's image processor does it.
#include "runtime/media/Decode.h"
#include "runtime/media/VisionInputs.h"
#include "test/runtime/media/MediaData.h"

#include <cmath>

namespace qwen {
namespace {

using namespace testing;

// Of `rows` [n, 3 * depth * plane] at (row, channel, frame, place) against what HF's value `expected` becomes.
void expectEqual(const PatchRows &rows, const uint8_t *expected, const float *values, int64_t depth) {
  const int64_t plane = rows.width / (3 * depth);
  int64_t different = 0;
  float most = 0;
  for (int64_t row = 0; row < rows.rows(); ++row)
    for (int64_t c = 0; c < 3; ++c)
      for (int64_t frame = 0; frame < depth; ++frame)
        for (int64_t i = 0; i < plane; ++i) {
          const float want = values[256 * c + expected[(row * 3 + c) * plane + i]];
          const float got = rows.values[((row * 3 + c) * depth + frame) * plane + i];
          different += got != want;
          most = std::max(most, std::abs(got - want));
        }
  EXPECT_EQ(different, 0) << "of " << rows.values.size() << " values, by up to " << most;
}

TEST(Images, AreWhatHfMakesOfThem) {
  const TestJson cases = mediaCases();
  const SafetensorsFile stored = storedTensors("images.safetensors");
  EXPECT_GE(cases["images"].size(), 40u);
  for (const TestJson &entry : cases["images"]) {
    const std::string file = entry["file"], name = entry["config"];
    SCOPED_TRACE(file);
    const VisionConfig config = configOf(cases["image_configs"][name]);
    const PatchRows rows = processImages({mediaPath("images/" + file)}, config);
    const std::vector<int64_t> grid = entry["grid"];
    ASSERT_EQ(rows.grids, (std::vector<Grid>{{grid[0], grid[1], grid[2]}}));
    const TensorInfo *expected = stored.find(file), *values = stored.find("values of " + name);
    ASSERT_TRUE(expected && values);
    ASSERT_EQ(rows.rows(), expected->shape[0]);
    ASSERT_EQ(rows.width, expected->shape[1] * config.image.temporal_patch_size);
    expectEqual(rows, stored.data(*expected), reinterpret_cast<const float *>(stored.data(*values)),
                config.image.temporal_patch_size);
  }
}

TEST(Images, SeveralFollowEachOther) {
  const VisionConfig config = configOf(mediaCases()["image_configs"]["qwen3_vl"]);
  const std::string first = mediaPath("images/gray-8.png"), second = mediaPath("images/16-to-1.png");
  const PatchRows one = processImages({first}, config), other = processImages({second}, config),
                  both = processImages({first, second}, config);
  EXPECT_EQ(both.grids, (std::vector<Grid>{one.grids[0], other.grids[0]}));
  std::vector<float> joined = one.values;
  joined.insert(joined.end(), other.values.begin(), other.values.end());
  EXPECT_EQ(both.values, joined);
  EXPECT_EQ(both.rows(), one.rows() + other.rows());
}

TEST(Images, NoneIsNoRows) {
  const PatchRows rows = processImages({}, configOf(TestJson::object()));
  EXPECT_EQ(rows.rows(), 0);
  EXPECT_TRUE(rows.grids.empty());
}

TEST(Images, StandUprightWhereAsked) {
  const TestJson cases = mediaCases();
  const SafetensorsFile stored = storedTensors("images.safetensors");
  int turned = 0;
  for (const TestJson &entry : cases["images"]) {
    const std::string file = entry["file"];
    const TensorInfo *expected = stored.find("upright " + file);
    if (!expected)
      continue;
    SCOPED_TRACE(file);
    const Image image = readImage(mediaPath("images/" + file), Orientation::upright);
    ASSERT_EQ(expected->shape, (std::vector<int64_t>{image.height, image.width, 3}));
    EXPECT_EQ(std::memcmp(image.pixels.get(), stored.data(*expected), expected->bytes), 0);
    ++turned;
  }
  EXPECT_EQ(turned, 10);
}

}  // namespace
}  // namespace qwen
