#include "frontend/config/ProcessorConfig.h"

#include "frontend/config/FieldReader.h"

#include <algorithm>
#include <filesystem>

namespace qwen {
namespace {

constexpr const char *kBothFile = "processor_config.json";
constexpr const char *kImageFile = "preprocessor_config.json";
constexpr const char *kVideoFile = "video_preprocessor_config.json";

constexpr Range kSide = {1, 1024}, kFrames = {1, 1 << 20}, kPixels = {1, int64_t{1} << 40};
constexpr int64_t kBicubic = 3;  // PIL.Image.Resampling

void checkType(FieldReader &fields, const char *name, const std::vector<std::string> &known) {
  if (fields.find(name) && std::find(known.begin(), known.end(), fields.string(name, {})) == known.end())
    fields.fail(name, known.front() + ": no other is supported");
}

// As Python has it, null is false.
bool flag(FieldReader &fields, const char *name, bool fallback) {
  return fields.contains(name) && !fields.find(name) ? false : fields.boolean(name, fallback);
}

// A number for each channel, or one for all.
std::array<double, 3> channels(FieldReader &fields, const char *name, const std::array<double, 3> &fallback) {
  const Json *given = fields.contains(name) ? fields.find(name) : nullptr;
  if (!fields.contains(name))
    return fallback;
  const std::vector<double> values =
      given && given->is_array() ? fields.numbers(name) : std::vector{fields.number(name, {})};
  if (values.size() == 1)
    return {values[0], values[0], values[0]};
  if (values.size() != 3)
    fields.fail(name, "a number for each of 3 channels");
  return {values[0], values[1], values[2]};
}

// `beside`: min_pixels and max_pixels beside `size` go before it; HF's video processor ignores them.
void readSize(FieldReader &fields, bool beside, PatchConfig &config) {
  const auto least = beside ? fields.optionalInteger("min_pixels", kPixels) : std::nullopt;
  const auto most = beside ? fields.optionalInteger("max_pixels", kPixels) : std::nullopt;
  if (const Json *given = fields.find("size")) {
    if (!given->is_object())
      fields.fail("size", "an object with shortest_edge and longest_edge");
    FieldReader size(fields.fileName(), *given, "size.");
    if (!least)
      config.min_pixels = size.integer("shortest_edge", std::nullopt, kPixels);
    if (!most)
      config.max_pixels = size.integer("longest_edge", std::nullopt, kPixels);
  }
  config.min_pixels = least.value_or(config.min_pixels);
  config.max_pixels = most.value_or(config.max_pixels);
}

void readPatches(FieldReader &fields, PatchConfig &config) {
  config.patch_size = fields.integer("patch_size", config.patch_size, kSide);
  config.temporal_patch_size = fields.integer("temporal_patch_size", config.temporal_patch_size, kSide);
  config.merge_size = fields.integer("merge_size", config.merge_size, kSide);
  config.do_resize = flag(fields, "do_resize", config.do_resize);
  config.do_rescale = flag(fields, "do_rescale", config.do_rescale);
  config.do_normalize = flag(fields, "do_normalize", config.do_normalize);
  config.rescale_factor = fields.number("rescale_factor", config.rescale_factor);
  if (config.rescale_factor <= 0)
    fields.fail("rescale_factor", "a number above 0");
  config.image_mean = channels(fields, "image_mean", config.image_mean);
  config.image_std = channels(fields, "image_std", config.image_std);
  if (std::count(config.image_std.begin(), config.image_std.end(), 0.0) != 0)
    fields.contradiction("image_std has a 0, but pixels are divided by it");
  if (fields.integer("resample", kBicubic) != kBicubic)
    fields.fail("resample", "3: no filter but bicubic is supported");
  if (!flag(fields, "do_convert_rgb", true))
    fields.fail("do_convert_rgb", "true: the models take pictures in colour");
}

void readSampling(FieldReader &fields, SamplingConfig &config) {
  config.do_sample_frames = flag(fields, "do_sample_frames", config.do_sample_frames);
  config.num_frames = fields.optionalInteger("num_frames", kFrames);
  if (fields.contains("fps"))
    config.fps = fields.optionalNumber("fps");
  if (config.fps && *config.fps <= 0)
    fields.fail("fps", "a number above 0");
  if (config.num_frames && config.fps)
    fields.contradiction("num_frames is set and so is fps (2 by default), only one of them may be: set fps to null");
  config.min_frames = fields.integer("min_frames", config.min_frames, {0, kFrames.max});
  config.max_frames = fields.integer("max_frames", config.max_frames, kFrames);
  config.cap_pixels_per_frame = flag(fields, "cap_pixels_per_frame", config.cap_pixels_per_frame);
  config.max_video_tokens = fields.integer("max_video_tokens", config.max_video_tokens, {1, 1 << 20});
}

PatchConfig readImages(FieldReader fields) {
  checkType(fields, "image_processor_type",
            {"Qwen2VLImageProcessor", "Qwen2VLImageProcessorFast", "Qwen2VLImageProcessorPil"});
  PatchConfig config;
  config.patch_size = 14;
  config.min_pixels = 56 * 56;
  config.max_pixels = 28 * 28 * 1280;
  config.image_mean = {0.48145466, 0.4578275, 0.40821073};
  config.image_std = {0.26862954, 0.26130258, 0.27577711};
  readSize(fields, true, config);
  readPatches(fields, config);
  return config;
}

void readVideos(FieldReader fields, VisionConfig &config) {
  checkType(fields, "video_processor_type", {"Qwen3VLVideoProcessor"});
  config.video.patch_size = 16;
  config.video.min_pixels = 128 * 32 * 32;
  config.video.max_pixels = 32 * 32 * 768;
  config.video.image_mean = config.video.image_std = {0.5, 0.5, 0.5};
  readSize(fields, false, config.video);
  readPatches(fields, config.video);
  readSampling(fields, config.sampling);
}

Json parse(const char *file, const std::optional<std::string> &text) {
  return text ? parseJsonObject(file, *text) : Json();
}

// Null when `both` has no such section.
const Json *section(const Json &both, const char *name) {
  const auto found = both.find(name);
  if (found == both.end())
    return nullptr;
  if (!found->is_object())
    throw InputError(std::string(kBothFile) + ": " + name + " is " + shown(*found) + ", expected an object");
  return &*found;
}

std::optional<std::string> textOf(const std::string &directory, const char *file) {
  const std::filesystem::path path = std::filesystem::path(directory) / file;
  return std::filesystem::exists(path) ? std::optional(readTextFile(path.string())) : std::nullopt;
}

}  // namespace

VisionConfig parseVisionConfig(const ProcessorTexts &texts) {
  const Json both = parse(kBothFile, texts.processor), image = parse(kImageFile, texts.preprocessor),
             video = parse(kVideoFile, texts.video_preprocessor);
  VisionConfig config;
  if (const Json *nested = section(both, "image_processor"))
    config.image = readImages({kBothFile, *nested, "image_processor."});
  else if (texts.preprocessor)
    config.image = readImages({kImageFile, image});
  else
    throw InputError(std::string(kImageFile) + ": no such file, nor an image_processor in " + kBothFile +
                     ": it says how the model takes pictures");
  if (const Json *nested = section(both, "video_processor"))
    readVideos({kBothFile, *nested, "video_processor."}, config);
  else if (texts.video_preprocessor)
    readVideos({kVideoFile, video}, config);
  else if (texts.preprocessor)
    readVideos({kImageFile, image}, config);
  else
    throw InputError(std::string(kVideoFile) + ": no such file, nor a video_processor in " + kBothFile +
                     ": it says how the model takes videos");
  return config;
}

VisionConfig readVisionConfig(const std::string &directory) {
  return parseVisionConfig(
      {textOf(directory, kBothFile), textOf(directory, kImageFile), textOf(directory, kVideoFile)});
}

}  // namespace qwen
