#include "runtime/text/TokenizerBpe.h"

#include <algorithm>

namespace qwen {

// A symbol that was merged into the one before it.
static constexpr uint32_t kMergedAway = UINT32_MAX;

bool Bpe::candidateAt(uint32_t position, Candidate &candidate) const {
  const Symbol &symbol = symbols[position];
  if (symbol.next == kNone)
    return false;
  uint32_t right = symbols[symbol.next].id;
  const TokenizerMerge *merge = tables.findMerge(symbol.id, right);
  if (merge == nullptr)
    return false;
  candidate = {static_cast<uint64_t>(merge->rank) << 32 | position, symbol.id, right, merge->id};
  return true;
}

void Bpe::propose(uint32_t position) {
  Candidate candidate;
  if (!candidateAt(position, candidate))
    return;
  heap.push_back(candidate);
  std::push_heap(heap.begin(), heap.end(), isLater);
}

// The first in order of both lists, which is taken out.
bool Bpe::takeFirst(Candidate &candidate) {
  bool from_initial = !initial.empty();
  if (from_initial && !heap.empty())
    from_initial = initial.back().order < heap.front().order;
  if (from_initial) {
    candidate = initial.back();
    initial.pop_back();
    return true;
  }
  if (heap.empty())
    return false;
  candidate = heap.front();
  std::pop_heap(heap.begin(), heap.end(), isLater);
  heap.pop_back();
  return true;
}

// Whether the two symbols still stand there. As in HF, others that become the same token by now will do.
bool Bpe::isCurrent(const Candidate &candidate) const {
  const Symbol &left = symbols[candidate.position()];
  if (left.id == kMergedAway || left.next == kNone)
    return false;
  uint32_t right = symbols[left.next].id;
  if (left.id == candidate.left && right == candidate.right)
    return true;
  const TokenizerMerge *merge = tables.findMerge(left.id, right);
  return merge != nullptr && merge->id == candidate.id;
}

void Bpe::encodeWord(std::string_view word, std::vector<int32_t> &ids) {
  if (int32_t id = tables.findWord(word); id >= 0) {
    ids.push_back(id);
    return;
  }
  symbols.clear();
  for (char c : word) {
    int32_t id = tables.byte_ids[static_cast<uint8_t>(c)];
    if (id < 0)
      continue;
    auto place = static_cast<uint32_t>(symbols.size());
    symbols.push_back({static_cast<uint32_t>(id), place == 0 ? kNone : place - 1, place + 1});
  }
  if (symbols.empty())
    return;
  symbols.back().next = kNone;

  initial.clear();
  heap.clear();
  Candidate candidate;
  for (uint32_t position = 0; position < symbols.size(); ++position) {
    if (candidateAt(position, candidate))
      initial.push_back(candidate);
  }
  std::sort(initial.begin(), initial.end(), isLater);
  while (takeFirst(candidate)) {
    if (!isCurrent(candidate))
      continue;
    Symbol &left = symbols[candidate.position()];
    Symbol &right = symbols[left.next];
    left.id = candidate.id;
    left.next = right.next;
    right.id = kMergedAway;
    if (left.next != kNone)
      symbols[left.next].previous = candidate.position();
    if (left.previous != kNone)
      propose(left.previous);
    propose(candidate.position());
  }
  for (uint32_t position = 0; position != kNone; position = symbols[position].next)
    ids.push_back(static_cast<int32_t>(symbols[position].id));
}

}  // namespace qwen
