#include "codegen/reference/GivenInputs.h"

#include "runtime/io/Safetensors.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

#include <cstring>

namespace qwen {

static bool fits(mlir::RankedTensorType type, llvm::ArrayRef<int64_t> shape) {
  return type && int64_t(shape.size()) == type.getRank() && type.getRank() > 0 &&
         llvm::all_of(llvm::zip(type.getShape(), shape), [](auto sizes) {
           return mlir::ShapedType::isDynamic(std::get<0>(sizes)) || std::get<0>(sizes) == std::get<1>(sizes);
         });
}

template <typename To, typename From> static void copyElements(std::vector<To> &to, const uint8_t *data) {
  for (size_t i = 0; i < to.size(); ++i) {
    From value;
    std::memcpy(&value, data + i * sizeof(From), sizeof(From));
    to[i] = To(value);
  }
}

static bool readTensor(const SafetensorsFile &file, const TensorInfo &info, mlir::Type argument, Tensor &tensor,
                       std::string &error) {
  auto type = mlir::dyn_cast<mlir::RankedTensorType>(argument);
  const bool real = info.dtype == DType::f32, integer = info.dtype == DType::i32 || info.dtype == DType::i64;
  if (!fits(type, info.shape) || real != type.getElementType().isF32() ||
      integer != type.getElementType().isInteger(32)) {
    llvm::raw_string_ostream stream(error);
    stream << file.path() << ": " << info.name << " is " << dtypeName(info.dtype) << " [";
    llvm::interleaveComma(info.shape, stream);
    stream << "], but the argument is " << argument;
    return false;
  }
  tensor = real ? Tensor::ofReals(info.shape) : Tensor::ofIntegers(info.shape);
  if (real)
    copyElements<float, float>(tensor.reals, file.data(info));
  else if (info.dtype == DType::i32)
    copyElements<int32_t, int32_t>(tensor.integers, file.data(info));
  else
    copyElements<int32_t, int64_t>(tensor.integers, file.data(info));
  return true;
}

static bool readFile(const ModuleFile &source, const std::string &path, std::vector<Tensor> &arguments,
                     std::string &error) {
  auto file = SafetensorsFile::open(path, error);
  if (!file)
    return false;
  for (const TensorInfo &info : file->tensors()) {
    const auto &names = source.argumentNames;
    const size_t place = llvm::find(names, info.name) - names.begin();
    if (place == names.size()) {
      error = path + ": " + info.name + " is no argument of @forward, which has " + llvm::join(names, ", ");
      return false;
    }
    if (!readTensor(*file, info, source.forward().getArgument(place).getType(), arguments[place], error))
      return false;
  }
  return true;
}

static bool readAttribute(mlir::Attribute value, mlir::Type argument, const std::string &name, Tensor &tensor,
                          std::string &error) {
  auto type = mlir::dyn_cast<mlir::RankedTensorType>(argument);
  auto data = mlir::dyn_cast<mlir::DenseElementsAttr>(value);
  if (!data || !fits(type, data.getType().getShape()) || data.getElementType() != type.getElementType() ||
      !(data.getElementType().isF32() || data.getElementType().isInteger(32))) {
    llvm::raw_string_ostream(error) << "argument %" << name << ": qwen.value is no value of " << argument;
    return false;
  }
  tensor.shape = data.getType().getShape().vec();
  if (data.getElementType().isF32())
    tensor.reals.assign(data.value_begin<float>(), data.value_end<float>());
  else
    tensor.integers.assign(data.value_begin<int32_t>(), data.value_end<int32_t>());
  return true;
}

bool readInputs(const ModuleFile &source, const std::string &path, std::vector<Tensor> &arguments, int64_t &rows,
                std::string &error) {
  arguments.assign(source.argumentNames.size(), Tensor());
  if (!path.empty() && !readFile(source, path, arguments, error))
    return false;
  const std::string *first = nullptr;  // argument that decides the number of rows
  for (auto [place, name] : llvm::enumerate(source.argumentNames)) {
    Tensor &argument = arguments[place];
    mlir::Attribute value = source.forward().getArgAttr(place, "qwen.value");
    if (value && argument.shape.empty() &&
        !readAttribute(value, source.forward().getArgument(place).getType(), name, argument, error))
      return false;
    if (argument.shape.empty() || name == "embeds" || name == "wanted")
      continue;
    if (first && argument.rows() != rows) {
      error = "argument %" + name + " has " + std::to_string(argument.rows()) + " rows, but %" + *first + " has " +
              std::to_string(rows);
      return false;
    }
    first = &source.argumentNames[place];
    rows = argument.rows();
  }
  return true;
}

}  // namespace qwen
