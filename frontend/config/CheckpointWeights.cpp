#include "frontend/config/CheckpointWeights.h"

#include "frontend/config/Convert.h"

#include <algorithm>
#include <optional>
#include <unordered_map>

namespace qwen {
namespace {

constexpr const char *kHead = "lm_head.weight";
constexpr const char *kVision[] = {"model.visual.", "visual."};

// The tensors that hold one weight: pieces of equal numbers of rows, one after another.
struct Entry {
  const WeightSpec *spec = nullptr;
  std::vector<StoredTensor> pieces;
  std::vector<std::string> piece_names;  // canonical names of the pieces
  std::vector<int64_t> piece_shape;
  bool transposed = false;  // one piece [E, columns, rows / E]
  bool rounds = false;      // what is read must be rounded to bf16: it isn't stored so
};

// Where a tensor of a given name goes. piece -1: it holds all pieces stacked.
struct Place {
  Entry *entry;
  int64_t piece;
};

using Places = std::unordered_map<std::string, Place>;

std::string shapeText(const std::vector<int64_t> &shape) {
  std::string text;
  for (int64_t size : shape)
    text += (text.empty() ? "" : ", ") + std::to_string(size);
  return "[" + text + "]";
}

InputError tensorError(const StoredTensor &tensor, const std::string &text) {
  return InputError(tensor.file->path() + ": tensor \"" + tensor.info->name + "\" " + text);
}

void addPlaces(Entry &entry, Places &places) {
  const WeightSpec &spec = *entry.spec;
  const bool gate_up = spec.kind == WeightKind::gate_up_experts;
  if (!gate_up && spec.kind != WeightKind::down_experts) {
    entry.piece_names = {spec.name};
    entry.piece_shape = spec.shape;
  } else {
    const std::string experts = spec.name.substr(0, spec.name.rfind('.') + 1);  // "...mlp.experts."
    for (int64_t e = 0; e < spec.shape[0]; ++e) {
      const std::string expert = experts + std::to_string(e) + ".";
      if (gate_up)
        entry.piece_names.insert(entry.piece_names.end(), {expert + "gate_proj.weight", expert + "up_proj.weight"});
      else
        entry.piece_names.push_back(expert + "down_proj.weight");
    }
    entry.piece_shape = {spec.shape[1] / (gate_up ? 2 : 1), spec.shape[2]};
    places.emplace(spec.name, Place{&entry, -1});
  }
  entry.pieces.resize(entry.piece_names.size());
  for (size_t i = 0; i < entry.piece_names.size(); ++i)
    places.emplace(entry.piece_names[i], Place{&entry, static_cast<int64_t>(i)});
}

// core_model_loading.py, rename_source_key: first the conversion of a multimodal model's names, then the base prefix is
// taken off or put on where that gives a known name.
const Place *findPlace(const Places &places, std::string name, const Naming &naming) {
  const std::string &prefix = naming.base_prefix;
  if (!naming.inner_prefix.empty() && name.starts_with(naming.inner_prefix))
    name = prefix + name.substr(naming.inner_prefix.size());
  auto lookUp = [&](const std::string &key) {
    auto found = places.find(key);
    return found == places.end() ? nullptr : &found->second;
  };
  if (name.starts_with(prefix))
    if (const Place *place = lookUp(name.substr(prefix.size())))
      return place;
  if (const Place *place = lookUp(prefix + name))
    return place;
  return lookUp(name);
}

const StoredTensor *findEitherWay(const Checkpoint &checkpoint, const Naming &naming, const std::string &name) {
  if (const StoredTensor *tensor = checkpoint.find(name))
    return tensor;
  if (const StoredTensor *tensor = checkpoint.find(naming.base_prefix + name))
    return tensor;
  if (!naming.inner_prefix.empty() && name.starts_with(naming.base_prefix))
    if (const StoredTensor *tensor = checkpoint.find(naming.inner_prefix + name.substr(naming.base_prefix.size())))
      return tensor;
  return name.starts_with(naming.base_prefix) ? checkpoint.find(name.substr(naming.base_prefix.size())) : nullptr;
}

bool isReal(const StoredTensor &tensor) {
  const DType type = tensor.info->dtype;
  return type == DType::f32 || type == DType::f16 || type == DType::bf16;
}

void place(const StoredTensor &tensor, const Place &place) {
  Entry &entry = *place.entry;
  const auto &shape = tensor.info->shape;
  if (!isReal(tensor))
    throw tensorError(tensor, "has type " + std::string(dtypeName(tensor.info->dtype)) + ", expected F32, F16 or BF16");
  if (place.piece >= 0) {
    StoredTensor &piece = entry.pieces[place.piece];
    if (piece.info)
      throw tensorError(tensor, "is the same weight as \"" + piece.info->name + "\"");
    if (shape != entry.piece_shape)
      throw tensorError(tensor, "is " + shapeText(shape) + ", expected " + shapeText(entry.piece_shape));
    piece = tensor;
    return;
  }
  const auto &expected = entry.spec->shape;
  const std::vector<int64_t> transposed = {expected[0], expected[2], expected[1]};
  if (shape != expected && shape != transposed)
    throw tensorError(tensor,
                      "is " + shapeText(shape) + ", expected " + shapeText(expected) + " or " + shapeText(transposed));
  for (const StoredTensor &piece : entry.pieces)
    if (piece.info)
      throw tensorError(tensor, "is the same weight as \"" + piece.info->name + "\"");
  entry.pieces = {tensor};
  entry.piece_names = {entry.spec->name};
  entry.piece_shape = expected;
  entry.transposed = shape != expected;
}

bool isIgnored(const std::string &name, const Naming &naming) {
  if (name.find("rotary_emb.inv_freq") != std::string::npos || name.starts_with("mtp."))
    return true;
  if (naming.ignore_vision &&
      std::any_of(std::begin(kVision), std::end(kVision), [&](const char *prefix) { return name.starts_with(prefix); }))
    return true;
  if (!naming.other_class)
    return false;
  return name == kHead || name == "score.weight" || name == "score.bias" || name == "qa_outputs.weight" ||
         name == "qa_outputs.bias";
}

class CheckpointSource : public WeightSource {
public:
  CheckpointSource(std::shared_ptr<const Checkpoint> checkpoint, const std::vector<WeightSpec> &specs)
      : specs(specs), checkpoint(std::move(checkpoint)), entries(specs.size()) {
    for (size_t i = 0; i < specs.size(); ++i) {
      entries[i].spec = &this->specs[i];
      by_name.emplace(specs[i].name, &entries[i]);
    }
  }

