#include "test/programs/CheckpointCopy.h"

#include <cstring>

namespace qwen::test {

CheckpointCopy::CheckpointCopy(const std::filesystem::path &source) {
  std::filesystem::copy(source, path(), std::filesystem::copy_options::recursive);
  for (const auto &entry : std::filesystem::directory_iterator(path()))
    std::filesystem::permissions(entry.path(), std::filesystem::perms::owner_write, std::filesystem::perm_options::add);
}

void CheckpointCopy::editJson(const std::string &name, const std::function<void(nlohmann::json &)> &change) const {
  auto json = nlohmann::json::parse(readFile(file(name)));
  change(json);
  write(name, json.dump(2));
}

void CheckpointCopy::editTensors(const std::string &name, const std::function<void(Tensors &)> &change) const {
  Tensors tensors = loadTensors(file(name));
  change(tensors);
  saveTensors(file(name), tensors);
}

void CheckpointCopy::editHeader(const std::string &name, const std::function<void(nlohmann::json &)> &change) const {
  std::string whole = readFile(file(name));
  uint64_t length = 0;
  std::memcpy(&length, whole.data(), sizeof length);
  auto header = nlohmann::json::parse(whole.substr(sizeof length, length));
  change(header);
  std::string text = header.dump();
  uint64_t new_length = text.size();
  std::string prefix(reinterpret_cast<const char *>(&new_length), sizeof new_length);
  write(name, prefix + text + whole.substr(sizeof length + length));
}

void CheckpointCopy::truncate(const std::string &name, int64_t bytes_less) const {
  std::filesystem::resize_file(file(name), std::filesystem::file_size(file(name)) - bytes_less);
}

void CheckpointCopy::remove(const std::string &name) const { std::filesystem::remove(file(name)); }

void CheckpointCopy::write(const std::string &name, const std::string &text) const { writeFile(file(name), text); }

}  // namespace qwen::test
