#include "runtime/io/Safetensors.h"

#include "nlohmann/json.hpp"
#include "runtime/io/AtomicFile.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <numeric>
#include <set>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/stat.h>
#include <tuple>
#include <unistd.h>
#include <unordered_map>

namespace qwen {
namespace {

using Json = nlohmann::json;

// The limit of HF's own reader.
constexpr uint64_t kMaxHeaderBytes = 100'000'000;
// Enough for {"name": {"shape": [1]}}: whatever nests deeper is not a header.
constexpr int kMaxDepth = 4;
constexpr size_t kMaxDimensions = 16;

struct DTypeRow {
  DType type;
  std::string_view name;
  int64_t bytes;
};
constexpr DTypeRow kDTypes[] = {
    {DType::f64, "F64", 8}, {DType::f32, "F32", 4},      {DType::f16, "F16", 2}, {DType::bf16, "BF16", 2},
    {DType::i64, "I64", 8}, {DType::i32, "I32", 4},      {DType::i16, "I16", 2}, {DType::i8, "I8", 1},
    {DType::u8, "U8", 1},   {DType::boolean, "BOOL", 1},
};

// Thrown while a header is read; the message lacks the file's name.
struct Malformed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// As JSON has it: a name with a line break in it doesn't break the line of the message.
std::string inQuotes(const std::string &name) {
  return Json(name).dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json parseHeader(const char *text, uint64_t size) {
  std::vector<std::set<std::string>> keys;  // of every open object
  auto check = [&](int depth, Json::parse_event_t event, Json &parsed) {
    if (depth > kMaxDepth)
      throw Malformed("header nests too deeply");
    if (event == Json::parse_event_t::object_start)
      keys.emplace_back();
    else if (event == Json::parse_event_t::object_end)
      keys.pop_back();
    else if (event == Json::parse_event_t::key) {
      auto name = parsed.get<std::string>();
      if (!keys.back().insert(name).second)
        throw Malformed((keys.size() == 1 ? "tensor " : "field ") + inQuotes(name) + " stands twice in the header");
    }
    return true;
  };
  try {
    return Json::parse(text, text + size, check);
  } catch (const Json::parse_error &problem) {
    throw Malformed("header is not JSON (byte " + std::to_string(problem.byte) + ")");
  }
}

const Json &field(const std::string &tensor, const Json &entry, const char *name) {
  auto found = entry.find(name);
  if (found == entry.end())
    throw Malformed("tensor " + inQuotes(tensor) + " has no " + name);
  return *found;
}

TensorInfo readTensor(const std::string &name, const Json &entry, uint64_t data_bytes) {
  const std::string where = "tensor " + inQuotes(name);
  if (!entry.is_object())
    throw Malformed(where + " is not described by an object");
  TensorInfo tensor;
  tensor.name = name;

  const Json &dtype = field(name, entry, "dtype");
  if (!dtype.is_string())
    throw Malformed(where + ": dtype is not a string");
  auto text = dtype.get<std::string>();
  auto row = std::find_if(std::begin(kDTypes), std::end(kDTypes), [&](auto &known) { return known.name == text; });
  if (row == std::end(kDTypes))
    throw Malformed(where + ": dtype " + inQuotes(text) +
                    " is not one of F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL");
  tensor.dtype = row->type;

  const Json &shape = field(name, entry, "shape");
  if (!shape.is_array())
    throw Malformed(where + ": shape is not an array");
  if (shape.size() > kMaxDimensions)
    throw Malformed(where + ": shape has " + std::to_string(shape.size()) + " dimensions, at most " +
                    std::to_string(kMaxDimensions) + " are allowed");
  // The product of what isn't zero stays below 2^63, so that no later product of these sizes can overflow.
  uint64_t bytes = static_cast<uint64_t>(row->bytes);
  bool empty = false;
  for (const Json &size : shape) {
    if (!size.is_number_unsigned() || size.get<uint64_t>() > INT64_MAX)
      throw Malformed(where + ": shape " + shape.dump() + " has an entry that is not a size");
    auto value = size.get<uint64_t>();
    tensor.shape.push_back(static_cast<int64_t>(value));
    empty |= value == 0;
    if (value != 0 && (__builtin_mul_overflow(bytes, value, &bytes) || bytes > INT64_MAX))
      throw Malformed(where + ": shape " + shape.dump() + " overflows");
  }
  tensor.bytes = empty ? 0 : bytes;

  const Json &offsets = field(name, entry, "data_offsets");
  if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() ||
      !offsets[1].is_number_unsigned())
    throw Malformed(where + ": data_offsets is not a pair of offsets");
  auto begin = offsets[0].get<uint64_t>(), end = offsets[1].get<uint64_t>();
  if (begin > end)
    throw Malformed(where + ": data_offsets " + offsets.dump() + " run backwards");
  if (end > data_bytes)
    throw Malformed(where + " ends at byte " + std::to_string(end) + " of the data, but the file has " +
                    std::to_string(data_bytes) + ": truncated");
  if (end - begin != tensor.bytes)
    throw Malformed(where + ": " + text + " of shape " + shape.dump() + " takes " + std::to_string(tensor.bytes) +
                    " bytes, but data_offsets span " + std::to_string(end - begin));
  tensor.offset = begin;
  return tensor;
}

std::vector<TensorInfo> readTensors(const Json &header, uint64_t data_bytes) {
  if (!header.is_object())
    throw Malformed("header is not a JSON object");
  std::vector<TensorInfo> tensors;
  for (auto &[name, entry] : header.items()) {
    if (name != "__metadata__")
      tensors.push_back(readTensor(name, entry, data_bytes));
    else if (!entry.is_object() ||
             !std::all_of(entry.begin(), entry.end(), [](auto &text) { return text.is_string(); }))
      throw Malformed("__metadata__ is not an object of strings");
  }
  std::stable_sort(tensors.begin(), tensors.end(), [](const TensorInfo &a, const TensorInfo &b) {
    return std::tie(a.offset, a.bytes) < std::tie(b.offset, b.bytes);
  });
  uint64_t end = 0;
  for (size_t i = 0; i < tensors.size(); ++i) {
    if (tensors[i].offset < end)
      throw Malformed("tensors " + inQuotes(tensors[i - 1].name) + " and " + inQuotes(tensors[i].name) + " overlap");
    if (tensors[i].offset > end)
      throw Malformed(std::to_string(tensors[i].offset - end) + " bytes before tensor " + inQuotes(tensors[i].name) +
                      " belong to no tensor");
    end += tensors[i].bytes;
  }
  if (end != data_bytes)
    throw Malformed(std::to_string(data_bytes - end) + " bytes at the end belong to no tensor");
  return tensors;
}

}  // namespace

int64_t dtypeBytes(DType type) {
  return std::find_if(std::begin(kDTypes), std::end(kDTypes), [&](auto &row) { return row.type == type; })->bytes;
}

std::string_view dtypeName(DType type) {
  return std::find_if(std::begin(kDTypes), std::end(kDTypes), [&](auto &row) { return row.type == type; })->name;
}

int64_t TensorInfo::elements() const {
  return std::accumulate(shape.begin(), shape.end(), int64_t{1}, std::multiplies<>());
}

struct SafetensorsFile::Impl {
  std::string path;
  uint8_t *base = nullptr;
  uint64_t size = 0;
  const uint8_t *data = nullptr;
  std::vector<TensorInfo> tensors;
  std::unordered_map<std::string_view, size_t> by_name;

