// A video file, decoded by ffmpeg: the frames that are taken come through a pipe as PPM pictures.
#include "runtime/core/Error.h"
#include "runtime/media/Codecs.h"
#include "runtime/media/Subprocess.h"
#include "runtime/media/Video.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace qwen {
namespace {

// What ffmpeg takes as a file's name, whatever it begins with.
std::string fileUrl(const std::string &path) { return "file:" + path; }

std::string because(Subprocess &process) {
  const std::string message = process.lastMessage();
  return message.empty() ? "" : ": " + message;
}

// The value of a line "NAME=VALUE", empty: none.
std::string valueOf(const std::string &text, const std::string &name) {
  const size_t line = ("\n" + text).find("\n" + name + "=");
  if (line == std::string::npos)
    return "";
  const size_t begin = line + name.size() + 1;
  return text.substr(begin, text.find('\n', begin) - begin);
}

// Of "30000/1001" or "25".
double fraction(const std::string &text) {
  const size_t slash = text.find('/');
  const double above = std::atof(text.c_str());
  return slash == std::string::npos ? above : above / std::atof(text.c_str() + slash + 1);
}

// Of ascending numbers, for ffmpeg's filter: "between(n,0,2)+between(n,7,7)".
std::string selection(const std::vector<int64_t> &numbers) {
  std::string text;
  for (size_t i = 0, end; i < numbers.size(); i = end) {
    for (end = i + 1; end < numbers.size() && numbers[end] <= numbers[end - 1] + 1; ++end)
      ;
    text += (text.empty() ? "between(n," : "+between(n,") + std::to_string(numbers[i]) + "," +
            std::to_string(numbers[end - 1]) + ")";
  }
  return text;
}

// A number of a PPM header and the one character behind it; -1 where there is none.
int64_t headerNumber(Subprocess &process) {
  int64_t value = -1;
  for (char c; process.read(&c, 1);) {
    if (c >= '0' && c <= '9' && value < kMaxPixels)
      value = std::max<int64_t>(value, 0) * 10 + (c - '0');
    else if (value >= 0 || !std::isspace(static_cast<unsigned char>(c)))
      return value;
  }
  return -1;
}

class VideoFile : public VideoFrames {
public:
  explicit VideoFile(const VideoSource &source) : path(source.path) {
    Subprocess probe =
        start("ffprobe", {"-v", "error", "-select_streams", "v:0", "-count_frames", "-show_entries",
                          "stream=avg_frame_rate,nb_read_frames", "-of", "default=noprint_wrappers=1", fileUrl(path)});
    const std::string text = probe.readAll();
    if (!probe.succeeded())
      throw UserError(path + ": ffmpeg can't read the video" + because(probe));
    frames = std::atoll(valueOf(text, "nb_read_frames").c_str());
    if (frames < 1)
      throw UserError(path + ": the video has no frames");
    rate = source.fps.value_or(fraction(valueOf(text, "avg_frame_rate")));
    if (!(rate > 0.0 && rate < 1e6))
      throw UserError(path + ": the video says nothing of its frame rate: give it with --fps");
  }

  int64_t count() const override { return frames; }
  double fps() const override { return rate; }
  void read(const std::vector<int64_t> &numbers, const std::function<void(const Image &)> &take) const override {
    Subprocess decoder = start("ffmpeg", {"-nostdin", "-v", "error", "-i", fileUrl(path), "-map", "0:v:0", "-vf",
                                          "select='" + selection(numbers) + "'", "-fps_mode", "passthrough", "-f",
                                          "image2pipe", "-c:v", "ppm", "-pix_fmt", "rgb24", "pipe:1"});
    Image frame;
    for (size_t i = 0; i < numbers.size(); ++i) {
      if (i == 0 || numbers[i] != numbers[i - 1])
        frame = readPpm(decoder);
      take(frame);
    }
  }

private:
  Subprocess start(const std::string &program, std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), program);
    try {
      return Subprocess(arguments);
    } catch (const UserError &problem) {
      throw UserError(path + ": video files are read by ffmpeg: " + problem.what() +
                      ": install ffmpeg, or give a directory of frames");
    }
  }

  Image readPpm(Subprocess &decoder) const {
    char magic[2];
    if (decoder.read(magic, 2) && magic[0] == 'P' && magic[1] == '6') {
      const int64_t width = headerNumber(decoder), height = headerNumber(decoder), most = headerNumber(decoder);
      if (most == 255) {
        Image image = makeImage(height, width, path);
        if (decoder.read(image.pixels.get(), static_cast<size_t>(image.bytes())))
          return image;
      }
    }
    decoder.succeeded();
    throw UserError(path + ": ffmpeg can't decode the video" + because(decoder));
  }

  std::string path;
  int64_t frames = 0;
  double rate = 0;
};

}  // namespace

std::unique_ptr<VideoFrames> openVideoFile(const VideoSource &source) { return std::make_unique<VideoFile>(source); }

}  // namespace qwen
