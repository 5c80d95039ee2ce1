// Placeholders of pictures and videos in a prompt.
#pragma once

#include "runtime/media/VisionInputs.h"

#include <cstdint>
#include <string>
#include <vector>

namespace qwen {

// The tokens' texts, as tokenizer_config.json may name them otherwise.
struct PlaceholderTokens {
  std::string image = "<|image_pad|>", video = "<|video_pad|>";
  std::string vision_start = "<|vision_start|>", vision_end = "<|vision_end|>";
};

// The text with the i-th image placeholder repeated for each token (merge_size x merge_size patches) of the i-th grid,
// and in place of the i-th video placeholder, for each patch in time, its seconds and its placeholders between
// vision_start and vision_end. HF: Qwen3VLProcessor, before it tokenises the text.
// Throws UserError when there are more placeholders of a kind than media, or fewer.
std::string expandPlaceholders(const std::string &text, const PatchRows &images, const VideoRows &videos,
                               const VisionConfig &config, const PlaceholderTokens &tokens = {});

// mm_token_type_ids: 1 for tokens of pictures, 2 for tokens of videos, 0 for others. [ids]
std::vector<int64_t> mmTokenTypeIds(const std::vector<int32_t> &ids, int64_t image_token_id, int64_t video_token_id);

}  // namespace qwen
