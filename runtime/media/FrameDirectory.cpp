// A video that is a directory of pictures.
#include "runtime/core/Error.h"
#include "runtime/media/Decode.h"
#include "runtime/media/Video.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace qwen {
namespace {

constexpr double kDefaultFps = 24.0;  // HF's, of a video without metadata

void checkPicture(const std::string &path) {
  uint8_t start[16];
  std::ifstream file(path, std::ios::binary);
  file.read(reinterpret_cast<char *>(start), sizeof start);
  if (imageFormat(start, static_cast<size_t>(file.gcount())) == ImageFormat::unknown)
    throw UserError(path + ": not a JPEG, PNG or WebP picture, a directory of frames may hold nothing else");
}

class FrameDirectory : public VideoFrames {
public:
  explicit FrameDirectory(const VideoSource &source) : rate(source.fps.value_or(kDefaultFps)) {
    std::error_code problem;
    std::filesystem::directory_iterator entries(source.path, problem);
    for (; !problem && entries != std::filesystem::directory_iterator(); entries.increment(problem))
      if (entries->is_regular_file(problem) && entries->path().filename().string().front() != '.')
        paths.push_back(entries->path().string());
    if (problem)
      throw UserError(source.path + ": cannot read the directory: " + problem.message());
    if (paths.empty())
      throw UserError(source.path + ": the directory has no frames, expected JPEG, PNG or WebP files");
    std::sort(paths.begin(), paths.end());
    for (const std::string &path : paths)
      checkPicture(path);
  }

  int64_t count() const override { return static_cast<int64_t>(paths.size()); }
  double fps() const override { return rate; }
  void read(const std::vector<int64_t> &numbers, const std::function<void(const Image &)> &take) const override {
    int64_t height = 0, width = 0;
    for (int64_t number : numbers) {
      const Image frame = readImage(paths[number]);
      if (height != 0 && (frame.height != height || frame.width != width))
        throw UserError(paths[number] + ": the frame is " + std::to_string(frame.width) + "x" +
                        std::to_string(frame.height) + ", but those before it are " + std::to_string(width) + "x" +
                        std::to_string(height));
      height = frame.height, width = frame.width;
      take(frame);
    }
  }

private:
  double rate;
  std::vector<std::string> paths;
};

}  // namespace

std::unique_ptr<VideoFrames> openFrameDirectory(const VideoSource &source) {
  return std::make_unique<FrameDirectory>(source);
}

}  // namespace qwen
