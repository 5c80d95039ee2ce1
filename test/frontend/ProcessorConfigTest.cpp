#include "frontend/config/ProcessorConfig.h"

#include "frontend/config/Json.h"
#include "test/frontend/Files.h"

using namespace qwen;

namespace {

VisionConfig image(const std::string &text) { return parseVisionConfig({std::nullopt, text, "{}"}); }
VisionConfig video(const std::string &text) { return parseVisionConfig({std::nullopt, "{}", text}); }

template <typename F> std::string failure(const F &f) {
  try {
    f();
  } catch (const InputError &error) {
    return error.what();
  }
  return "no error";
}
std::string imageFailure(const std::string &text) {
  return failure([&] { image(text); });
}
std::string videoFailure(const std::string &text) {
  return failure([&] { video(text); });
}

TEST(ProcessorConfig, DefaultsAreThoseOfTransformers) {
  const VisionConfig config = parseVisionConfig({std::nullopt, "{}", "{}"});
  EXPECT_EQ(config.image.patch_size, 14);
  EXPECT_EQ(config.image.temporal_patch_size, 2);
  EXPECT_EQ(config.image.merge_size, 2);
  EXPECT_EQ(config.image.min_pixels, 3136);
  EXPECT_EQ(config.image.max_pixels, 1003520);
  EXPECT_EQ(config.image.image_mean, (std::array{0.48145466, 0.4578275, 0.40821073}));
  EXPECT_EQ(config.image.image_std, (std::array{0.26862954, 0.26130258, 0.27577711}));
  EXPECT_EQ(config.image.rescale_factor, 1.0 / 255.0);
  EXPECT_TRUE(config.image.do_resize && config.image.do_rescale && config.image.do_normalize);
  EXPECT_EQ(config.video.patch_size, 16);
  EXPECT_EQ(config.video.min_pixels, 131072);
  EXPECT_EQ(config.video.max_pixels, 786432);
  EXPECT_EQ(config.video.image_mean, (std::array{0.5, 0.5, 0.5}));
  EXPECT_EQ(config.video.image_std, (std::array{0.5, 0.5, 0.5}));
  EXPECT_TRUE(config.sampling.do_sample_frames);
  EXPECT_EQ(config.sampling.fps, 2.0);
  EXPECT_FALSE(config.sampling.num_frames);
  EXPECT_EQ(config.sampling.min_frames, 4);
  EXPECT_EQ(config.sampling.max_frames, 768);
  EXPECT_FALSE(config.sampling.cap_pixels_per_frame);
  EXPECT_EQ(config.sampling.max_video_tokens, 768);
}

TEST(ProcessorConfig, BothSpellingsOfTheLimits) {
  const VisionConfig edges = image(R"({"size": {"shortest_edge": 4096, "longest_edge": 9216}})");
  EXPECT_EQ(edges.image.min_pixels, 4096);
  EXPECT_EQ(edges.image.max_pixels, 9216);
  EXPECT_EQ(image(R"({"min_pixels": 5})").image.min_pixels, 5);
  EXPECT_EQ(image(R"({"min_pixels": 5})").image.max_pixels, 1003520);
  const VisionConfig both = image(R"({"size": {"shortest_edge": 1, "longest_edge": 2}, "max_pixels": 7})");
  EXPECT_EQ(both.image.min_pixels, 1);
  EXPECT_EQ(both.image.max_pixels, 7);
  EXPECT_EQ(image(R"({"size": {}, "min_pixels": 5, "max_pixels": 7})").image.max_pixels, 7);
  EXPECT_EQ(image(R"({"size": null, "max_pixels": null})").image.max_pixels, 1003520);
}

TEST(ProcessorConfig, VideoIgnoresMinAndMaxPixels) {
  const VisionConfig config = video(R"({"min_pixels": 5, "max_pixels": 7})");
  EXPECT_EQ(config.video.min_pixels, 131072);
  EXPECT_EQ(config.video.max_pixels, 786432);
}

TEST(ProcessorConfig, AllFields) {
  const VisionConfig config = parseVisionConfig(
      {std::nullopt,
       R"({"image_processor_type": "Qwen2VLImageProcessorFast", "patch_size": 16, "temporal_patch_size": 3,
           "merge_size": 4, "do_resize": false, "do_rescale": null, "do_normalize": false, "rescale_factor": 0.5,
           "image_mean": 0.25, "image_std": [1, 2, 3], "resample": 3, "do_convert_rgb": true, "device": "cpu"})",
       R"({"video_processor_type": "Qwen3VLVideoProcessor", "do_sample_frames": false, "fps": null, "num_frames": 6,
           "min_frames": 2, "max_frames": 9, "cap_pixels_per_frame": true, "max_video_tokens": 5})"});
  EXPECT_EQ(config.image.factor(), 64);
  EXPECT_EQ(config.image.rowWidth(), 3 * 3 * 16 * 16);
  EXPECT_FALSE(config.image.do_resize || config.image.do_rescale || config.image.do_normalize);
  EXPECT_EQ(config.image.rescale_factor, 0.5);
  EXPECT_EQ(config.image.image_mean, (std::array{0.25, 0.25, 0.25}));
  EXPECT_EQ(config.image.image_std, (std::array{1.0, 2.0, 3.0}));
  EXPECT_FALSE(config.sampling.do_sample_frames);
  EXPECT_FALSE(config.sampling.fps);
  EXPECT_EQ(config.sampling.num_frames, 6);
  EXPECT_EQ(config.sampling.min_frames, 2);
  EXPECT_EQ(config.sampling.max_frames, 9);
  EXPECT_TRUE(config.sampling.cap_pixels_per_frame);
  EXPECT_EQ(config.sampling.max_video_tokens, 5);
}

