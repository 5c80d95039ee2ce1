#include "tools/qwenc/BlobObject.h"

#include "llvm/BinaryFormat/ELF.h"
#include "llvm/Object/ELFObjectFile.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstring>
#include <map>
#include <unistd.h>

namespace qwen {
namespace {

using namespace llvm;

std::string modelObject(uint16_t machine, uint32_t flags) {
  ELF::Elf64_Ehdr header = {};
  header.e_machine = machine;
  header.e_flags = flags;
  return std::string(reinterpret_cast<const char *>(&header), sizeof(header));
}

// The object of these blobs, with `weights` embedded.
std::string makeObject(const std::string &model, StringRef weights, StringRef json, StringRef tokenizer) {
  std::FILE *file = std::tmpfile();
  const int fd = fileno(file);
  EXPECT_EQ(ssize_t(weights.size()), pwrite(fd, weights.data(), weights.size(), BlobObject::kWeightsOffset));
  std::string error;
  EXPECT_TRUE(BlobObject(model).finish(fd, weights.size(), json, tokenizer, error)) << error;
  std::string bytes(lseek(fd, 0, SEEK_END), '\0');
  EXPECT_EQ(ssize_t(bytes.size()), pread(fd, bytes.data(), bytes.size(), 0));
  std::fclose(file);
  return bytes;
}

// Each global symbol's bytes.
std::map<std::string, std::string> symbolBytes(const object::ELF64LEObjectFile &object) {
  std::map<std::string, std::string> result;
  for (const object::ELFSymbolRef &symbol : object.symbols()) {
    auto section = cantFail(symbol.getSection());
    const StringRef bytes = cantFail(section->getContents());
    result[cantFail(symbol.getName()).str()] = bytes.substr(cantFail(symbol.getValue()), symbol.getSize()).str();
  }
  return result;
}
uint16_t machineOf(const std::string &object) {
  ELF::Elf64_Ehdr header;
  std::memcpy(&header, object.data(), sizeof(header));
  return header.e_machine;
}
std::string size64(uint64_t size) { return std::string(reinterpret_cast<const char *>(&size), sizeof(size)); }

TEST(BlobObject, HoldsTheSymbolsOfTheEntryHeader) {
  const std::string weights(10000, 'w');
  const std::string bytes = makeObject(modelObject(ELF::EM_X86_64, 0), weights, "{\"a\":1}", StringRef("\0\1\2", 3));
  auto object = cantFail(object::ELF64LEObjectFile::create(MemoryBufferRef(bytes, "blobs")));
  EXPECT_EQ(ELF::EM_X86_64, machineOf(bytes));
  const auto symbols = symbolBytes(object);
  EXPECT_EQ(6u, symbols.size());
  EXPECT_EQ("{\"a\":1}", symbols.at("qwen_program_json"));
  EXPECT_EQ(size64(7), symbols.at("qwen_program_json_size"));
  EXPECT_EQ(std::string("\0\1\2", 3), symbols.at("qwen_tokenizer_blob"));
  EXPECT_EQ(size64(3), symbols.at("qwen_tokenizer_size"));
  EXPECT_EQ(weights, symbols.at("qwen_weights_blob"));
  EXPECT_EQ(size64(10000), symbols.at("qwen_weights_size"));
  for (const object::ELFSectionRef section : object.sections())
    if (cantFail(section.getName()) == ".lrodata.qwen_weights") {
      EXPECT_EQ(4096u, section.getAlignment().value());
      EXPECT_TRUE(section.getFlags() & ELF::SHF_X86_64_LARGE);
    }
}

TEST(BlobObject, WithoutWeightsAndTokenizer) {
  const std::string bytes = makeObject(modelObject(ELF::EM_RISCV, 5), "", "{}", "");
  auto object = cantFail(object::ELF64LEObjectFile::create(MemoryBufferRef(bytes, "blobs")));
  EXPECT_EQ(ELF::EM_RISCV, machineOf(bytes));
  EXPECT_EQ(5u, object.getPlatformFlags());
  const auto symbols = symbolBytes(object);
  EXPECT_EQ("{}", symbols.at("qwen_program_json"));
  EXPECT_EQ("", symbols.at("qwen_tokenizer_blob"));
  EXPECT_EQ(size64(0), symbols.at("qwen_tokenizer_size"));
  EXPECT_EQ(size64(0), symbols.at("qwen_weights_size"));
}

TEST(BlobObject, FullDisk) {
  std::FILE *file = std::fopen("/dev/full", "w");
  ASSERT_TRUE(file);
  std::string error;
  EXPECT_FALSE(BlobObject(modelObject(ELF::EM_X86_64, 0)).finish(fileno(file), 0, "{}", "", error));
  EXPECT_EQ("cannot write the program's data: No space left on device", error);
  std::fclose(file);
}

}  // namespace
}  // namespace qwen
