// Frames of videos: which are taken, when they were shown, and where they come from.
#pragma once

#include "runtime/abi/VisionConfig.h"
#include "runtime/media/Image.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace qwen {

// A directory of frames (their order is that of their names, bytewise; hidden files don't count) or a video file.
struct VideoSource {
  std::string path;
  std::optional<double> fps;  // frames a second; absent: 24 of a directory, what the file says of a file
};

// An opened video.
class VideoFrames {
public:
  virtual ~VideoFrames() = default;
  virtual int64_t count() const = 0;
  virtual double fps() const = 0;
  // Calls `take` with the frames of these numbers (ascending, below count(), a number may stand twice), one at a time.
  // Throws UserError that begins with the path of the video or frame.
  virtual void read(const std::vector<int64_t> &numbers, const std::function<void(const Image &)> &take) const = 0;
};

// Throws UserError that begins with the path: nothing there, no frames, a file in a directory that is no picture,
// a video file that ffmpeg can't read or no ffmpeg to read it.
std::unique_ptr<VideoFrames> openVideo(const VideoSource &source);
// The two kinds that openVideo() tells apart.
std::unique_ptr<VideoFrames> openFrameDirectory(const VideoSource &source);
std::unique_ptr<VideoFrames> openVideoFile(const VideoSource &source);

// HF: Qwen3VLVideoProcessor.sample_frames(): numbers of the frames taken of `count` (at least 1) at `fps`, evenly
// spread from the first to the last; all of them without do_sample_frames.
std::vector<int64_t> sampleFrames(const SamplingConfig &config, int64_t count, double fps);

// HF: Qwen3VLProcessor._calculate_timestamps(): seconds of each patch in time, the mean of its first and last frame;
// the last frame stands for those that a whole patch lacks.
std::vector<double> patchTimestamps(std::vector<int64_t> numbers, double fps, int64_t temporal_patch_size);

}  // namespace qwen
