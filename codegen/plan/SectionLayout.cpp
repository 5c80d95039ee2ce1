#include "codegen/plan/SectionLayout.h"

#include "dialect/QuantFormat.h"

#include <algorithm>
#include <numeric>

namespace qwen {
namespace {

bool isStacked(const PackedSection &section) {
  return section.order == PackedOrder::glu && section.sources.size() == 1;
}

int64_t panelsPerGroup(const PackedSection &section) { return ceilDiv(section.group, kLanes); }

// The panel-th panel of rows that come in groups, of sources[source].
PanelRows rowsOfPanel(const PackedSection &section, size_t source, int64_t panel) {
  const int64_t per_group = panelsPerGroup(section);
  const int64_t within = panel % per_group * kLanes;
  return {source, panel / per_group * section.group + within, std::min(kLanes, section.group - within)};
}

int64_t panelsOf(const PackedSection &section, const PackedSource &source) {
  return allRows(source) / section.group * panelsPerGroup(section);
}

int64_t panelBytes(const PackedSection &section) {
  const int64_t columns = section.sources.front().columns;
  switch (section.element) {
  case PackedElement::f32:
    return roundUp(columns, section.k_group) * kLanes * 4;
  case PackedElement::bf16:
    return roundUp(columns, section.k_group) * kLanes * 2;
  case PackedElement::q8:
    return ceilDiv(columns, kQuantBlock) * kQ8BlockBytes;
  case PackedElement::q4:
    return ceilDiv(columns, kQuantBlock) * kQ4BlockBytes;
  }
  __builtin_unreachable();
}
constexpr int64_t kBoundsBytes = 2 * kLanes * sizeof(float);
int64_t rowBytes(const PackedSection &section) {
  return section.sources.front().columns * (section.element == PackedElement::bf16 ? 2 : 4);
}

std::string checkSource(const PackedSection &section, const PackedSource &source) {
  const PackedSource &first = section.sources.front();
  if (allRows(source) < 1 || source.columns < 1)
    return "source " + source.name + " is empty";
  if (source.columns != first.columns)
    return "source " + source.name + " has " + std::to_string(source.columns) + " columns, the first one " +
           std::to_string(first.columns);
  const int64_t divided = isStacked(section) ? source.rows / 2 : source.rows;
  if (isStacked(section) && source.rows % 2)
    return "source " + source.name + " has an odd number of rows";
  if (inPanels(section) && divided % section.group)
    return "group " + std::to_string(section.group) + " does not divide the " + std::to_string(divided) + " rows of " +
           source.name;
  if (section.order == PackedOrder::glu && allRows(source) != allRows(first))
    return "gate and up differ in rows";
  return "";
}

std::string checkSection(const PackedSection &section) {
  if (section.sources.empty())
    return "has no sources";
  if (section.order == PackedOrder::glu && section.sources.size() > 2)
    return "glu takes one or two sources, but there are " + std::to_string(section.sources.size());
  if (inPanels(section) && (section.group < 1 || section.k_group < 1))
    return "group and k_group must be positive";
  const bool bounds = section.order == PackedOrder::bounds;
  if ((bounds || section.order == PackedOrder::screen) &&
      (section.sources.size() != 1 || !isQuantized(section.element)))
    return "a screen is of one source and quantised";
  if (isQuantized(section.element) && !bounds && (!inPanels(section) || section.k_group != 4))
    return "what is quantised stands in panels with a k_group of 4";
  for (const PackedSource &source : section.sources)
    if (std::string problem = checkSource(section, source); !problem.empty())
      return problem;
  if (section.order == PackedOrder::vector && section.sources.front().columns != 1)
    return "a vector has one value per row";
  if (section.offset % 64 || section.offset < 0)
    return "offset " + std::to_string(section.offset) + " is no multiple of 64";
  if (packedBytes(section) != section.bytes)
    return "declares " + std::to_string(section.bytes) + " bytes, but its sources take " +
           std::to_string(packedBytes(section));
  return "";
}

}  // namespace

PanelRows findPanel(const PackedSection &section, int64_t panel) {
  if (section.order == PackedOrder::glu && !isStacked(section))
    return rowsOfPanel(section, panel % 2, panel / 2);
  if (isStacked(section)) {
    const PackedSource &source = section.sources.front();
    const int64_t half = source.rows / 2;
    const int64_t half_panels = half / section.group * panelsPerGroup(section);
    const int64_t expert = panel / (2 * half_panels);
    const int64_t within = panel % (2 * half_panels);
    PanelRows rows = rowsOfPanel(section, 0, within / 2);
    rows.first += expert * source.rows + within % 2 * half;
    return rows;
  }
  size_t source = 0;
  for (; panel >= panelsOf(section, section.sources[source]); ++source)
    panel -= panelsOf(section, section.sources[source]);
  return rowsOfPanel(section, source, panel);
}

int64_t unitBytes(const PackedSection &section) {
  switch (section.order) {
  case PackedOrder::vector:
  case PackedOrder::taps:
    return section.bytes;
  case PackedOrder::rows:
    return rowBytes(section);
  case PackedOrder::bounds:
    return kBoundsBytes;
  default:
    return panelBytes(section);
  }
}

int64_t packedBytes(const PackedSection &section, const PackedSource &source) {
  switch (section.order) {
  case PackedOrder::vector:
    return roundUp(allRows(source), kLanes) * sizeof(float);
  case PackedOrder::taps:
    return source.columns * roundUp(allRows(source), kLanes) * sizeof(float);
  case PackedOrder::rows:
    return allRows(source) * rowBytes(section);
  case PackedOrder::bounds:
    return ceilDiv(allRows(source), kLanes) * kBoundsBytes;
  default:
    return panelsOf(section, source) * panelBytes(section);
  }
}

int64_t packedBytes(const PackedSection &section) {
  return std::accumulate(section.sources.begin(), section.sources.end(), int64_t{0},
                         [&](int64_t sum, const PackedSource &source) { return sum + packedBytes(section, source); });
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

}  // namespace qwen
