// Prompts with placeholders: expanded and tokenised as HF's processor does it.
#include "runtime/media/Placeholders.h"
#include "frontend/tokenizer/TokenizerCompiler.h"
#include "runtime/text/Tokenizer.h"
#include "test/runtime/media/MediaData.h"

namespace qwen {
namespace {

using namespace testing;

constexpr int64_t kImageId = 4082, kVideoId = 4083;  // of examples/tiny-dictionary

std::vector<std::string> pathsOf(const TestJson &names, const std::string &folder) {
  std::vector<std::string> paths;
  for (const TestJson &name : names)
    paths.push_back(mediaPath(folder + "/" + name.get<std::string>()));
  return paths;
}

TEST(Placeholders, IdsAreHfs) {
  std::string error;
  const auto blob = compileTokenizer(QWEN_EXAMPLE_DIR, "qwen3_vl", error);
  ASSERT_TRUE(blob) << error;
  const auto tokenizer = Tokenizer::fromBlob(blob->data(), blob->size(), error);
  ASSERT_TRUE(tokenizer) << error;
  const TestJson cases = mediaCases();
  const VisionConfig config = configOf(cases["image_configs"]["qwen3_vl"], cases["video_configs"]["qwen3_vl"]);
  for (const TestJson &entry : cases["prompts"]) {
    const std::string text = entry["text"];
    SCOPED_TRACE(text);
    const PatchRows images = processImages(pathsOf(entry["images"], "images"), config);
    std::vector<VideoSource> sources;
    for (const std::string &path : pathsOf(entry["videos"], "videos"))
      sources.push_back({path, std::nullopt});
    const VideoRows videos = processVideos(sources, config);
    const std::vector<int32_t> ids = tokenizer->encode(expandPlaceholders(text, images, videos, config));
    EXPECT_EQ(ids, entry["input_ids"].get<std::vector<int32_t>>());
    EXPECT_EQ(mmTokenTypeIds(ids, kImageId, kVideoId), entry["mm_token_type_ids"].get<std::vector<int64_t>>());
  }
}

TEST(Placeholders, TokensMayHaveOtherTexts) {
  PatchRows images;
  images.grids = {{1, 2, 4}};
  VideoRows videos;
  videos.patches.grids = {{2, 2, 2}};
  videos.timestamps = {{0.25, 12.05}};
  EXPECT_EQ(expandPlaceholders("aIbVc", images, videos, configOf(TestJson::object()), {"I", "V", "<", ">"}),
            "aIIb<0.2 seconds><V><12.1 seconds><V>c");
}

TEST(Placeholders, AreAsManyAsMedia) {
  const VisionConfig config = configOf(TestJson::object());
  PatchRows image;
  image.grids = {{1, 2, 2}};
  const auto message = [&](const char *text, const PatchRows &images) {
    return messageOf([&] { expandPlaceholders(text, images, {}, config); });
  };
  EXPECT_EQ(message("<|image_pad|>", image), "no error");
  EXPECT_EQ(message("<|image_pad|><|image_pad|>", image),
            "the prompt has 2 <|image_pad|> placeholder(s), but 1 picture(s) were given: each needs one of the other");
  EXPECT_EQ(message("", image),
            "the prompt has 0 <|image_pad|> placeholder(s), but 1 picture(s) were given: each needs one of the other");
  EXPECT_EQ(message("<|video_pad|>", {}),
            "the prompt has 1 <|video_pad|> placeholder(s), but 0 video(s) were given: each needs one of the other");
}

}  // namespace
}  // namespace qwen
