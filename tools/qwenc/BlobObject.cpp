#include "tools/qwenc/BlobObject.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/BinaryFormat/ELF.h"

#include <cassert>
#include <cerrno>
#include <cstring>
#include <unistd.h>
#include <vector>

using namespace llvm;
using namespace llvm::ELF;

namespace qwen {
namespace {

// Numbers of the sections, in the order of the section header table.
enum : uint16_t { kNull, kWeights, kReadOnly, kNote, kSymbols, kStrings, kSectionNames, kSections };

// Grows the part of the file that follows the weights.
class Tail {
public:
  explicit Tail(uint64_t start) : start(start) {}
  uint64_t end() const { return start + bytes.size(); }
  uint64_t align(uint64_t alignment) {
    bytes.resize((end() + alignment - 1) / alignment * alignment - start);
    return end();
  }
  uint64_t append(const void *data, size_t size) {
    const uint64_t place = end();
    const char *begin = static_cast<const char *>(data);
    bytes.insert(bytes.end(), begin, begin + size);
    return place;
  }
  const std::vector<char> &data() const { return bytes; }

private:
  uint64_t start;
  std::vector<char> bytes;
};

class StringTable {
public:
  uint32_t add(StringRef name) {
    const uint32_t place = text.size();
    text.append(name);
    text.push_back('\0');
    return place;
  }
  const std::string &data() const { return text; }

private:
  std::string text = std::string(1, '\0');
};

bool writeAt(int fd, const void *data, size_t size, uint64_t offset, std::string &error) {
  const char *bytes = static_cast<const char *>(data);
  while (size > 0) {
    const ssize_t written = pwrite(fd, bytes, size, offset);
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0) {
      error = std::string("cannot write the program's data: ") + std::strerror(errno);
      return false;
    }
    bytes += written;
    size -= written;
    offset += written;
  }
  return true;
}

}  // namespace

BlobObject::BlobObject(StringRef model_object) {
  assert(model_object.size() >= sizeof(Elf64_Ehdr));
  Elf64_Ehdr header;
  std::memcpy(&header, model_object.data(), sizeof(header));
  machine = header.e_machine;
  flags = header.e_flags;
}

bool BlobObject::finish(int fd, int64_t weights_bytes, StringRef program_json, StringRef tokenizer,
                        std::string &error) const {
  Tail tail(kWeightsOffset + weights_bytes);
  StringTable strings, section_names;
  SmallVector<Elf64_Sym> symbols(1, Elf64_Sym());
  Elf64_Shdr sections[kSections] = {};

  // Read-only data: [json][tokenizer][three sizes].
  const uint64_t read_only = tail.align(64);
  auto addSymbol = [&](StringRef name, uint16_t section, uint64_t value, uint64_t size) {
    Elf64_Sym symbol = {};
    symbol.st_name = strings.add(name);
    symbol.setBindingAndType(STB_GLOBAL, STT_OBJECT);
    symbol.st_other = STV_HIDDEN;
    symbol.st_shndx = section;
    symbol.st_value = value;
    symbol.st_size = size;
    symbols.push_back(symbol);
  };
  auto addBlob = [&](StringRef name, StringRef bytes) {
    tail.align(64);
    addSymbol(name, kReadOnly, tail.append(bytes.data(), bytes.size()) - read_only, bytes.size());
    tail.append("", 1);  // the JSON is a C string, and an empty blob has an address of its own
  };
  auto addSize = [&](StringRef name, uint64_t size) {
    tail.align(8);
    addSymbol(name, kReadOnly, tail.append(&size, sizeof(size)) - read_only, sizeof(size));
  };
  addBlob("qwen_program_json", program_json);
  addBlob("qwen_tokenizer_blob", tokenizer);
  addSize("qwen_program_json_size", program_json.size());
  addSize("qwen_tokenizer_size", tokenizer.size());
  addSize("qwen_weights_size", weights_bytes);
  addSymbol("qwen_weights_blob", kWeights, 0, weights_bytes);

  auto describe = [&](uint16_t number, StringRef name, uint32_t type, uint64_t section_flags, uint64_t offset,
                      uint64_t size, uint64_t alignment) {
    Elf64_Shdr &section = sections[number];
    section.sh_name = section_names.add(name);
    section.sh_type = type;
    section.sh_flags = section_flags;
    section.sh_offset = offset;
    section.sh_size = size;
    section.sh_addralign = alignment;
  };
  // Weights of any size keep out of the way of code that reaches its data within 2 GiB.
  const bool large = machine == EM_X86_64;
  describe(kWeights, large ? ".lrodata.qwen_weights" : ".rodata.qwen_weights", SHT_PROGBITS,
           SHF_ALLOC | (large ? uint64_t(SHF_X86_64_LARGE) : 0), kWeightsOffset, weights_bytes, 4096);
  describe(kReadOnly, ".rodata.qwen", SHT_PROGBITS, SHF_ALLOC, read_only, tail.end() - read_only, 64);
  describe(kNote, ".note.GNU-stack", SHT_PROGBITS, 0, tail.end(), 0, 1);
  const uint64_t symbol_table = tail.align(8);
  tail.append(symbols.data(), symbols.size_in_bytes());
  describe(kSymbols, ".symtab", SHT_SYMTAB, 0, symbol_table, symbols.size_in_bytes(), 8);
  sections[kSymbols].sh_link = kStrings;
  sections[kSymbols].sh_info = 1;  // the first global symbol
  sections[kSymbols].sh_entsize = sizeof(Elf64_Sym);
  const uint64_t string_table = tail.append(strings.data().data(), strings.data().size());
  describe(kStrings, ".strtab", SHT_STRTAB, 0, string_table, strings.data().size(), 1);
  describe(kSectionNames, ".shstrtab", SHT_STRTAB, 0, tail.end(), 0, 1);
  sections[kSectionNames].sh_size = section_names.data().size();
  tail.append(section_names.data().data(), section_names.data().size());
  const uint64_t section_table = tail.align(8);
  tail.append(sections, sizeof(sections));

  Elf64_Ehdr header = {};
  std::memcpy(header.e_ident, ElfMagic, 4);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_ident[EI_VERSION] = EV_CURRENT;
  header.e_type = ET_REL;
  header.e_machine = machine;
  header.e_version = EV_CURRENT;
  header.e_flags = flags;
  header.e_ehsize = sizeof(header);
  header.e_shentsize = sizeof(Elf64_Shdr);
  header.e_shnum = kSections;
  header.e_shstrndx = kSectionNames;
  header.e_shoff = section_table;
  return writeAt(fd, &header, sizeof(header), 0, error) &&
         writeAt(fd, tail.data().data(), tail.data().size(), kWeightsOffset + weights_bytes, error);
}

}  // namespace qwen
