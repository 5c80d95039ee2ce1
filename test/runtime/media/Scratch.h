// A directory of a test's own for pictures and videos.
#pragma once

#include "test/frontend/Files.h"

namespace qwen::testing {

class MediaScratch : public ScratchTest {
protected:
  // Returns the file's path.
  std::string write(const std::string &name, const std::string &bytes) const {
    ScratchTest::write(name, bytes);
    return path(name);
  }
  // The first `size` bytes of a file, under a name here.
  std::string cut(const std::string &from, size_t size) const {
    std::ifstream file(from, std::ios::binary);
    std::string bytes(size, '\0');
    EXPECT_TRUE(file.read(bytes.data(), static_cast<std::streamsize>(size))) << from;
    return write("cut", bytes);
  }
};

}  // namespace qwen::testing
