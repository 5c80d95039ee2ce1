#include "runtime/media/SmartResize.h"
#include "test/runtime/media/MediaData.h"

namespace qwen {
namespace {

using testing::messageOf;

// What transformers.models.qwen2_vl.image_processing_qwen2_vl.smart_resize() gives.
TEST(SmartResize, Pictures) {
  const auto resized = [](int64_t height, int64_t width) {
    return smartResize({height, width}, 32, 65536, 16777216, "a.png");
  };
  EXPECT_EQ(resized(1080, 1920), (Size{1088, 1920}));
  EXPECT_EQ(resized(1, 1), (Size{256, 256}));
  EXPECT_EQ(resized(48, 1040), (Size{64, 1024}));
  EXPECT_EQ(resized(816, 848), (Size{832, 832}));  // 25.5 and 26.5 parts: halves go to the even number
  EXPECT_EQ(resized(9000, 12000), (Size{3520, 4704}));
  EXPECT_EQ(resized(1, 200), (Size{32, 3648}));
}

TEST(SmartResize, TooNarrow) {
  EXPECT_EQ(messageOf([] {
              smartResize({201, 1}, 32, 65536, 16777216, "a.png");
            }),
            "a.png: the picture is 1x201, a side may be at most 200 times the other: crop it");
  EXPECT_EQ(messageOf([] { smartResize({200, 1}, 32, 65536, 16777216, "a.png"); }), "no error");
}

// What transformers.models.qwen3_vl.video_processing_qwen3_vl.smart_resize() gives.
TEST(SmartResize, Videos) {
  const auto resized = [](int64_t frames, int64_t height, int64_t width) {
    return smartResizeVideo(frames, {height, width}, 2, 32, 4096, 25165824, "v");
  };
  EXPECT_EQ(resized(4, 720, 1280), (Size{704, 1280}));
  EXPECT_EQ(resized(768, 1080, 1920), (Size{128, 224}));
  EXPECT_EQ(resized(5, 2000, 3000), (Size{1984, 3008}));
  EXPECT_EQ(resized(2, 10, 17), (Size{32, 64}));
}

TEST(SmartResize, TooFewFrames) {
  EXPECT_EQ(messageOf([] {
              smartResizeVideo(1, {64, 64}, 2, 32, 4096, 25165824, "v");
            }),
            "v: 1 frame(s) of the video were sampled, at least 2 are needed");
}

}  // namespace
}  // namespace qwen
