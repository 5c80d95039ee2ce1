#include "tools/qwenc/QuantReport.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

#include <cmath>

namespace qwen {
namespace {

template <typename... Args> std::string text(const char *pattern, const Args &...args) {
  std::string line;
  llvm::raw_string_ostream(line) << llvm::format(pattern, args...);
  return line;
}

double bitsPerWeight(const std::vector<PackedSection> &sections) {
  double bits = 0, weights = 0;
  for (const PackedSection &section : sections) {
    bits += 8.0 * section.bytes;
    if (section.order == PackedOrder::screen || section.order == PackedOrder::bounds)
      continue;  // copies of weights that are counted already
    for (const PackedSource &source : section.sources)
      weights += double(source.experts) * source.rows * source.columns;
  }
  return bits / weights;
}

}  // namespace

std::string kindOfWeight(const std::string &name) {
  llvm::StringRef kind = name;
  kind.consume_back(".weight");
  llvm::SmallVector<llvm::StringRef> parts;
  kind.split(parts, '.');
  auto layer =
      llvm::find_if(llvm::reverse(parts), [](llvm::StringRef part) { return llvm::all_of(part, llvm::isDigit); });
  return llvm::join(llvm::make_range(layer.base(), parts.end()), ".");
}

void reportQuantization(const std::vector<PackedSection> &sections, const std::vector<PackResult::Quantized> &quantized,
                        Reporter &reporter) {
  if (quantized.empty())
    return;
  std::vector<std::pair<std::string, QuantError>> kinds;  // a few: in the order in which they come
  for (const PackResult::Quantized &weight : quantized) {
    const char *format = weight.element == PackedElement::q8 ? "q8 " : "q4 ";
    const std::string kind = format + kindOfWeight(weight.source);
    auto known = llvm::find_if(kinds, [&](const auto &entry) { return entry.first == kind; });
    if (known == kinds.end())
      known = kinds.insert(known, {kind, {}});
    known->second.add(weight.error);
  }
  reporter.note(text("%.2f bits per weight", bitsPerWeight(sections)));
  for (const auto &[kind, error] : kinds) {
    const double relative = error.squares > 0 ? error.squared_error / error.squares : 0.0;
    reporter.note(text("%-30s relative error %.5f (squared %.3e)", kind.c_str(), std::sqrt(relative), relative));
  }
}

}  // namespace qwen
