#include "frontend/config/Checkpoint.h"

#include "frontend/config/FieldReader.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <set>

namespace qwen {
namespace {

namespace fs = std::filesystem;

constexpr const char *kSingle = "model.safetensors";
constexpr const char *kIndex = "model.safetensors.index.json";

// The shards that an index names, sorted; each a plain file name.
std::set<std::string> shardsOf(const Json &weight_map, const std::string &index) {
  std::set<std::string> shards;
  for (auto item = weight_map.begin(); item != weight_map.end(); ++item) {
    if (!item->is_string())
      throw InputError(index + ": weight_map has " + shown(*item) + " for tensor " + shown(item.key()) +
                       ", expected a file name");
    const auto shard = item->get<std::string>();
    if (shard.empty() || shard == ".." || shard.find('/') != std::string::npos || shard.find('\0') != std::string::npos)
      throw InputError(index + ": weight_map names the file " + shown(shard) + ", expected a file beside the index");
    shards.insert(shard);
  }
  if (shards.empty())
    throw InputError(index + ": weight_map is empty, expected the names of the tensors");
  return shards;
}

// Shards without an index. Of names like model-00002-of-00003.safetensors all must be there.
std::set<std::string> findShards(const fs::path &directory) {
  std::set<std::string> shards;
  std::error_code code;
  for (const auto &entry : fs::directory_iterator(directory, code)) {
    const auto name = entry.path().filename().string();
    if (name.starts_with("model") && name.ends_with(".safetensors"))
      shards.insert(name);
  }
  for (const auto &name : shards) {
    unsigned number = 0, count = 0;
    if (std::sscanf(name.c_str(), "model-%5u-of-%5u.safetensors", &number, &count) != 2)
      continue;
    for (unsigned i = 1; i <= count; ++i) {
      char expected[64];
      std::snprintf(expected, sizeof expected, "model-%05u-of-%05u.safetensors", i, count);
      if (!shards.count(expected))
        throw InputError((directory / expected).string() + ": missing, expected beside " + name);
    }
  }
  return shards;
}

}  // namespace

std::shared_ptr<const Checkpoint> Checkpoint::open(const std::string &directory) {
  const fs::path root = directory;
  auto result = std::make_shared<Checkpoint>();
  if (fs::exists(root / kSingle)) {
    result->title = kSingle;
    result->add((root / kSingle).string());
  } else if (fs::exists(root / kIndex)) {
    result->title = kIndex;
    const Json json = readJsonObject((root / kIndex).string());
    FieldReader fields(kIndex, json);
    const Json *weight_map = fields.find("weight_map");
    if (!weight_map || !weight_map->is_object())
      fields.fail("weight_map", "an object from tensor names to file names");
    for (const auto &shard : shardsOf(*weight_map, kIndex)) {
      if (!fs::exists(root / shard))
        throw InputError((root / shard).string() + ": missing, but " + kIndex + " names it");
      result->add((root / shard).string());
    }
    result->checkIndex(*weight_map, kIndex);
  } else {
    result->title = "model*.safetensors";
    for (const auto &shard : findShards(root))
      result->add((root / shard).string());
    if (result->files.empty()) {
      for (const char *other : {"pytorch_model.bin", "pytorch_model.bin.index.json"})
        if (fs::exists(root / other))
          throw InputError((root / other).string() + ": expected weights as safetensors");
      return nullptr;
    }
  }
  return result;
}

void Checkpoint::add(const std::string &path) {
  std::string error;
  auto file = SafetensorsFile::open(path, error);
  if (!file)
    throw InputError(error);
  files.push_back(std::make_unique<SafetensorsFile>(std::move(*file)));
  for (const TensorInfo &info : files.back()->tensors()) {
    auto [place, added] = by_name.emplace(info.name, StoredTensor{files.back().get(), &info});
    if (!added)
      throw InputError(path + ": tensor \"" + info.name + "\" is also in " + place->second.file->path());
  }
}

void Checkpoint::checkIndex(const Json &weight_map, const std::string &index) const {
  for (auto item = weight_map.begin(); item != weight_map.end(); ++item) {
    const auto shard = item->get<std::string>();
    const StoredTensor *tensor = find(item.key());
    if (!tensor)
      throw InputError(index + ": tensor " + shown(item.key()) + " is said to be in " + shard + ", but is in no file");
    const auto actual = fs::path(tensor->file->path()).filename().string();
    if (actual != shard)
      throw InputError(index + ": tensor " + shown(item.key()) + " is said to be in " + shard + ", but is in " +
                       actual);
  }
  for (const auto &[name, tensor] : by_name)
    if (!weight_map.contains(name))
      throw InputError(tensor.file->path() + ": tensor \"" + name + "\" is not listed in " + index);
}

const StoredTensor *Checkpoint::find(const std::string &name) const {
  auto found = by_name.find(name);
  return found == by_name.end() ? nullptr : &found->second;
}

bool Checkpoint::isBf16() const {
  return std::all_of(by_name.begin(), by_name.end(), [](const auto &entry) {
    const TensorInfo &info = *entry.second.info;
    const bool matrix = info.shape.size() > 1 && (info.dtype == DType::f32 || info.dtype == DType::f16);
    return !matrix;
  });
}

}  // namespace qwen
