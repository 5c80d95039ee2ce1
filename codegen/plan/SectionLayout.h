// The places of a section's units, and what a section takes (Packer.h).
#pragma once

#include "codegen/plan/Packer.h"

namespace qwen {

inline int64_t ceilDiv(int64_t value, int64_t divisor) { return (value + divisor - 1) / divisor; }
inline int64_t roundUp(int64_t value, int64_t multiple) { return ceilDiv(value, multiple) * multiple; }

inline int64_t allRows(const PackedSource &source) { return source.experts * source.rows; }
inline bool isQuantized(PackedElement element) { return element == PackedElement::q8 || element == PackedElement::q4; }
inline bool inPanels(const PackedSection &section) {
  return section.order == PackedOrder::panels || section.order == PackedOrder::glu ||
         section.order == PackedOrder::screen;
}
// Whether what is lost by quantising it is the program's loss: a screen is beside the weight itself.
inline bool losesPrecision(const PackedSection &section) {
  return (section.order == PackedOrder::panels || section.order == PackedOrder::glu) && isQuantized(section.element);
}

// The smallest piece of a section that is packed by itself: all of a vector or of taps, a row, a panel.
int64_t unitBytes(const PackedSection &section);

// Rows of one source in a panel: [first, first + count), counted over all experts; count <= 16.
struct PanelRows {
  size_t source;  // its place in the section
  int64_t first;
  int64_t count;
};
PanelRows findPanel(const PackedSection &section, int64_t panel);

}  // namespace qwen
