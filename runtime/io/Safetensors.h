// The safetensors file format: 8 bytes of header length, a JSON header, raw little-endian data.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qwen {

enum class DType { f64, f32, f16, bf16, i64, i32, i16, i8, u8, boolean };

int64_t dtypeBytes(DType type);
std::string_view dtypeName(DType type);  // as in the file: "F32", "BF16", "I64", ...

// One tensor of an open file.
struct TensorInfo {
  std::string name;
  DType dtype = DType::f32;
  std::vector<int64_t> shape;
  uint64_t offset = 0;  // bytes from the start of the data section
  uint64_t bytes = 0;
  int64_t elements() const;
};

// A file mapped for reading. Everything about it was checked by open(): header length, JSON, known types, shapes
// that fit their bytes, no holes beyond the file's end, no overlaps, no name twice.
class SafetensorsFile {
public:
  // On failure returns nullopt and sets `error` to one line that names the file and the tensor.
  static std::optional<SafetensorsFile> open(const std::string &path, std::string &error);
  SafetensorsFile(SafetensorsFile &&) noexcept;
  SafetensorsFile &operator=(SafetensorsFile &&) noexcept;
  ~SafetensorsFile();

  const std::string &path() const;
  const std::vector<TensorInfo> &tensors() const;       // in order of offset
  const TensorInfo *find(std::string_view name) const;  // null when absent
  const uint8_t *data(const TensorInfo &tensor) const;  // [tensor.bytes]
  // Lets go of the memory behind data that was read: a later read takes it from the file again.
  void release(const uint8_t *data, uint64_t bytes) const;

private:
  struct Impl;
  explicit SafetensorsFile(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl;
};

// A tensor to be written; `data` is borrowed.
struct TensorView {
  std::string name;
  DType dtype = DType::f32;
  std::vector<int64_t> shape;
  const void *data = nullptr;
};

// Writes `path` whole or not at all (temporary file beside it, then rename). On failure returns false and sets `error`.
bool writeSafetensors(const std::string &path, const std::vector<TensorView> &tensors, std::string &error);

}  // namespace qwen