TEST(ProcessorConfig, WhichFileCounts) {
  const std::string nested = R"({"image_processor": {"patch_size": 2}, "video_processor": {"patch_size": 3}})";
  const std::string four = R"({"patch_size": 4})", five = R"({"patch_size": 5})";
  const auto sizes = [](const ProcessorTexts &texts) {
    const VisionConfig config = parseVisionConfig(texts);
    return std::pair(config.image.patch_size, config.video.patch_size);
  };
  EXPECT_EQ(sizes({nested, four, five}), std::pair(int64_t{2}, int64_t{3}));
  EXPECT_EQ(sizes({R"({"processor_class": "Qwen3VLProcessor"})", four, five}), std::pair(int64_t{4}, int64_t{5}));
  EXPECT_EQ(sizes({std::nullopt, four, std::nullopt}), std::pair(int64_t{4}, int64_t{4}));
  EXPECT_EQ(failure([&] {
              sizes({std::nullopt, std::nullopt, five});
            }),
            "preprocessor_config.json: no such file, nor an image_processor in processor_config.json: it says how the "
            "model takes pictures");
  EXPECT_EQ(failure([&] {
              sizes({R"({"image_processor": {}})", std::nullopt, std::nullopt});
            }),
            "video_preprocessor_config.json: no such file, nor a video_processor in processor_config.json: it says how "
            "the model takes videos");
}

TEST(ProcessorConfig, BadFieldsAreNamed) {
  EXPECT_EQ(imageFailure("["), failure([] { parseJsonObject("preprocessor_config.json", "["); }));
  EXPECT_EQ(failure([] {
              parseVisionConfig({R"({"image_processor": 3})", std::nullopt, std::nullopt});
            }),
            "processor_config.json: image_processor is 3, expected an object");
  EXPECT_EQ(failure([] {
              parseVisionConfig({R"({"image_processor": {"patch_size": 0}})", "{}", "{}"});
            }),
            "processor_config.json: image_processor.patch_size is 0, expected an integer from 1 to 1024");
  EXPECT_EQ(imageFailure(R"({"size": {"shortest_edge": 4}})"),
            "preprocessor_config.json: size.longest_edge is missing, expected an integer from 1 to 1099511627776");
  EXPECT_EQ(imageFailure(R"({"size": 4})"),
            "preprocessor_config.json: size is 4, expected an object with shortest_edge and longest_edge");
  EXPECT_EQ(imageFailure(R"({"image_mean": [1, 2]})"),
            "preprocessor_config.json: image_mean is a list, expected a number for each of 3 channels");
  EXPECT_EQ(imageFailure(R"({"image_mean": null})"), "preprocessor_config.json: image_mean is null, expected a number");
  EXPECT_EQ(imageFailure(R"({"image_std": [1, 0, 1]})"),
            "preprocessor_config.json: image_std has a 0, but pixels are divided by it");
  EXPECT_EQ(imageFailure(R"({"resample": 2})"),
            "preprocessor_config.json: resample is 2, expected 3: no filter but bicubic is supported");
  EXPECT_EQ(imageFailure(R"({"do_convert_rgb": false})"),
            "preprocessor_config.json: do_convert_rgb is false, expected true: the models take pictures in colour");
  EXPECT_EQ(imageFailure(R"({"rescale_factor": 0})"),
            "preprocessor_config.json: rescale_factor is 0, expected a number above 0");
  EXPECT_EQ(imageFailure(R"({"image_processor_type": "CLIPImageProcessor"})"),
            "preprocessor_config.json: image_processor_type is \"CLIPImageProcessor\", expected "
            "Qwen2VLImageProcessor: no other is supported");
  EXPECT_EQ(videoFailure(R"({"video_processor_type": "Qwen2VLVideoProcessor"})"),
            "video_preprocessor_config.json: video_processor_type is \"Qwen2VLVideoProcessor\", expected "
            "Qwen3VLVideoProcessor: no other is supported");
  EXPECT_EQ(videoFailure(R"({"num_frames": 6})"),
            "video_preprocessor_config.json: num_frames is set and so is fps (2 by default), only one of them may be: "
            "set fps to null");
  EXPECT_EQ(videoFailure(R"({"fps": -1})"), "video_preprocessor_config.json: fps is -1, expected a number above 0");
}

class ProcessorFilesTest : public qwen::testing::ScratchTest {};

TEST_F(ProcessorFilesTest, AreReadWhereTheyAre) {
  write("preprocessor_config.json", R"({"patch_size": 16})");
  EXPECT_EQ(readVisionConfig(directory.string()).video.patch_size, 16);
  write("video_preprocessor_config.json", R"({"patch_size": 8})");
  EXPECT_EQ(readVisionConfig(directory.string()).video.patch_size, 8);
  write("processor_config.json", R"({"image_processor": {"patch_size": 4}})");
  EXPECT_EQ(readVisionConfig(directory.string()).image.patch_size, 4);
}

}  // namespace
