#include "codegen/plan/Packer.h"

#include "codegen/plan/Bf16.h"
#include "codegen/plan/ScreenBounds.h"
#include "codegen/plan/SectionLayout.h"

#include "llvm/Support/xxhash.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <thread>
#include <unistd.h>

namespace qwen {
namespace {

constexpr int64_t kChunkBytes = 1 << 20;

template <typename T> T convert(float value) {
  if constexpr (sizeof(T) == 2)
    return toBf16(value);
  else
    return value;
}

template <typename T> void packRow(const float *row, int64_t columns, uint8_t *out) {
  T *typed = reinterpret_cast<T *>(out);
  for (int64_t k = 0; k < columns; ++k)
    typed[k] = convert<T>(row[k]);
}

// `rows` [count, columns] -> `out` [ceil(columns / k_group)][16][k_group], which is zero beforehand.
template <typename T, int64_t k_constant>
void packPanel(const float *rows, int64_t count, int64_t columns, int64_t k_group, uint8_t *out) {
  const int64_t group = k_constant ? k_constant : k_group;
  T *typed = reinterpret_cast<T *>(out);
  const int64_t whole = columns / group * group;
  for (int64_t k = 0; k < whole; k += group, typed += kLanes * group)
    for (int64_t lane = 0; lane < count; ++lane)
      for (int64_t j = 0; j < group; ++j)
        typed[lane * group + j] = convert<T>(rows[lane * columns + k + j]);
  for (int64_t lane = 0; lane < count; ++lane)
    for (int64_t j = 0; j < columns - whole; ++j)
      typed[lane * group + j] = convert<T>(rows[lane * columns + whole + j]);
}

template <typename T> void packPanel(const float *rows, int64_t count, int64_t columns, int64_t k_group, uint8_t *out) {
  switch (k_group) {
  case 1:
    return packPanel<T, 1>(rows, count, columns, k_group, out);
  case 2:
    return packPanel<T, 2>(rows, count, columns, k_group, out);
  default:
    return packPanel<T, 0>(rows, count, columns, k_group, out);
  }
}

// What the threads keep between chunks, and what became of a chunk's weights.
struct Work {
  std::vector<float> rows;
  std::vector<uint8_t> out;
  std::vector<QuantError> errors;  // of each source of the section
};

bool packVector(const PackedSection &section, const WeightSource &weights, uint8_t *out, std::string &error) {
  for (const PackedSource &source : section.sources) {
    float *values = reinterpret_cast<float *>(out);
    if (!weights.readRows(source.name, 0, allRows(source), values, error))
      return false;
    if (section.plus_one)
      std::for_each_n(values, allRows(source), [](float &value) { value += 1; });
    out += roundUp(allRows(source), kLanes) * sizeof(float);
  }
  return true;
}

bool packTaps(const PackedSection &section, const WeightSource &weights, Work &work, std::string &error) {
  float *out = reinterpret_cast<float *>(work.out.data());
  for (const PackedSource &source : section.sources) {
    const int64_t channels = allRows(source), padded = roundUp(channels, kLanes);
    work.rows.resize(channels * source.columns);
    if (!weights.readRows(source.name, 0, channels, work.rows.data(), error))
      return false;
    for (int64_t channel = 0; channel < channels; ++channel)
      for (int64_t tap = 0; tap < source.columns; ++tap)
        out[tap * padded + channel] = work.rows[channel * source.columns + tap];
    out += source.columns * padded;
  }
  return true;
}

bool packRows(const PackedSection &section, int64_t first, int64_t count, const WeightSource &weights, Work &work,
              std::string &error) {
  const int64_t columns = section.sources.front().columns;
  work.rows.resize(columns);
  uint8_t *out = work.out.data();
  auto source = section.sources.begin();
  for (; first >= allRows(*source); ++source)
    first -= allRows(*source);
  for (int64_t i = 0; i < count; ++i, ++first, out += unitBytes(section)) {
    if (first == allRows(*source)) {
      ++source;
      first = 0;
    }
    if (!weights.readRows(source->name, first, 1, work.rows.data(), error))
      return false;
    section.element == PackedElement::bf16 ? packRow<uint16_t>(work.rows.data(), columns, out)
                                           : packRow<float>(work.rows.data(), columns, out);
  }
  return true;
}

bool packPanels(const PackedSection &section, int64_t first, int64_t count, const WeightSource &weights, Work &work,
                std::string &error) {
  const int64_t columns = section.sources.front().columns;
  work.rows.resize(kLanes * columns);
  const float *rows = work.rows.data();
  uint8_t *out = work.out.data();
  for (int64_t i = 0; i < count; ++i, out += unitBytes(section)) {
    const PanelRows panel = findPanel(section, first + i);
    QuantError lost;
    if (!weights.readRows(section.sources[panel.source].name, panel.first, panel.count, work.rows.data(), error))
      return false;
    switch (section.element) {
    case PackedElement::f32:
      packPanel<float>(rows, panel.count, columns, section.k_group, out);
      break;
    case PackedElement::bf16:
      packPanel<uint16_t>(rows, panel.count, columns, section.k_group, out);
      break;
    case PackedElement::q8:
      lost = packPanelQ8(rows, panel.count, columns, out);
      break;
    case PackedElement::q4:
      lost = packPanelQ4(rows, panel.count, columns, out);
      break;
    }
    if (losesPrecision(section))
      work.errors[panel.source].add(lost);
  }
  return true;
}

// Of each panel of rows as many values as screenBounds() gives.
bool packBounds(const PackedSection &section, int64_t first, int64_t count, const WeightSource &weights, Work &work,
                std::string &error) {
  const PackedSource &source = section.sources.front();
  work.rows.resize(kLanes * source.columns);
  auto *out = reinterpret_cast<float *>(work.out.data());
  for (int64_t panel = first; panel < first + count; ++panel, out += 2 * kLanes) {
    const int64_t row = panel * kLanes, here = std::min(kLanes, source.rows - row);
    if (!weights.readRows(source.name, row, here, work.rows.data(), error))
      return false;
    screenBounds(work.rows.data(), here, source.columns, section.stored, section.element, out);
  }
  return true;
}

// Packs units [first, first + count) into work.out.
bool packUnits(const PackedSection &section, int64_t first, int64_t count, const WeightSource &weights, Work &work,
               std::string &error) {
  work.out.assign(count * unitBytes(section), 0);
  work.errors.assign(losesPrecision(section) ? section.sources.size() : 0, {});
  switch (section.order) {
  case PackedOrder::vector:
    return packVector(section, weights, work.out.data(), error);
  case PackedOrder::taps:
    return packTaps(section, weights, work, error);
  case PackedOrder::rows:
    return packRows(section, first, count, weights, work, error);
  case PackedOrder::bounds:
    return packBounds(section, first, count, weights, work, error);
  default:
    return packPanels(section, first, count, weights, work, error);
  }
}

bool writeAll(int fd, const uint8_t *data, size_t size, int64_t offset, std::string &error) {
  while (size > 0) {
    const ssize_t written = pwrite(fd, data, size, offset);
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0) {
      error = std::string("cannot write the packed weights: ") + std::strerror(errno);
      return false;
    }
    data += written;
    size -= written;
    offset += written;
  }
  return true;
}

struct Chunk {
  const PackedSection *section;
  int64_t first;
  int64_t count;
  uint64_t hash = 0;
  std::vector<QuantError> errors;  // of each source of a quantised section
};

std::vector<Chunk> cutIntoChunks(const std::vector<PackedSection> &sections) {
  std::vector<Chunk> chunks;
  for (const PackedSection &section : sections) {
    const int64_t units = section.bytes / unitBytes(section);
    // Bounds are few bytes, but take as long as the panels that they are of.
    const int64_t work =
        section.order == PackedOrder::bounds ? kLanes * section.sources.front().columns * 2 : unitBytes(section);
    const int64_t step = std::max<int64_t>(1, kChunkBytes / work);
    for (int64_t first = 0; first < units; first += step)
      chunks.push_back({&section, first, std::min(step, units - first), 0, {}});
  }
  return chunks;
}

// Sums over chunks in their order.
PackResult resultOf(const std::vector<PackedSection> &sections, const std::vector<Chunk> &chunks) {
  PackResult result;
  std::vector<uint64_t> hashes;
  for (const Chunk &chunk : chunks)
    hashes.push_back(chunk.hash);
  result.hash = llvm::xxh3_64bits(
      llvm::ArrayRef(reinterpret_cast<const uint8_t *>(hashes.data()), hashes.size() * sizeof(uint64_t)));
  auto chunk = chunks.begin();
  for (const PackedSection &section : sections) {
    std::vector<QuantError> errors(section.sources.size());
    for (; chunk != chunks.end() && chunk->section == &section; ++chunk)
      for (size_t i = 0; i < chunk->errors.size(); ++i)
        errors[i].add(chunk->errors[i]);
    for (size_t i = 0; losesPrecision(section) && i < errors.size(); ++i)
      result.quantized.push_back({section.sources[i].name, section.element, errors[i]});
  }
  return result;
}

}  // namespace

