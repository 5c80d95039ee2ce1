// Videos: sampled, resized and cut into patches as HF's video processor does it.
#include "runtime/media/VisionInputs.h"
#include "test/runtime/media/MediaData.h"

namespace qwen {
namespace {

using namespace testing;

std::optional<double> rateOf(const TestJson &entry) {
  return entry["fps"].is_null() ? std::nullopt : std::optional(entry["fps"].get<double>());
}

TEST(Videos, AreWhatHfMakesOfThem) {
  const TestJson cases = mediaCases();
  const SafetensorsFile stored = storedTensors("videos.safetensors");
  EXPECT_GE(cases["videos"].size(), 20u);
  for (const TestJson &entry : cases["videos"]) {
    const std::string key = entry["key"];
    SCOPED_TRACE(key);
    const VisionConfig config =
        configOf(TestJson::object(), cases["video_configs"][entry["config"].get<std::string>()]);
    const std::string path = mediaPath("videos/" + entry["video"].get<std::string>());
    const VideoRows rows = processVideos({{path, rateOf(entry)}}, config);
    const std::vector<int64_t> grid = entry["grid"];
    ASSERT_EQ(rows.patches.grids, (std::vector<Grid>{{grid[0], grid[1], grid[2]}}));
    ASSERT_EQ(rows.timestamps.size(), 1u);
    EXPECT_EQ(rows.timestamps[0], entry["timestamps"].get<std::vector<double>>());
    const TensorInfo *expected = stored.find(key);
    ASSERT_TRUE(expected);
    ASSERT_EQ(expected->shape, (std::vector<int64_t>{rows.patches.rows(), rows.patches.width}));
    // Every channel of a video has mean and deviation 1/2.
    const uint8_t *bytes = stored.data(*expected);
    int64_t different = 0;
    for (size_t i = 0; i < rows.patches.values.size(); ++i)
      different += rows.patches.values[i] != (static_cast<float>(bytes[i]) - 127.5f) / 127.5f;
    EXPECT_EQ(different, 0) << "of " << rows.patches.values.size();
  }
}

TEST(Videos, SampledFrames) {
  const TestJson cases = mediaCases();
  for (const TestJson &entry : cases["videos"]) {
    const VisionConfig config =
        configOf(TestJson::object(), cases["video_configs"][entry["config"].get<std::string>()]);
    const auto frames = openVideo({mediaPath("videos/" + entry["video"].get<std::string>()), rateOf(entry)});
    EXPECT_EQ(sampleFrames(config.sampling, frames->count(), frames->fps()),
              entry["indices"].get<std::vector<int64_t>>())
        << entry["key"];
  }
}

}  // namespace
}  // namespace qwen
