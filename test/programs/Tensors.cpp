#include "test/programs/Tensors.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <stdexcept>

namespace qwen::test {
namespace {

std::string shapeText(const Tensor &tensor) {
  std::string text = std::string(dtypeName(tensor.dtype)) + "[";
  for (size_t i = 0; i < tensor.shape.size(); ++i)
    text += (i ? "," : "") + std::to_string(tensor.shape[i]);
  return text + "]";
}

std::string typeDifference(const Tensor &actual, const Tensor &expected) {
  if (actual.dtype == expected.dtype && actual.shape == expected.shape)
    return "";
  return "is " + shapeText(actual) + ", expected " + shapeText(expected);
}

std::string valueText(const Tensor &tensor, int64_t i) {
  return tensor.dtype == DType::i64 ? std::to_string(tensor.i64()[i]) : std::to_string(tensor.f32()[i]);
}

std::string firstByteDifference(const Tensor &actual, const Tensor &reference, const Tensor &expected) {
  int64_t size = dtypeBytes(actual.dtype);
  for (int64_t i = 0; i < actual.elements(); ++i) {
    if (expected.dtype == DType::f32 && std::isnan(expected.f32()[i]))
      continue;
    if (std::memcmp(actual.bytes.data() + i * size, reference.bytes.data() + i * size, size) != 0)
      return "element " + std::to_string(i) + " is " + valueText(actual, i) + ", expected " + valueText(reference, i);
  }
  return "";
}

}  // namespace

int64_t Tensor::elements() const {
  int64_t count = 1;
  for (int64_t size : shape)
    count *= size;
  return count;
}

Tensors loadTensors(const std::string &path) {
  std::string error;
  auto file = SafetensorsFile::open(path, error);
  if (!file)
    throw std::runtime_error(error);
  Tensors tensors;
  for (const TensorInfo &info : file->tensors()) {
    const uint8_t *data = file->data(info);
    tensors[info.name] = {info.dtype, info.shape, std::vector<uint8_t>(data, data + info.bytes)};
  }
  return tensors;
}

void saveTensors(const std::string &path, const Tensors &tensors) {
  std::vector<TensorView> views;
  for (const auto &[name, tensor] : tensors)
    views.push_back({name, tensor.dtype, tensor.shape, tensor.bytes.data()});
  std::string error;
  if (!writeSafetensors(path, views, error))
    throw std::runtime_error(error);
}

template <typename T> static Tensor makeTensor(DType dtype, std::vector<int64_t> shape, const std::vector<T> &values) {
  Tensor tensor{dtype, std::move(shape), std::vector<uint8_t>(values.size() * sizeof(T))};
  std::memcpy(tensor.bytes.data(), values.data(), tensor.bytes.size());
  return tensor;
}

Tensor makeF32(std::vector<int64_t> shape, const std::vector<float> &values) {
  return makeTensor(DType::f32, std::move(shape), values);
}
Tensor makeI64(std::vector<int64_t> shape, const std::vector<int64_t> &values) {
  return makeTensor(DType::i64, std::move(shape), values);
}

Tensor slice(const Tensor &tensor, int64_t first, int64_t count) {
  Tensor part{tensor.dtype, tensor.shape, {}};
  int64_t stride = static_cast<int64_t>(tensor.bytes.size()) / tensor.shape.at(0);
  part.shape[0] = count;
  part.bytes.assign(tensor.bytes.begin() + first * stride, tensor.bytes.begin() + (first + count) * stride);
  return part;
}

double relativeError(const Tensor &actual, const Tensor &expected) {
  double squares = 0, largest = 0;
  int64_t live = 0;
  for (int64_t i = 0; i < expected.elements(); ++i) {
    double b = expected.f32()[i];
    if (std::isnan(b))
      continue;
    double distance = std::abs(actual.f32()[i] - b);
    largest = std::isnan(distance) ? std::numeric_limits<double>::infinity() : std::max(largest, distance);
    squares += b * b;
    ++live;
  }
  return largest == 0 ? 0 : largest / std::sqrt(squares / live);
}

double rmsError(const Tensor &actual, const Tensor &reference, const Tensor &expected) {
  double errors = 0, squares = 0;
  for (int64_t i = 0; i < expected.elements(); ++i) {
    if (std::isnan(expected.f32()[i]))
      continue;
    const double b = reference.f32()[i], error = actual.f32()[i] - b;
    errors += error * error;
    squares += b * b;
  }
  if (std::isnan(errors))
    return std::numeric_limits<double>::infinity();
  return errors == 0 ? 0 : std::sqrt(errors / squares);
}

std::string difference(const Tensor &actual, const Tensor &expected, double tolerance) {
  std::string text = typeDifference(actual, expected);
  if (!text.empty())
    return text;
  if (expected.dtype != DType::f32)
    return firstByteDifference(actual, expected, expected);
  double error = relativeError(actual, expected);
  if (error <= tolerance)
    return "";
  return "error " + std::to_string(error) + " of the RMS, allowed " + std::to_string(tolerance);
}

std::string bitDifference(const Tensor &actual, const Tensor &reference, const Tensor &expected) {
  std::string text = typeDifference(actual, reference);
  return text.empty() ? firstByteDifference(actual, reference, expected) : text;
}

}  // namespace qwen::test