  ~Impl() {
    if (base)
      ::munmap(base, size);
  }

  // Maps the file; throws Malformed.
  void map() {
    int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
      throw Malformed(std::string("cannot open: ") + std::strerror(errno));
    struct stat info;
    bool regular = ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
    void *mapped = MAP_FAILED;
    if (regular && info.st_size >= 8) {
      size = static_cast<uint64_t>(info.st_size);
      mapped = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
    }
    int problem = errno;
    ::close(fd);
    if (!regular)
      throw Malformed("not a regular file");
    if (info.st_size < 8)
      throw Malformed("not a safetensors file: " + std::to_string(info.st_size) + " bytes, shorter than its header");
    if (mapped == MAP_FAILED)
      throw Malformed(std::string("cannot map: ") + std::strerror(problem));
    base = static_cast<uint8_t *>(mapped);
  }

  void read() {
    uint64_t header_bytes = 0;
    for (int i = 0; i < 8; ++i)
      header_bytes |= static_cast<uint64_t>(base[i]) << (8 * i);
    if (header_bytes > kMaxHeaderBytes)
      throw Malformed("not a safetensors file: a header of " + std::to_string(header_bytes) +
                      " bytes, at most 100000000 are allowed");
    if (header_bytes > size - 8)
      throw Malformed("the header takes " + std::to_string(header_bytes) + " bytes, but the file has " +
                      std::to_string(size - 8) + " after its length: truncated");
    Json header = parseHeader(reinterpret_cast<const char *>(base) + 8, header_bytes);
    data = base + 8 + header_bytes;
    tensors = readTensors(header, size - 8 - header_bytes);
    for (size_t i = 0; i < tensors.size(); ++i)
      by_name.emplace(tensors[i].name, i);
  }
};

SafetensorsFile::SafetensorsFile(std::unique_ptr<Impl> impl) : impl(std::move(impl)) {}
SafetensorsFile::SafetensorsFile(SafetensorsFile &&) noexcept = default;
SafetensorsFile &SafetensorsFile::operator=(SafetensorsFile &&) noexcept = default;
SafetensorsFile::~SafetensorsFile() = default;

void SafetensorsFile::release(const uint8_t *data, uint64_t bytes) const {
  // A fault maps a window of pages around it, so pages let go of before come back with the next ones: begin where
  // such a window does.
  constexpr uintptr_t kWindow = 64 * 1024;
  const auto base = reinterpret_cast<uintptr_t>(impl->base), from = reinterpret_cast<uintptr_t>(data);
  const uintptr_t begin = std::max(base, from / kWindow * kWindow);
  // Advice: nothing depends on it.
  (void)::madvise(impl->base + (begin - base), from + bytes - begin, MADV_DONTNEED);
}

std::optional<SafetensorsFile> SafetensorsFile::open(const std::string &path, std::string &error) {
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  try {
    impl->map();
    impl->read();
  } catch (const std::exception &problem) {  // Malformed, or no memory for the header
    error = path + ": " + problem.what();
    return std::nullopt;
  }
  return SafetensorsFile(std::move(impl));
}

const std::string &SafetensorsFile::path() const { return impl->path; }
const std::vector<TensorInfo> &SafetensorsFile::tensors() const { return impl->tensors; }

const TensorInfo *SafetensorsFile::find(std::string_view name) const {
  auto found = impl->by_name.find(name);
  return found == impl->by_name.end() ? nullptr : &impl->tensors[found->second];
}

const uint8_t *SafetensorsFile::data(const TensorInfo &tensor) const { return impl->data + tensor.offset; }

bool writeSafetensors(const std::string &path, const std::vector<TensorView> &tensors, std::string &error) {
  // Wide types first, so that every tensor is aligned to its type.
  std::vector<const TensorView *> order;
  for (const TensorView &tensor : tensors)
    order.push_back(&tensor);
  std::stable_sort(order.begin(), order.end(),
                   [](auto *a, auto *b) { return dtypeBytes(a->dtype) > dtypeBytes(b->dtype); });

  Json header = Json::object();
  std::vector<uint64_t> sizes;
  uint64_t offset = 0;
  for (const TensorView *tensor : order) {
    if (header.contains(tensor->name)) {
      error = path + ": tensor " + inQuotes(tensor->name) + " would be written twice";
      return false;
    }
    sizes.push_back(static_cast<uint64_t>(
        std::accumulate(tensor->shape.begin(), tensor->shape.end(), dtypeBytes(tensor->dtype), std::multiplies<>())));
    header[tensor->name] = {{"dtype", dtypeName(tensor->dtype)},
                            {"shape", tensor->shape},
                            {"data_offsets", {offset, offset + sizes.back()}}};
    offset += sizes.back();
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  uint8_t length[8];
  for (int i = 0; i < 8; ++i)
    length[i] = static_cast<uint8_t>(static_cast<uint64_t>(text.size()) >> (8 * i));

  auto file = AtomicFile::create(path, error);
  if (!file || !file->write(length, sizeof length, error) || !file->write(text.data(), text.size(), error))
    return false;
  for (size_t i = 0; i < order.size(); ++i)
    if (!file->write(order[i]->data, sizes[i], error))
      return false;
  return file->commit(error);
}

}  // namespace qwen
