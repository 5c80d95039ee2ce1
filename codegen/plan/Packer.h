// Packs a model's weights into the order in which kernels read them, streamed from their source to a file.
#pragma once

#include "codegen/plan/QuantPanel.h"
#include "frontend/WeightSource.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace qwen {

// See `qwen.packed` (dialect/KernelOps.td), of which the following is the plain form.
enum class PackedOrder {
  vector,  // f32, one value per row; every source padded to a multiple of 16 values
  rows,    // row-major, as in the checkpoint
  panels,  // [panel][ceil(columns / k_group)][16 rows][k_group]
  glu,     // as panels, those of gate and up alternating
  taps,    // f32, [column][rows of all experts padded to a multiple of 16]
  screen,  // as panels: a second, quantised copy of an LM head
  bounds,  // [panel][2][16 rows] f32, what ScreenBounds.h has of a screen of `element`
};
enum class PackedElement { f32, bf16, q8, q4 };  // q8 and q4: QuantFormat.h, in panels

// A tensor of the checkpoint: [experts, rows, columns]; [rows, columns] with experts = 1; [rows] with columns = 1.
struct PackedSource {
  std::string name;
  int64_t experts = 1;
  int64_t rows = 0;
  int64_t columns = 1;
};

struct PackedSection {
  std::string name;
  PackedOrder order = PackedOrder::rows;
  PackedElement element = PackedElement::f32;
  std::vector<PackedSource> sources;          // glu: gate and up, or one that holds both, gate above up in every expert
  PackedElement stored = PackedElement::f32;  // bounds: of the head itself
  int64_t group = 0;                          // panels, glu, screen: rows of a group, which is padded to whole panels
  int64_t k_group = 1;                        // panels, glu, screen: consecutive columns that a lane holds side by side
  int64_t offset = 0;                         // from the start of the payload, a multiple of 64
  int64_t bytes = 0;
  bool plus_one = false;  // vector: 1 is added to each value
};

inline constexpr int64_t kLanes = 16;  // rows of a panel

// What a section takes by its order and shapes; of one of its sources.
int64_t packedBytes(const PackedSection &section);
int64_t packedBytes(const PackedSection &section, const PackedSource &source);

// Whether the sections are possible, are as large as they declare, and lie in [0, payload_bytes) without overlap.
// What fails here is a mistake of the compiler, not of the user: `error` is one line.
bool checkSections(const std::vector<PackedSection> &sections, int64_t payload_bytes, std::string &error);

struct PackOptions {
  int64_t file_offset = 0;                                  // where the payload begins in the file
  unsigned threads = 0;                                     // 0: one per core
  std::function<void(int64_t done, int64_t all)> progress;  // payload bytes; called from one thread at a time
};

struct PackResult {
  struct Quantized {
    std::string source;
    PackedElement element;
    QuantError error;
  };
  uint64_t hash = 0;                 // of everything that was written
  std::vector<Quantized> quantized;  // in the order of sections and their sources
};

// Writes all sections (which passed checkSections) into the open file `fd`, which must read as zeros from
// `file_offset` on. Holds a few chunks of about a MiB per thread in memory. Result and bytes are the same for any
// number of threads. On failure nullopt, with `error` set to one line.
std::optional<PackResult> packWeights(int fd, const std::vector<PackedSection> &sections, const WeightSource &source,
                                      const PackOptions &options, std::string &error);

}  // namespace qwen
