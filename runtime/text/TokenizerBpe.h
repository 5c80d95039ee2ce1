// Byte-level byte pair encoding, as the BPE model of HF's tokenizers library does it.
#pragma once

#include "runtime/text/TokenizerTables.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace qwen {

// Splits words into tokens; keeps its working memory from word to word.
class Bpe {
public:
  // `tables` is borrowed.
  explicit Bpe(const TokenizerTables &tables) : tables(tables) {}

  // Appends the tokens of one piece of the split pattern, in O(n log n) of its bytes.
  void encodeWord(std::string_view word, std::vector<int32_t> &ids);

private:
  static constexpr uint32_t kNone = UINT32_MAX;

  // A token so far, in a doubly linked list over the places of `symbols`.
  struct Symbol {
    uint32_t id;
    uint32_t previous, next;
  };
  // Two neighbours that may become one: the symbol at `position` and the one after it.
  struct Candidate {
    uint64_t order;        // rank, then position: the lowest is merged first
    uint32_t left, right;  // their ids when this was proposed
    uint32_t id;           // what they become
    uint32_t position() const { return static_cast<uint32_t>(order); }
  };
  static bool isLater(const Candidate &a, const Candidate &b) { return a.order > b.order; }

  bool candidateAt(uint32_t position, Candidate &candidate) const;
  void propose(uint32_t position);
  bool takeFirst(Candidate &candidate);
  bool isCurrent(const Candidate &candidate) const;

  const TokenizerTables &tables;
  std::vector<Symbol> symbols;
  std::vector<Candidate> initial;  // pairs of single bytes, the first to merge last
  std::vector<Candidate> heap;     // pairs that came up by merging, the first to merge on top
};

}  // namespace qwen
