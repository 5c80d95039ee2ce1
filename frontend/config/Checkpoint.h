// The weight files of a checkpoint directory.
#pragma once

#include "frontend/config/Json.h"
#include "runtime/io/Safetensors.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace qwen {

// A tensor where it lies. `data` is [tensor->bytes], mapped.
struct StoredTensor {
  const SafetensorsFile *file = nullptr;
  const TensorInfo *info = nullptr;
  const uint8_t *data() const { return file->data(*info); }
};

// The open files. Everything that can be wrong with them by themselves was checked: each file (SafetensorsFile),
// shards and index that disagree, a missing shard, a tensor in two shards.
class Checkpoint {
public:
  // Reads `directory`/model.safetensors, else the shards that model.safetensors.index.json lists, else every
  // model*.safetensors. Null when there are none. Throws InputError.
  static std::shared_ptr<const Checkpoint> open(const std::string &directory);

  // Null when absent.
  const StoredTensor *find(const std::string &name) const;
  // Whether every matrix (a float tensor of two or more dimensions) is bf16.
  bool isBf16() const;
  const std::map<std::string, StoredTensor> &tensors() const { return by_name; }
  // What messages call the weights: the single file's name, or the index's.
  const std::string &name() const { return title; }

private:
  void add(const std::string &path);
  void checkIndex(const Json &weight_map, const std::string &index) const;

  std::vector<std::unique_ptr<SafetensorsFile>> files;
  std::map<std::string, StoredTensor> by_name;
  std::string title;
};

}  // namespace qwen
