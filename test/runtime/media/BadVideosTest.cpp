// Videos that can't be taken: one line each. And video files, with scripts that stand for ffmpeg.
#include "runtime/media/VisionInputs.h"
#include "test/runtime/media/MediaData.h"
#include "test/runtime/media/Scratch.h"

#include <cstdlib>

namespace qwen {
namespace {

using namespace testing;

class VideoTest : public MediaScratch {
protected:
  void SetUp() override {
    MediaScratch::SetUp();
    whole_path = std::getenv("PATH");
  }
  void TearDown() override {
    ::setenv("PATH", whole_path.c_str(), 1);
    MediaScratch::TearDown();
  }

  std::string problem(const std::string &video, const TestJson &config = TestJson::object()) const {
    return messageOf([&] { processVideos({{video, std::nullopt}}, configOf(TestJson::object(), config)); });
  }
  void copyFrame(const std::string &from, const std::string &to) const {
    std::filesystem::copy_file(mediaPath(from), path(to));
  }

  std::string whole_path;
};

TEST_F(VideoTest, NotThere) {
  EXPECT_EQ(problem(path("none")),
            path("none") + ": no such file or directory, expected a video file or a directory of frames");
}

TEST_F(VideoTest, WithoutFrames) {
  write(".hidden", "not looked at");
  EXPECT_EQ(problem(directory.string()),
            directory.string() + ": the directory has no frames, expected JPEG, PNG or WebP files");
}

TEST_F(VideoTest, TextAmongFrames) {
  copyFrame("images/1x1.png", "1.png");
  copyFrame("images/1x1.png", "2.png");
  write("notes.txt", "a text");
  EXPECT_EQ(problem(directory.string()),
            path("notes.txt") + ": not a JPEG, PNG or WebP picture, a directory of frames may hold nothing else");
}

TEST_F(VideoTest, OneFrame) {
  copyFrame("images/1x1.png", "1.png");
  EXPECT_EQ(problem(directory.string()),
            directory.string() + ": 1 frame(s) of the video were sampled, at least 2 are needed");
}

TEST_F(VideoTest, FramesOfSeveralSizes) {
  copyFrame("images/1x1.png", "1.png");
  copyFrame("images/2x1.png", "2.png");
  EXPECT_EQ(problem(directory.string()), path("2.png") + ": the frame is 2x1, but those before it are 1x1");
}

TEST_F(VideoTest, DamagedFrame) {
  copyFrame("images/444.jpg", "1.jpg");
  std::filesystem::rename(cut(mediaPath("images/444.jpg"), 2000), path("2.jpg"));
  EXPECT_EQ(problem(directory.string()), path("2.jpg") + ": the JPEG file can't be decoded: it is truncated");
}

TEST_F(VideoTest, NoFfmpeg) {
  const std::string file = write("a.mp4", "video");
  ::setenv("PATH", "/nowhere", 1);
  EXPECT_EQ(problem(file), file + ": video files are read by ffmpeg: cannot start ffprobe: No such file or directory: "
                                  "install ffmpeg, or give a directory of frames");
}

// ffmpeg and ffprobe as shell scripts; what they were called with is kept.
class FakeFfmpeg : public VideoTest {
protected:
  void install(const std::string &probe, const std::string &decode) {
    file = write("-a.mp4", "video");
    script("ffprobe", probe);
    script("ffmpeg", decode);
    ::setenv("PATH", (directory.string() + ":" + whole_path).c_str(), 1);
  }
  void script(const std::string &name, const std::string &body) {
    write(name, "#!/bin/sh\necho \"$@\" >" + path(name + ".args") + "\n" + body + "\n");
    std::filesystem::permissions(path(name), std::filesystem::perms::owner_all);
  }
  std::string arguments(const std::string &name) const {
    std::string line;
    std::getline(std::ifstream(path(name + ".args")), line);
    return line;
  }

