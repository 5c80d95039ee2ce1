#include "frontend/tokenizer/TokenizerBlob.h"

#include "frontend/tokenizer/ByteAlphabet.h"
#include "frontend/tokenizer/PerfectHash.h"
#include "runtime/text/TokenizerBpe.h"
#include "runtime/text/TokenizerHash.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace qwen {

namespace {

struct AddedSection {
  FirstBytes first{};
  std::vector<TokenizerAdded> tokens;
};

// The contents of the blob, section by section.
struct Sections {
  TokenizerHeader header{};
  std::vector<int32_t> byte_ids = std::vector<int32_t>(256, -1);
  std::vector<uint32_t> token_offsets;
  std::vector<uint8_t> token_flags;
  std::string token_bytes;
  std::vector<uint32_t> word_displacements;
  std::vector<uint32_t> words;
  std::vector<uint32_t> merge_displacements;
  std::vector<TokenizerMerge> merges;
  AddedSection raw_added, normalized_added;
  std::string added_bytes;

  std::string_view bytes(uint32_t id) const {
    return std::string_view(token_bytes).substr(token_offsets[id], token_offsets[id + 1] - token_offsets[id]);
  }
};

std::vector<uint8_t> assemble(const Sections &sections) {
  TokenizerHeader header = sections.header;
  std::memcpy(header.magic, kTokenizerMagic, sizeof header.magic);
  header.ids = static_cast<uint32_t>(sections.token_flags.size());
  header.token_bytes = static_cast<uint32_t>(sections.token_bytes.size());
  header.words = static_cast<uint32_t>(sections.words.size());
  header.word_buckets = static_cast<uint32_t>(sections.word_displacements.size());
  header.merges = static_cast<uint32_t>(sections.merges.size());
  header.merge_buckets = static_cast<uint32_t>(sections.merge_displacements.size());
  header.raw_added = static_cast<uint32_t>(sections.raw_added.tokens.size());
  header.normalized_added = static_cast<uint32_t>(sections.normalized_added.tokens.size());
  header.added_bytes = static_cast<uint32_t>(sections.added_bytes.size());
  TokenizerLayout layout = layoutOf(header);
  header.blob_bytes = layout.end;

  std::vector<uint8_t> blob(layout.end);
  auto put = [&blob](uint64_t offset, const auto &items) {
    if (!items.empty())
      std::memcpy(blob.data() + offset, items.data(), items.size() * sizeof(items[0]));
  };
  put(layout.byte_ids, sections.byte_ids);
  put(layout.token_offsets, sections.token_offsets);
  put(layout.token_flags, sections.token_flags);
  put(layout.token_bytes, sections.token_bytes);
  put(layout.word_displacements, sections.word_displacements);
  put(layout.words, sections.words);
  put(layout.merge_displacements, sections.merge_displacements);
  put(layout.merges, sections.merges);
  std::memcpy(blob.data() + layout.raw_first, &sections.raw_added.first, sizeof(FirstBytes));
  put(layout.raw_added, sections.raw_added.tokens);
  std::memcpy(blob.data() + layout.normalized_first, &sections.normalized_added.first, sizeof(FirstBytes));
  put(layout.normalized_added, sections.normalized_added.tokens);
  put(layout.added_bytes, sections.added_bytes);
  std::memcpy(blob.data(), &header, sizeof header);

  constexpr size_t kChecked = offsetof(TokenizerHeader, blob_bytes);
  header.checksum = hashBytes({reinterpret_cast<const char *>(blob.data()) + kChecked, blob.size() - kChecked}, 0);
  std::memcpy(blob.data(), &header, sizeof header);
  return blob;
}

// Token bytes and flags by id. Returns the ids that a word can become: vocabulary in the byte alphabet, ascending.
std::vector<uint32_t> placeTokens(const HfTokenizer &tokenizer, Sections &sections) {
  uint32_t ids = 0;
  for (const auto &[token, id] : tokenizer.vocabulary.ids)
    ids = std::max(ids, id + 1);
  for (const HfTokenizer::Added &added : tokenizer.added)
    ids = std::max(ids, added.id + 1);
  std::vector<std::string> texts(ids);
  for (const auto &[token, id] : tokenizer.vocabulary.ids)
    texts[id] = token;
  std::vector<uint32_t> words;
  for (uint32_t id = 0; id < ids; ++id) {
    std::optional<std::string> bytes = bytesOfToken(texts[id]);
    if (!bytes || bytes->empty())
      continue;
    words.push_back(id);
    if (bytes->size() == 1)
      sections.byte_ids[static_cast<uint8_t>(bytes->front())] = static_cast<int32_t>(id);
  }
  sections.token_flags.resize(ids);
  for (const HfTokenizer::Added &added : tokenizer.added) {
    texts[added.id] = added.decoded;
    sections.token_flags[added.id] = added.special ? kTokenSpecial : 0;
  }
  for (const std::string &text : texts) {
    sections.token_offsets.push_back(static_cast<uint32_t>(sections.token_bytes.size()));
    // As in HF's ByteLevel decoder, a token with a character outside the alphabet stands for its own text.
    sections.token_bytes += bytesOfToken(text).value_or(text);
  }
  sections.token_offsets.push_back(static_cast<uint32_t>(sections.token_bytes.size()));
  return words;
}

void placeMerges(const Vocabulary &vocabulary, Sections &sections) {
  const std::vector<TokenizerMerge> &merges = vocabulary.merges;
  PerfectHash table = buildPerfectHash(static_cast<uint32_t>(merges.size()), [&](uint32_t key, uint64_t seed) {
    return hashPair(merges[key].left, merges[key].right, seed);
  });
  sections.header.merge_seed = table.seed;
  sections.merge_displacements = table.displacements;
  sections.merges.resize(merges.size());
  for (size_t i = 0; i < merges.size(); ++i)
    sections.merges[table.slots[i]] = merges[i];
}

// Of `ids`, those that BPE makes of their own bytes.
std::vector<uint32_t> reachableWords(const std::vector<uint32_t> &ids, const Sections &sections) {
  std::vector<uint8_t> blob = assemble(sections);  // without words, so that every word goes through the merges
  std::string error;
  std::optional<TokenizerTables> tables = TokenizerTables::fromBlob(blob.data(), blob.size(), error);
  if (!tables)
    throw std::logic_error(error);
  Bpe bpe(*tables);
  std::vector<uint32_t> words;
  std::vector<int32_t> tokens;
  for (uint32_t id : ids) {
    tokens.clear();
    bpe.encodeWord(sections.bytes(id), tokens);
    if (tokens.size() == 1 && tokens.front() == static_cast<int32_t>(id))
      words.push_back(id);
  }
  return words;
}

void placeWords(const std::vector<uint32_t> &words, Sections &sections) {
  PerfectHash table = buildPerfectHash(static_cast<uint32_t>(words.size()), [&](uint32_t key, uint64_t seed) {
    return hashBytes(sections.bytes(words[key]), seed);
  });
  sections.header.word_seed = table.seed;
  sections.word_displacements = table.displacements;
  sections.words.resize(words.size());
  for (size_t i = 0; i < words.size(); ++i) {
    sections.words[table.slots[i]] = words[i];
    sections.header.longest_word =
        std::max(sections.header.longest_word, static_cast<uint32_t>(sections.bytes(words[i]).size()));
  }
}

void placeAdded(const HfTokenizer &tokenizer, Sections &sections) {
  std::vector<const HfTokenizer::Added *> ordered;
  for (const HfTokenizer::Added &added : tokenizer.added)
    ordered.push_back(&added);
  std::sort(ordered.begin(), ordered.end(), [](const auto *a, const auto *b) { return a->pattern < b->pattern; });
  for (const HfTokenizer::Added *added : ordered) {
    AddedSection &section = added->normalized ? sections.normalized_added : sections.raw_added;
    uint32_t flags = (added->lstrip ? kAddedStripLeft : 0u) | (added->rstrip ? kAddedStripRight : 0u);
    section.tokens.push_back({added->id, static_cast<uint32_t>(sections.added_bytes.size()),
                              static_cast<uint32_t>(added->pattern.size()), flags});
    sections.added_bytes += added->pattern;
    auto first = static_cast<uint8_t>(added->pattern.front());
    section.first.bits[first >> 6] |= uint64_t{1} << (first & 63);
  }
}

}  // namespace

std::vector<uint8_t> writeTokenizerBlob(const HfTokenizer &tokenizer) {
  Sections sections;
  sections.header.pattern = static_cast<uint32_t>(tokenizer.pattern);
  std::vector<uint32_t> words = placeTokens(tokenizer, sections);
  placeMerges(tokenizer.vocabulary, sections);
  placeAdded(tokenizer, sections);
  placeWords(tokenizer.ignore_merges ? words : reachableWords(words, sections), sections);
  return assemble(sections);
}

}  // namespace qwen
