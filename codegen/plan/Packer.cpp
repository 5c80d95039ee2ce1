#include "codegen/plan/Packer.h"

#include "llvm/Support/xxhash.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <numeric>
#include <thread>
#include <unistd.h>

namespace qwen {
namespace {

constexpr int64_t kChunkBytes = 1 << 20;

int64_t ceilDiv(int64_t value, int64_t divisor) { return (value + divisor - 1) / divisor; }
int64_t roundUp(int64_t value, int64_t multiple) { return ceilDiv(value, multiple) * multiple; }
int64_t elementBytes(PackedElement element) { return element == PackedElement::bf16 ? 2 : 4; }
int64_t allRows(const PackedSource &source) { return source.experts * source.rows; }
bool isStacked(const PackedSection &section) {
  return section.order == PackedOrder::glu && section.sources.size() == 1;
}

// Rows of one source in a panel: [first, first + count), counted over all experts; count <= 16.
struct PanelRows {
  const PackedSource *source;
  int64_t first;
  int64_t count;
};

int64_t panelsPerGroup(const PackedSection &section) { return ceilDiv(section.group, kLanes); }

// The panel-th panel of rows that come in groups.
PanelRows rowsOfPanel(const PackedSection &section, const PackedSource &source, int64_t panel) {
  const int64_t per_group = panelsPerGroup(section);
  const int64_t within = panel % per_group * kLanes;
  return {&source, panel / per_group * section.group + within, std::min(kLanes, section.group - within)};
}

int64_t panelsOf(const PackedSection &section, const PackedSource &source) {
  return allRows(source) / section.group * panelsPerGroup(section);
}

PanelRows findPanel(const PackedSection &section, int64_t panel) {
  if (section.order == PackedOrder::glu && !isStacked(section))
    return rowsOfPanel(section, section.sources[panel % 2], panel / 2);
  if (isStacked(section)) {
    const PackedSource &source = section.sources.front();
    const int64_t half = source.rows / 2;
    const int64_t half_panels = half / section.group * panelsPerGroup(section);
    const int64_t expert = panel / (2 * half_panels);
    const int64_t within = panel % (2 * half_panels);
    PanelRows rows = rowsOfPanel(section, source, within / 2);
    rows.first += expert * source.rows + within % 2 * half;
    return rows;
  }
  auto source = section.sources.begin();
  for (; panel >= panelsOf(section, *source); ++source)
    panel -= panelsOf(section, *source);
  return rowsOfPanel(section, *source, panel);
}

// Round to nearest, ties to even; NaN stays NaN.
uint16_t toBf16(float value) {
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  if ((bits & 0x7fffffffu) > 0x7f800000u)
    return static_cast<uint16_t>(bits >> 16 | 0x40u);
  return static_cast<uint16_t>((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
}
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

// The smallest piece of a section that is packed by itself: all of a vector, a row, a panel.
int64_t unitBytes(const PackedSection &section) {
  const int64_t columns = section.sources.front().columns;
  switch (section.order) {
  case PackedOrder::vector:
    return section.bytes;
  case PackedOrder::rows:
    return columns * elementBytes(section.element);
  default:
    return roundUp(columns, section.k_group) * kLanes * elementBytes(section.element);
  }
}

// Packs units [first, first + count) into `out`, zero beforehand. `rows` is a buffer that is kept between calls.
bool packUnits(const PackedSection &section, int64_t first, int64_t count, const WeightSource &weights,
               std::vector<float> &rows, uint8_t *out, std::string &error) {
  if (section.order == PackedOrder::vector) {
    for (const PackedSource &source : section.sources) {
      if (!weights.readRows(source.name, 0, allRows(source), reinterpret_cast<float *>(out), error))
        return false;
      out += roundUp(allRows(source), kLanes) * sizeof(float);
    }
    return true;
  }
  const int64_t columns = section.sources.front().columns;
  const bool narrow = section.element == PackedElement::bf16;
  if (section.order == PackedOrder::rows) {
    rows.resize(columns);
    auto source = section.sources.begin();
    for (; first >= allRows(*source); ++source)
      first -= allRows(*source);
    for (int64_t i = 0; i < count; ++i, ++first, out += unitBytes(section)) {
      if (first == allRows(*source)) {
        ++source;
        first = 0;
      }
      if (!weights.readRows(source->name, first, 1, rows.data(), error))
        return false;
      narrow ? packRow<uint16_t>(rows.data(), columns, out) : packRow<float>(rows.data(), columns, out);
    }
    return true;
  }
  rows.resize(kLanes * columns);
  for (int64_t i = 0; i < count; ++i, out += unitBytes(section)) {
    const PanelRows panel = findPanel(section, first + i);
    if (!weights.readRows(panel.source->name, panel.first, panel.count, rows.data(), error))
      return false;
    narrow ? packPanel<uint16_t>(rows.data(), panel.count, columns, section.k_group, out)
           : packPanel<float>(rows.data(), panel.count, columns, section.k_group, out);
  }
  return true;
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
};

std::vector<Chunk> cutIntoChunks(const std::vector<PackedSection> &sections) {
  std::vector<Chunk> chunks;
  for (const PackedSection &section : sections) {
    const int64_t unit = unitBytes(section);
    const int64_t units = section.bytes / unit;
    const int64_t step = std::max<int64_t>(1, kChunkBytes / unit);
    for (int64_t first = 0; first < units; first += step)
      chunks.push_back({&section, first, std::min(step, units - first)});
  }
  return chunks;
}

}  // namespace

int64_t packedBytes(const PackedSection &section, const PackedSource &source) {
  const int64_t element = elementBytes(section.element);
  switch (section.order) {
  case PackedOrder::vector:
    return roundUp(allRows(source), kLanes) * sizeof(float);
  case PackedOrder::rows:
    return allRows(source) * source.columns * element;
  default:
    return panelsOf(section, source) * roundUp(source.columns, section.k_group) * kLanes * element;
  }
}

int64_t packedBytes(const PackedSection &section) {
  return std::accumulate(section.sources.begin(), section.sources.end(), int64_t{0},
                         [&](int64_t sum, const PackedSource &source) { return sum + packedBytes(section, source); });
}

static std::string checkSection(const PackedSection &section) {
  if (section.sources.empty())
    return "has no sources";
  const bool panels = section.order == PackedOrder::panels || section.order == PackedOrder::glu;
  if (section.order == PackedOrder::glu && section.sources.size() > 2)
    return "glu takes one or two sources, but there are " + std::to_string(section.sources.size());
  if (panels && (section.group < 1 || section.k_group < 1))
    return "group and k_group must be positive";
  for (const PackedSource &source : section.sources) {
    if (allRows(source) < 1 || source.columns < 1)
      return "source " + source.name + " is empty";
    if (source.columns != section.sources.front().columns)
      return "source " + source.name + " has " + std::to_string(source.columns) + " columns, the first one " +
             std::to_string(section.sources.front().columns);
    const int64_t divided = isStacked(section) ? source.rows / 2 : source.rows;
    if (isStacked(section) && source.rows % 2)
      return "source " + source.name + " has an odd number of rows";
    if (panels && divided % section.group)
      return "group " + std::to_string(section.group) + " does not divide the " + std::to_string(divided) +
             " rows of " + source.name;
    if (section.order == PackedOrder::glu && allRows(source) != allRows(section.sources.front()))
      return "gate and up differ in rows";
  }
  if (section.order == PackedOrder::vector && section.sources.front().columns != 1)
    return "a vector has one value per row";
  if (section.offset % 64 || section.offset < 0)
    return "offset " + std::to_string(section.offset) + " is no multiple of 64";
  if (packedBytes(section) != section.bytes)
    return "declares " + std::to_string(section.bytes) + " bytes, but its sources take " +
           std::to_string(packedBytes(section));
  return "";
}

bool checkSections(const std::vector<PackedSection> &sections, int64_t payload_bytes, std::string &error) {
  std::vector<const PackedSection *> sorted;
  for (const PackedSection &section : sections) {
    if (std::string problem = checkSection(section); !problem.empty()) {
      error = "packed weight " + section.name + ": " + problem;
      return false;
    }
    sorted.push_back(&section);
  }
  std::ranges::sort(sorted, {}, &PackedSection::offset);
  for (size_t i = 0; i < sorted.size(); ++i) {
    const int64_t end = sorted[i]->offset + sorted[i]->bytes;
    const int64_t limit = i + 1 < sorted.size() ? sorted[i + 1]->offset : payload_bytes;
    if (end > limit) {
      error = "packed weight " + sorted[i]->name + ": ends at " + std::to_string(end) + ", beyond " +
              (i + 1 < sorted.size() ? "the start of " + sorted[i + 1]->name : std::string("the payload's end")) +
              " at " + std::to_string(limit);
      return false;
    }
  }
  return true;
}

std::optional<uint64_t> packWeights(int fd, const std::vector<PackedSection> &sections, const WeightSource &source,
                                    const PackOptions &options, std::string &error) {
  std::vector<Chunk> chunks = cutIntoChunks(sections);
  int64_t all = 0;
  for (const PackedSection &section : sections)
    all += section.bytes;

  std::atomic<size_t> next = 0;
  std::atomic<bool> failed = false;
  std::mutex mutex;  // guards done, error and the callback
  int64_t done = 0;
  auto work = [&] {
    std::vector<float> rows;
    std::vector<uint8_t> out;
    for (size_t i; !failed && (i = next++) < chunks.size();) {
      Chunk &chunk = chunks[i];
      const int64_t unit = unitBytes(*chunk.section);
      out.assign(chunk.count * unit, 0);
      std::string problem;
      const int64_t offset = options.file_offset + chunk.section->offset + chunk.first * unit;
      const bool ok = packUnits(*chunk.section, chunk.first, chunk.count, source, rows, out.data(), problem) &&
                      writeAll(fd, out.data(), out.size(), offset, problem);
      chunk.hash = llvm::xxh3_64bits(llvm::ArrayRef<uint8_t>(out));
      std::lock_guard lock(mutex);
      if (!ok && !failed.exchange(true))
        error = problem;
      done += out.size();
      if (ok && options.progress)
        options.progress(done, all);
    }
  };
  const size_t threads = options.threads ? options.threads : std::max(1u, std::thread::hardware_concurrency());
  std::vector<std::thread> team;
  for (size_t i = 1; i < std::min(threads, chunks.size()); ++i)
    team.emplace_back(work);
  work();
  for (std::thread &thread : team)
    thread.join();
  if (failed)
    return std::nullopt;

  std::vector<uint8_t> hashes(chunks.size() * sizeof(uint64_t));
  for (size_t i = 0; i < chunks.size(); ++i)
    std::memcpy(hashes.data() + i * sizeof(uint64_t), &chunks[i].hash, sizeof(uint64_t));
  return llvm::xxh3_64bits(llvm::ArrayRef<uint8_t>(hashes));
}

}  // namespace qwen