  std::string file;
};

constexpr const char *kProbe = "echo nb_read_frames=49; echo avg_frame_rate=30000/1001";
// 3x2 pixels a frame, the n-th all of the n-th letter.
constexpr const char *kFrames =
    "for c in a b c d e f g h i; do printf 'P6\\n3 2\\n255\\n'; printf '%18s' | tr ' ' $c; done";

TEST_F(FakeFfmpeg, FramesComeThroughPipe) {
  install(kProbe, kFrames);
  const auto frames = openVideo({file, std::nullopt});
  EXPECT_EQ(frames->count(), 49);
  EXPECT_EQ(frames->fps(), 30000.0 / 1001.0);
  std::vector<std::string> taken;
  frames->read({0, 1, 1, 7, 9}, [&](const Image &frame) {
    EXPECT_EQ(frame.height, 2);
    EXPECT_EQ(frame.width, 3);
    taken.emplace_back(reinterpret_cast<const char *>(frame.pixels.get()), frame.bytes());
  });
  EXPECT_EQ(taken, (std::vector<std::string>{std::string(18, 'a'), std::string(18, 'b'), std::string(18, 'b'),
                                             std::string(18, 'c'), std::string(18, 'd')}));
  EXPECT_NE(arguments("ffprobe").find("-count_frames"), std::string::npos);
  EXPECT_NE(arguments("ffmpeg").find("-i file:" + file + " "), std::string::npos) << arguments("ffmpeg");
  EXPECT_NE(arguments("ffmpeg").find("select='between(n,0,1)+between(n,7,7)+between(n,9,9)'"), std::string::npos)
      << arguments("ffmpeg");
}

TEST_F(FakeFfmpeg, GivesRowsAndTimes) {
  install(kProbe, kFrames);
  const VideoRows rows = processVideos({{file, std::nullopt}}, configOf(TestJson::object()));
  EXPECT_EQ(rows.patches.grids, (std::vector<Grid>{{2, 10, 14}}));
  // Frames 0, 16, 32 and 48.
  EXPECT_EQ(rows.timestamps, (std::vector<std::vector<double>>{{8 * 1001.0 / 30000, 40 * 1001.0 / 30000}}));
  EXPECT_EQ(processVideos({{file, 10.0}}, configOf(TestJson::object())).timestamps[0].size(), 5u);
}

TEST_F(FakeFfmpeg, NotAVideo) {
  install("echo 'something else' >&2; echo 'moov atom not found' >&2; exit 1", "");
  EXPECT_EQ(problem(file), file + ": ffmpeg can't read the video: moov atom not found");
}

TEST_F(FakeFfmpeg, NoFrames) {
  install("echo avg_frame_rate=0/0", "");
  EXPECT_EQ(problem(file), file + ": the video has no frames");
}

TEST_F(FakeFfmpeg, NoRate) {
  install("echo nb_read_frames=4; echo avg_frame_rate=0/0", kFrames);
  EXPECT_EQ(problem(file), file + ": the video says nothing of its frame rate: give it with --fps");
}

TEST_F(FakeFfmpeg, EndsEarly) {
  install(kProbe, "printf 'P6\\n3 2\\n255\\nab'; echo 'damaged at the end' >&2");
  EXPECT_EQ(problem(file), file + ": ffmpeg can't decode the video: damaged at the end");
}

TEST_F(FakeFfmpeg, WritesSomethingElse) {
  install(kProbe, "printf 'P6\\n3 2\\n65535\\n'");
  EXPECT_EQ(problem(file), file + ": ffmpeg can't decode the video");
  install(kProbe, "printf 'P6\\n999999999999999999999 2\\n255\\n'");
  EXPECT_EQ(problem(file), file + ": ffmpeg can't decode the video");
}

TEST_F(FakeFfmpeg, StillRunningIsEnded) {
  install(kProbe, "printf 'P6\\n0 2\\n255\\n'; exec sleep 1000");
  EXPECT_EQ(problem(file), file + ": the picture is 0x2, it has no pixels");
}

}  // namespace
}  // namespace qwen