std::optional<PackResult> packWeights(int fd, const std::vector<PackedSection> &sections, const WeightSource &source,
                                      const PackOptions &options, std::string &error) {
  std::vector<Chunk> chunks = cutIntoChunks(sections);
  int64_t all = 0;
  for (const PackedSection &section : sections)
    all += section.bytes;

  std::atomic<size_t> next = 0;
  std::atomic<bool> failed = false;
  std::mutex mutex;  // guards done, error and the callback
  int64_t done = 0;
  auto worker = [&] {
    Work work;
    for (size_t i; !failed && (i = next++) < chunks.size();) {
      Chunk &chunk = chunks[i];
      std::string problem;
      const int64_t offset = options.file_offset + chunk.section->offset + chunk.first * unitBytes(*chunk.section);
      const bool ok = packUnits(*chunk.section, chunk.first, chunk.count, source, work, problem) &&
                      writeAll(fd, work.out.data(), work.out.size(), offset, problem);
      chunk.hash = llvm::xxh3_64bits(llvm::ArrayRef<uint8_t>(work.out));
      chunk.errors = work.errors;
      std::lock_guard lock(mutex);
      if (!ok && !failed.exchange(true))
        error = problem;
      done += work.out.size();
      if (ok && options.progress)
        options.progress(done, all);
    }
  };
  const size_t threads = options.threads ? options.threads : std::max(1u, std::thread::hardware_concurrency());
  std::vector<std::thread> team;
  for (size_t i = 1; i < std::min(threads, chunks.size()); ++i)
    team.emplace_back(worker);
  worker();
  for (std::thread &thread : team)
    thread.join();
  if (failed)
    return std::nullopt;
  return resultOf(sections, chunks);
}

}  // namespace qwen
