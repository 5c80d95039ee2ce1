#include "runtime/text/TokenizerTables.h"

#include "runtime/text/Utf8.h"

#include <algorithm>
#include <cstring>

namespace qwen {

namespace {

// Reads sections of a blob whose size is known to hold them.
struct Sections {
  const uint8_t *blob;

  template <typename T> std::span<const T> span(uint64_t offset, uint64_t count) const {
    return {reinterpret_cast<const T *>(blob + offset), count};
  }
};

std::string badHeader(const TokenizerHeader &header, uint64_t size) {
  if (header.blob_bytes != size)
    return "has " + std::to_string(size) + " bytes, but its header says " + std::to_string(header.blob_bytes);
  if (header.pattern > static_cast<uint32_t>(SplitPattern::qwen3_5))
    return "unknown split pattern " + std::to_string(header.pattern);
  if (header.ids == 0 || header.ids > kMaxTokenizerIds)
    return std::to_string(header.ids) + " ids, allowed are 1 to " + std::to_string(kMaxTokenizerIds);
  if ((header.words == 0) != (header.word_buckets == 0) || (header.merges == 0) != (header.merge_buckets == 0))
    return "a hash table without buckets";
  if (header.reserved != 0)
    return "reserved field is not zero";
  uint64_t end = layoutOf(header).end;
  if (end != size)
    return "has " + std::to_string(size) + " bytes, but its tables need " + std::to_string(end);
  return {};
}

std::string badTokens(const TokenizerTables &t, uint32_t token_bytes) {
  if (t.token_offsets.front() != 0 || t.token_offsets.back() != token_bytes ||
      !std::is_sorted(t.token_offsets.begin(), t.token_offsets.end()))
    return "token offsets are not ascending over the token bytes";
  auto bad_id = [&t](uint32_t id) { return id >= t.ids(); };
  for (int byte = 0; byte < 256; ++byte) {
    if (t.byte_ids[byte] != -1 && bad_id(static_cast<uint32_t>(t.byte_ids[byte])))
      return "byte " + std::to_string(byte) + " has an id outside the vocabulary";
  }
  if (std::any_of(t.words.begin(), t.words.end(), bad_id))
    return "a word has an id outside the vocabulary";
  if (std::any_of(t.merges.begin(), t.merges.end(), [&](const TokenizerMerge &merge) { return bad_id(merge.id); }))
    return "a merge has an id outside the vocabulary";
  return {};
}

std::string badAdded(const TokenizerTables &t, const AddedTokenSet &set, uint32_t added_bytes) {
  std::string_view previous;
  for (const TokenizerAdded &added : set.tokens) {
    if (added.id >= t.ids())
      return "an added token has an id outside the vocabulary";
    if (added.text_bytes == 0 || added.text > added_bytes || added.text_bytes > added_bytes - added.text)
      return "an added token's text lies outside the blob";
    std::string_view text = set.text(added);
    // Whole characters only: a match must not cut a character of the text.
    if (!isValidUtf8(text))
      return "an added token's text is not UTF-8";
    if (text <= previous)
      return "added tokens are not in order";
    previous = text;
  }
  return {};
}

}  // namespace

std::optional<TokenizerTables> TokenizerTables::fromBlob(const uint8_t *blob, uint64_t size, std::string &error) {
  auto fail = [&error](const std::string &what) {
    error = "tokenizer tables: " + what;
    return std::nullopt;
  };
  TokenizerHeader header;
  if (blob == nullptr || size < sizeof header || std::memcmp(blob, kTokenizerMagic, sizeof header.magic) != 0)
    return fail(std::string("not a tokenizer blob, expected it to begin with ") + kTokenizerMagic);
  if (reinterpret_cast<uintptr_t>(blob) % 8 != 0)
    return fail("not aligned to 8 bytes");
  std::memcpy(&header, blob, sizeof header);
  if (std::string what = badHeader(header, size); !what.empty())
    return fail(what);
  constexpr size_t kChecked = offsetof(TokenizerHeader, blob_bytes);
  if (hashBytes({reinterpret_cast<const char *>(blob) + kChecked, size - kChecked}, 0) != header.checksum)
    return fail("checksum does not match, the file is damaged");

  TokenizerLayout layout = layoutOf(header);
  Sections sections{blob};
  TokenizerTables tables;
  tables.pattern = static_cast<SplitPattern>(header.pattern);
  tables.byte_ids = sections.span<int32_t>(layout.byte_ids, 256).data();
  tables.token_offsets = sections.span<uint32_t>(layout.token_offsets, uint64_t{header.ids} + 1);
  tables.token_flags = blob + layout.token_flags;
  tables.token_bytes = sections.span<char>(layout.token_bytes, header.token_bytes).data();
  tables.word_seed = header.word_seed;
  tables.longest_word = header.longest_word;
  tables.word_displacements = sections.span<uint32_t>(layout.word_displacements, header.word_buckets);
  tables.words = sections.span<uint32_t>(layout.words, header.words);
  tables.merge_seed = header.merge_seed;
  tables.merge_displacements = sections.span<uint32_t>(layout.merge_displacements, header.merge_buckets);
  tables.merges = sections.span<TokenizerMerge>(layout.merges, header.merges);
  const char *texts = sections.span<char>(layout.added_bytes, header.added_bytes).data();
  tables.raw_added = {sections.span<FirstBytes>(layout.raw_first, 1).data(),
                      sections.span<TokenizerAdded>(layout.raw_added, header.raw_added), texts};
  tables.normalized_added = {sections.span<FirstBytes>(layout.normalized_first, 1).data(),
                             sections.span<TokenizerAdded>(layout.normalized_added, header.normalized_added), texts};

  if (std::string what = badTokens(tables, header.token_bytes); !what.empty())
    return fail(what);
  for (const AddedTokenSet *set : {&tables.raw_added, &tables.normalized_added}) {
    if (std::string what = badAdded(tables, *set, header.added_bytes); !what.empty())
      return fail(what);
  }
  return tables;
}

}  // namespace qwen
