// Pictures that can't be taken: one line each.
#include "runtime/media/Decode.h"
#include "runtime/media/VisionInputs.h"
#include "test/runtime/media/MediaData.h"
#include "test/runtime/media/Scratch.h"

#include <sys/resource.h>

namespace qwen {
namespace {

using namespace testing;

class BadImages : public MediaScratch {
protected:
  // What is said of a file, after its path.
  std::string problem(const std::string &file) const {
    const std::string message = messageOf([&] { readImage(file); });
    EXPECT_EQ(message.rfind(file + ": ", 0), 0u) << message;
    return message.substr(std::min(message.size(), file.size() + 2));
  }
  std::string problemOfCut(const std::string &name, size_t size) const {
    return problem(cut(mediaPath("images/" + name), size));
  }
};

// A PNG header that promises a picture and holds the first bytes of it; checksums are right.
std::string pngHeader(const std::string &size) { return std::string("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", 16) + size; }

TEST_F(BadImages, NotThere) { EXPECT_EQ(problem(path("none.png")), "cannot open: No such file or directory"); }

TEST_F(BadImages, Directory) { EXPECT_EQ(problem(directory.string()), "not a regular file"); }

TEST_F(BadImages, Empty) { EXPECT_EQ(problem(write("empty.png", "")), "the file is empty"); }

TEST_F(BadImages, Text) {
  EXPECT_EQ(problem(write("text.png", "This is a text.\n")),
            "not a JPEG, PNG or WebP picture, it begins with the bytes 54 68 69 73: convert it to one of these");
  EXPECT_EQ(problem(write("short.png", "\xff")),
            "not a JPEG, PNG or WebP picture, it begins with the bytes ff: convert it to one of these");
}

TEST_F(BadImages, TruncatedJpeg) {
  const std::string expected = "the JPEG file can't be decoded: it is truncated";
  const auto whole = std::filesystem::file_size(mediaPath("images/444.jpg"));
  EXPECT_EQ(problemOfCut("444.jpg", whole - 2), expected);
  EXPECT_EQ(problemOfCut("444.jpg", whole / 2), expected);
  EXPECT_EQ(problemOfCut("444.jpg", 20), expected);
  EXPECT_EQ(problemOfCut("progressive.jpg", 4000), expected);
  EXPECT_EQ(problemOfCut("cmyk.jpg", 4000), expected);
}

TEST_F(BadImages, JpegWithoutPicture) {
  EXPECT_EQ(problem(write("a.jpg", "\xff\xd8\xff\xd9")).rfind("the JPEG file can't be decoded: ", 0), 0u);
}

TEST_F(BadImages, TruncatedPng) {
  const std::string expected = "the PNG file can't be decoded: it is truncated";
  EXPECT_EQ(problemOfCut("rgb-noise.png", 9000), expected);
  EXPECT_EQ(problemOfCut("interlaced.png", 2000), expected);
  EXPECT_EQ(problemOfCut("palette-8.png", 60), expected);
  EXPECT_EQ(problemOfCut("rgb-noise.png", 8), expected);
}

TEST_F(BadImages, DamagedPng) {
  std::string header = pngHeader(std::string("\0\0\0\1\0\0\0\1\x08\x02\0\0\0", 13));
  EXPECT_EQ(problem(write("crc.png", header + "\1\2\3\4")), "the PNG file can't be decoded: IHDR: CRC error");
}

TEST_F(BadImages, PngBomb) {
  rusage before;
  getrusage(RUSAGE_SELF, &before);
  // 50,000 x 50,000, colour of 8 bits.
  const std::string header = pngHeader(std::string("\0\0\xc3\x50\0\0\xc3\x50\x08\x02\0\0\0", 13));
  EXPECT_EQ(problem(write("bomb.png", header + "\xc4\xcd\xaa\x9d" + std::string("\0\0\0\0IDAT\x35\xaf\x06\x1e", 12))),
            "the picture is 50000x50000, at most 178956970 pixels are taken: scale it down");
  rusage after;
  getrusage(RUSAGE_SELF, &after);
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 50 * 1024) << "KB";
}

TEST_F(BadImages, TruncatedWebp) {
  EXPECT_EQ(problemOfCut("lossless.webp", 900), "the WebP file can't be decoded: it is truncated");
  EXPECT_EQ(problemOfCut("lossy-alpha.webp", 400), "the WebP file can't be decoded: it is truncated");
  EXPECT_EQ(problemOfCut("lossy.webp", 12), "the WebP file can't be decoded: its chunks are damaged");
}

TEST_F(BadImages, SizeThatIsKeptMustFit) {
  const VisionConfig config = configOf({{"do_resize", false}, {"patch_size", 16}});
  const std::string file = mediaPath("images/rgb-noise.png");
  EXPECT_EQ(messageOf([&] { processImages({file}, config); }),
            file + ": the picture is 83x57, without do_resize both sides must be multiples of 32");
}

TEST_F(BadImages, LimitsThatAskForTooMuch) {
  const VisionConfig config = configOf({{"min_pixels", int64_t{1} << 40}, {"max_pixels", int64_t{1} << 40}});
  const std::string file = mediaPath("images/1x1.png");
  EXPECT_EQ(messageOf([&] { processImages({file}, config); }),
            file + ": the picture is 1048600x1048600, at most 178956970 pixels are taken: scale it down");
}

TEST_F(BadImages, PatchesThatTakeTooMuch) {
  const VisionConfig config = configOf({{"patch_size", 1024}, {"temporal_patch_size", 1024}});
  const std::string file = mediaPath("images/1x1.png");
  EXPECT_EQ(messageOf([&] { processImages({file}, config); }),
            file + ": it becomes 4 patches of 3221225472 values, at most 2147483648 values are taken: lower the "
                   "processor's limit of pixels");
}

}  // namespace
}  // namespace qwen