  void bind(const Naming &naming);
  bool readRows(const std::string &name, int64_t first, int64_t count, float *out, std::string &error) const override;

private:
  void useHeadAsEmbedding(const Naming &naming);
  void checkMissing() const;

  const std::vector<WeightSpec> specs;
  std::shared_ptr<const Checkpoint> checkpoint;
  std::vector<Entry> entries;  // one per spec
  std::unordered_map<std::string, const Entry *> by_name;
};

void CheckpointSource::bind(const Naming &naming) {
  Places places;
  for (Entry &entry : entries)
    addPlaces(entry, places);
  std::vector<const StoredTensor *> surplus;
  for (const auto &[name, tensor] : checkpoint->tensors()) {
    if (const Place *found = findPlace(places, name, naming)) {
      if (static_cast<size_t>(found->piece + 1) > found->entry->pieces.size())
        throw tensorError(tensor, "is the same weight as \"" + found->entry->pieces[0].info->name + "\"");
      place(tensor, *found);
    } else if (!isIgnored(name, naming) && !(naming.tied && name == kHead)) {
      surplus.push_back(&tensor);
    }
  }
  if (naming.tied)
    useHeadAsEmbedding(naming);
  checkMissing();
  for (Entry &entry : entries)
    entry.rounds = entry.spec->bf16 && std::any_of(entry.pieces.begin(), entry.pieces.end(),
                                                   [](const auto &piece) { return piece.info->dtype != DType::bf16; });
  if (!surplus.empty())
    throw tensorError(*surplus[0], "is not part of the model (" + std::to_string(surplus.size()) + " surplus tensor" +
                                       (surplus.size() > 1 ? "s)" : ")"));
}

// tie_weights: of a tied pair the one that is there serves for both.
void CheckpointSource::useHeadAsEmbedding(const Naming &naming) {
  const StoredTensor *head = checkpoint->find(kHead);
  auto embedding = by_name.find(naming.decoder_prefix + "embed_tokens.weight");
  if (head && embedding != by_name.end() && !embedding->second->pieces[0].info)
    place(*head, {&entries[embedding->second - entries.data()], 0});
}

void CheckpointSource::checkMissing() const {
  std::string first;
  int64_t count = 0;
  for (const Entry &entry : entries)
    for (size_t i = 0; i < entry.pieces.size(); ++i)
      if (!entry.pieces[i].info && count++ == 0)
        first = entry.piece_names[i];
  if (count)
    throw InputError(checkpoint->name() + ": tensor \"" + first + "\" is missing (" + std::to_string(count) +
                     " missing tensor" + (count > 1 ? "s)" : ")"));
}

void widen(const StoredTensor &tensor, int64_t first, int64_t count, float *out) {
  const int64_t value_bytes = dtypeBytes(tensor.info->dtype);
  const uint8_t *from = tensor.data() + first * value_bytes;
  switch (tensor.info->dtype) {
  case DType::f16:
    widenF16(from, count, out);
    break;
  case DType::bf16:
    widenBf16(from, count, out);
    break;
  default:
    copyF32(from, count, out);
  }
  // A build reads every weight once: what was read needn't stay, or a model's size would count as memory in use.
  constexpr int64_t kWorthACall = 16 * 1024;
  if (count * value_bytes >= kWorthACall)
    tensor.file->release(from, static_cast<uint64_t>(count * value_bytes));
}

// Rows [first, first + count) of all experts' rows from a tensor [E, columns, rows_per_expert].
void widenTransposed(const StoredTensor &tensor, int64_t columns, int64_t rows_per_expert, int64_t first, int64_t count,
                     float *out) {
  std::vector<float> line(std::min(count, rows_per_expert));
  while (count > 0) {
    const int64_t expert = first / rows_per_expert, row = first % rows_per_expert;
    const int64_t here = std::min(count, rows_per_expert - row);
    for (int64_t column = 0; column < columns; ++column) {
      widen(tensor, (expert * columns + column) * rows_per_expert + row, here, line.data());
      for (int64_t i = 0; i < here; ++i)
        out[i * columns + column] = line[i];
    }
    out += here * columns;
    first += here;
    count -= here;
  }
}

bool CheckpointSource::readRows(const std::string &name, int64_t first, int64_t count, float *out,
                                std::string &error) const {
  auto found = by_name.find(name);
  if (found == by_name.end()) {
    error = "weight \"" + name + "\" is not part of the model";
    return false;
  }
  const Entry &entry = *found->second;
  const int64_t rows = entry.spec->rows(), columns = entry.spec->columns();
  if (first < 0 || count < 0 || count > rows - first) {
    error = "weight \"" + name + "\" has " + std::to_string(rows) + " rows, but rows " + std::to_string(first) +
            " to " + std::to_string(first + count) + " were asked for";
    return false;
  }
  float *const start = out;
  const int64_t values = count * columns;
  if (entry.transposed) {
    widenTransposed(entry.pieces[0], columns, entry.spec->shape[1], first, count, out);
  } else {
    const int64_t piece_rows = rows / static_cast<int64_t>(entry.pieces.size());
    while (count > 0) {
      const int64_t row = first % piece_rows, here = std::min(count, piece_rows - row);
      widen(entry.pieces[first / piece_rows], row * columns, here * columns, out);
      out += here * columns;
      first += here;
      count -= here;
    }
  }
  if (entry.rounds)
    roundToBf16(start, values);
  return true;
}

}  // namespace

std::unique_ptr<WeightSource> bindWeights(std::shared_ptr<const Checkpoint> checkpoint, const Naming &naming,
                                          const std::vector<WeightSpec> &specs) {
  auto source = std::make_unique<CheckpointSource>(std::move(checkpoint), specs);
  source->bind(naming);
  return source;
}

bool isHeadTied(const Checkpoint &checkpoint, const Naming &naming, const std::string &embedding, const Warn &warn) {
  const StoredTensor *table = findEitherWay(checkpoint, naming, embedding);
  const StoredTensor *head = findEitherWay(checkpoint, naming, kHead);
  if (!table || !head)
    return true;
  if (table->info->shape != head->info->shape || !isReal(*table) || !isReal(*head))
    return false;  // bindWeights says what is wrong
  // Both as f32: the two may be stored as different types.
  constexpr int64_t kBlock = 1 << 16;
  std::vector<float> a(kBlock), b(kBlock);
  const int64_t count = table->info->elements();
  for (int64_t first = 0; first < count; first += kBlock) {
    const int64_t here = std::min(kBlock, count - first);
    widen(*table, first, here, a.data());
    widen(*head, first, here, b.data());
    if (!std::equal(a.begin(), a.begin() + here, b.begin())) {
      if (warn)
        warn(checkpoint.name() + ": tie_word_embeddings is true, but " + kHead + " differs from " + table->info->name +
             ": not tied");
      return false;
    }
  }
  return true;
}

}  // namespace qwen
