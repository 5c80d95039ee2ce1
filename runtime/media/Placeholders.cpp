#include "runtime/media/Placeholders.h"

#include "runtime/core/Error.h"

#include <algorithm>
#include <cstdio>

namespace qwen {
namespace {

size_t occurrences(const std::string &text, const std::string &token) {
  size_t count = 0;
  for (size_t at = 0; (at = text.find(token, at)) != std::string::npos; at += token.size())
    ++count;
  return count;
}

void checkCount(const std::string &text, const std::string &token, size_t media, const char *kind) {
  if (const size_t found = occurrences(text, token); found != media)
    throw UserError("the prompt has " + std::to_string(found) + " " + token + " placeholder(s), but " +
                    std::to_string(media) + " " + kind + "(s) were given: each needs one of the other");
}

std::string repeated(const std::string &token, int64_t count) {
  std::string text;
  text.reserve(token.size() * count);
  for (int64_t i = 0; i < count; ++i)
    text += token;
  return text;
}

std::string imageText(const Grid &grid, int64_t merge_size, const PlaceholderTokens &tokens) {
  return repeated(tokens.image, grid.patches() / (merge_size * merge_size));
}

std::string videoText(const Grid &grid, const std::vector<double> &timestamps, int64_t merge_size,
                      const PlaceholderTokens &tokens) {
  const std::string frame =
      tokens.vision_start + repeated(tokens.video, grid.h * grid.w / (merge_size * merge_size)) + tokens.vision_end;
  std::string text;
  for (double seconds : timestamps) {
    char time[64];
    std::snprintf(time, sizeof time, "<%.1f seconds>", seconds);
    text += time + frame;
  }
  return text;
}

}  // namespace

std::string expandPlaceholders(const std::string &text, const PatchRows &images, const VideoRows &videos,
                               const VisionConfig &config, const PlaceholderTokens &tokens) {
  checkCount(text, tokens.image, images.grids.size(), "picture");
  checkCount(text, tokens.video, videos.patches.grids.size(), "video");
  std::string expanded;
  size_t image = 0, video = 0;
  for (size_t at = 0;;) {
    const size_t next_image = text.find(tokens.image, at), next_video = text.find(tokens.video, at);
    const size_t next = std::min(next_image, next_video);
    expanded.append(text, at, next == std::string::npos ? next : next - at);
    if (next == std::string::npos)
      return expanded;
    if (next == next_image) {
      expanded += imageText(images.grids[image++], config.image.merge_size, tokens);
      at = next + tokens.image.size();
    } else {
      expanded += videoText(videos.patches.grids[video], videos.timestamps[video], config.video.merge_size, tokens);
      at = next + tokens.video.size();
      ++video;
    }
  }
}

std::vector<int64_t> mmTokenTypeIds(const std::vector<int32_t> &ids, int64_t image_token_id, int64_t video_token_id) {
  std::vector<int64_t> types;
  types.reserve(ids.size());
  for (int32_t id : ids)
    types.push_back(id == image_token_id ? 1 : id == video_token_id ? 2 : 0);
  return types;
}

}  // namespace qwen
