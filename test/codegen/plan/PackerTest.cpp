#include "codegen/plan/Packer.h"

#include "codegen/plan/ScreenBounds.h"
#include "dialect/QuantFormat.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <map>
#include <unistd.h>

namespace qwen {
namespace {

// Tensors of whole numbers: value = 1000 * tensor + 100 * row + column + 1, so that no place holds zero.
struct FakeWeights : WeightSource {
  std::map<std::string, std::pair<int64_t, int64_t>> tensors;  // name -> rows, columns
  std::map<std::string, std::vector<float>> values;            // explicit values of some

  static float valueAt(char tensor, int64_t row, int64_t column) {
    return 1000 * (tensor - 'a') + 100 * row + column + 1;
  }
  bool readRows(const std::string &name, int64_t first, int64_t count, float *out, std::string &error) const override {
    auto found = tensors.find(name);
    if (found == tensors.end() || first < 0 || first + count > found->second.first) {
      error = name + ": rows " + std::to_string(first) + "+" + std::to_string(count) + " are not there";
      return false;
    }
    const int64_t columns = found->second.second;
    auto given = values.find(name);
    for (int64_t r = 0; r < count; ++r)
      for (int64_t c = 0; c < columns; ++c)
        *out++ = given != values.end() ? given->second[(first + r) * columns + c] : valueAt(name[0], first + r, c);
    return true;
  }
};

class PackerTest : public testing::Test {
protected:
  FakeWeights weights;
  std::vector<PackedSection> sections;
  std::string error;

  PackedSection &addQuantized(PackedElement element, PackedOrder order, std::vector<PackedSource> sources,
                              int64_t group) {
    PackedSection &section = add(order, std::move(sources), group, 4);
    section.element = element;
    section.bytes = packedBytes(section);
    return section;
  }
  PackedSection &add(PackedOrder order, std::vector<PackedSource> sources, int64_t group = 0, int64_t k_group = 1) {
    PackedSection section;
    section.name = "s" + std::to_string(sections.size());
    section.order = order;
    section.group = group;
    section.k_group = k_group;
    section.sources = std::move(sources);
    for (const PackedSource &source : section.sources)
      weights.tensors[source.name] = {source.experts * source.rows, source.columns};
    if (!sections.empty())
      section.offset = (sections.back().offset + sections.back().bytes + 63) / 64 * 64;
    section.bytes = packedBytes(section);
    return sections.emplace_back(std::move(section));
  }
  int64_t payloadBytes() const { return sections.back().offset + sections.back().bytes; }

  // What packing writes, from the start of the file.
  std::vector<uint8_t> pack(int64_t file_offset = 0, unsigned threads = 2) {
    EXPECT_TRUE(checkSections(sections, payloadBytes(), error)) << error;
    std::FILE *file = std::tmpfile();
    PackOptions options;
    options.file_offset = file_offset;
    options.threads = threads;
    std::vector<uint8_t> bytes(file_offset + payloadBytes());
    EXPECT_EQ(0, ftruncate(fileno(file), bytes.size()));
    EXPECT_TRUE(packWeights(fileno(file), sections, weights, options, error)) << error;
    EXPECT_EQ(ssize_t(bytes.size()), pread(fileno(file), bytes.data(), bytes.size(), 0));
    std::fclose(file);
    return bytes;
  }
  std::vector<float> packFloats(int64_t file_offset = 0) {
    const std::vector<uint8_t> bytes = pack(file_offset);
    std::vector<float> floats(bytes.size() / 4);
    std::memcpy(floats.data(), bytes.data(), floats.size() * 4);
    return floats;
  }
  std::string rejected(int64_t payload_bytes) {
    EXPECT_FALSE(checkSections(sections, payload_bytes, error));
    return error;
  }
};

float at(char tensor, int64_t row, int64_t column) { return FakeWeights::valueAt(tensor, row, column); }

TEST_F(PackerTest, VectorPadsEverySource) {
  add(PackedOrder::vector, {{"a", 1, 18}, {"b", 1, 3}});
  const std::vector<float> packed = packFloats();
  ASSERT_EQ(48u, packed.size());
  for (int64_t i = 0; i < 32; ++i)
    EXPECT_EQ(i < 18 ? at('a', i, 0) : 0, packed[i]) << i;
  for (int64_t i = 0; i < 16; ++i)
    EXPECT_EQ(i < 3 ? at('b', i, 0) : 0, packed[32 + i]) << i;
}

TEST_F(PackerTest, RowsAreTheCheckpoints) {
  add(PackedOrder::rows, {{"a", 1, 3, 5}, {"b", 1, 2, 5}});
  const std::vector<float> packed = packFloats();
  ASSERT_EQ(25u, packed.size());
  for (int64_t i = 0; i < 25; ++i)
    EXPECT_EQ(i < 15 ? at('a', i / 5, i % 5) : at('b', i / 5 - 3, i % 5), packed[i]) << i;
}

// q of two heads and k of one, head_dim 20: every head takes two panels of which the second has 4 rows.
TEST_F(PackerTest, PanelsPadEveryGroupAndTheColumns) {
  add(PackedOrder::panels, {{"a", 1, 40, 5}, {"b", 1, 20, 5}}, 20, 2);
  const std::vector<float> packed = packFloats();
  ASSERT_EQ(6u * 16 * 6, packed.size());
  for (int64_t panel = 0; panel < 6; ++panel)
    for (int64_t k = 0; k < 6; ++k)
      for (int64_t lane = 0; lane < 16; ++lane) {
        const int64_t within = panel % 2 * 16 + lane;
        const int64_t row = panel % 4 / 2 * 20 + within;
        const float expected = within < 20 && k < 5 ? at(panel < 4 ? 'a' : 'b', row, k) : 0;
        EXPECT_EQ(expected, packed[panel * 96 + k / 2 * 32 + lane * 2 + k % 2]) << panel << " " << k << " " << lane;
      }
}

TEST_F(PackerTest, TapsHaveChannelsInLanes) {
  add(PackedOrder::taps, {{"a", 18, 1, 4}});
  const std::vector<float> packed = packFloats();
  ASSERT_EQ(4u * 32, packed.size());
  for (int64_t tap = 0; tap < 4; ++tap)
    for (int64_t channel = 0; channel < 32; ++channel)
      EXPECT_EQ(channel < 18 ? at('a', channel, tap) : 0, packed[tap * 32 + channel]) << tap << " " << channel;
}

TEST_F(PackerTest, PanelsOfExpertsFollowOneAnother) {
  add(PackedOrder::panels, {{"a", 3, 17, 4}}, 17);
  const std::vector<float> packed = packFloats();
  ASSERT_EQ(3u * 2 * 16 * 4, packed.size());
  for (int64_t expert = 0; expert < 3; ++expert)
    for (int64_t row = 0; row < 32; ++row)
      for (int64_t k = 0; k < 4; ++k)
        EXPECT_EQ(row < 17 ? at('a', expert * 17 + row, k) : 0,
                  packed[expert * 128 + row / 16 * 64 + k * 16 + row % 16]);
}

TEST_F(PackerTest, AddsOneToZeroCenteredFactorsAlone) {
  add(PackedOrder::vector, {{"a", 1, 18}}).plus_one = true;
  const std::vector<float> packed = packFloats();
  ASSERT_EQ(32u, packed.size());
  for (int64_t row = 0; row < 32; ++row)
    EXPECT_EQ(row < 18 ? 1 + at('a', row, 0) : 0, packed[row]);
}

TEST_F(PackerTest, ColumnGroupsOfAnySize) {
  add(PackedOrder::panels, {{"a", 1, 16, 7}}, 16, 4);
  const std::vector<float> packed = packFloats();
  ASSERT_EQ(16u * 8, packed.size());
  for (int64_t lane = 0; lane < 16; ++lane)
    for (int64_t k = 0; k < 8; ++k)
      EXPECT_EQ(k < 7 ? at('a', lane, k) : 0, packed[k / 4 * 64 + lane * 4 + k % 4]);
}

TEST_F(PackerTest, GluAlternatesGateAndUp) {
  add(PackedOrder::glu, {{"a", 1, 24, 3}, {"b", 1, 24, 3}}, 24);
  const std::vector<float> packed = packFloats();
  ASSERT_EQ(4u * 16 * 3, packed.size());
  for (int64_t panel = 0; panel < 4; ++panel)
    for (int64_t k = 0; k < 3; ++k)
      for (int64_t lane = 0; lane < 16; ++lane) {
        const int64_t row = panel / 2 * 16 + lane;
        EXPECT_EQ(row < 24 ? at(panel % 2 ? 'b' : 'a', row, k) : 0, packed[panel * 48 + k * 16 + lane]);
      }
}

// One source [2, 2 * 20, 3]: gate above up in every expert.
TEST_F(PackerTest, GluOfStackedExperts) {
  add(PackedOrder::glu, {{"a", 2, 40, 3}}, 20);
  const std::vector<float> packed = packFloats();
  ASSERT_EQ(2u * 4 * 16 * 3, packed.size());
  for (int64_t expert = 0; expert < 2; ++expert)
    for (int64_t panel = 0; panel < 4; ++panel)
      for (int64_t k = 0; k < 3; ++k)
        for (int64_t lane = 0; lane < 16; ++lane) {
          const int64_t row = panel / 2 * 16 + lane;
          const float expected = row < 20 ? at('a', expert * 40 + panel % 2 * 20 + row, k) : 0;
          EXPECT_EQ(expected, packed[(expert * 4 + panel) * 48 + k * 16 + lane]);
        }
}

TEST_F(PackerTest, Bf16RoundsToNearestEven) {
  add(PackedOrder::rows, {{"a", 1, 1, 7}}).element = PackedElement::bf16;
  sections.back().bytes = packedBytes(sections.back());
  const float tie_down = 0x1.01p0f, tie_up = 0x1.03p0f;  // halfway between bf16 neighbours, even below and above
  using Limits = std::numeric_limits<float>;
  weights.values["a"] = {1.0f,          tie_down,           tie_up, std::nextafter(tie_down, 2.0f), -Limits::infinity(),
                         Limits::max(), Limits::quiet_NaN()};
  const std::vector<uint8_t> bytes = pack();
  uint16_t packed[7];
  ASSERT_EQ(sizeof(packed), bytes.size());
  std::memcpy(packed, bytes.data(), sizeof(packed));
  EXPECT_EQ(0x3f80, packed[0]);
  EXPECT_EQ(0x3f80, packed[1]);
  EXPECT_EQ(0x3f82, packed[2]);
  EXPECT_EQ(0x3f81, packed[3]);
  EXPECT_EQ(0xff80, packed[4]);
  EXPECT_EQ(0x7f80, packed[5]);
  EXPECT_GT(packed[6] & 0x7fff, 0x7f80);
}

TEST_F(PackerTest, Bf16Panels) {
  add(PackedOrder::panels, {{"a", 1, 2, 3}}, 2, 2).element = PackedElement::bf16;
  sections.back().bytes = packedBytes(sections.back());
  weights.values["a"] = {1, 2, 3, 4, 5, 6};
  const std::vector<uint8_t> bytes = pack();
  ASSERT_EQ(2u * 16 * 2 * 2, bytes.size());
  uint16_t packed[64];
  std::memcpy(packed, bytes.data(), sizeof(packed));
  const std::map<int, uint16_t> expected = {{0, 0x3f80}, {1, 0x4000},  {2, 0x4080},
                                            {3, 0x40a0}, {32, 0x4040}, {34, 0x40c0}};
  for (int i = 0; i < 64; ++i)
    EXPECT_EQ(expected.contains(i) ? expected.at(i) : 0, packed[i]) << i;
}

// Every panel of a section holds what QuantPanel makes of its rows; gate and up of stacked experts alternate.
TEST_F(PackerTest, QuantizedPanelsOfStackedExperts) {
  for (const PackedElement element : {PackedElement::q8, PackedElement::q4}) {
    sections.clear();
    addQuantized(element, PackedOrder::glu, {{"a", 2, 40, 70}}, 20);
    const bool q8 = element == PackedElement::q8;
    const int64_t panel_bytes = 2 * (q8 ? kQ8BlockBytes : kQ4BlockBytes);
    const std::vector<uint8_t> packed = pack();
    ASSERT_EQ(8 * panel_bytes, int64_t(packed.size()));
    for (int64_t panel = 0; panel < 8; ++panel) {
      const int64_t first = panel / 4 * 40 + panel % 2 * 20 + panel % 4 / 2 * 16;
      const int64_t count = panel % 4 < 2 ? 16 : 4;
      std::vector<float> rows(count * 70);
      ASSERT_TRUE(weights.readRows("a", first, count, rows.data(), error));
      std::vector<uint8_t> expected(panel_bytes);
      (q8 ? packPanelQ8 : packPanelQ4)(rows.data(), count, 70, expected.data());
      const auto begin = packed.begin() + panel * panel_bytes;
      EXPECT_EQ(expected, std::vector<uint8_t>(begin, begin + panel_bytes)) << panel;
    }
  }
}

// A screen is panels as others, but no loss of the program; its bounds are of the head as it is stored.
TEST_F(PackerTest, ScreenAndItsBounds) {
  addQuantized(PackedElement::q4, PackedOrder::screen, {{"a", 1, 20, 70}}, 20);
  PackedSection &bounds = add(PackedOrder::bounds, {{"a", 1, 20, 70}}, 20);
  bounds.element = PackedElement::q4;
  bounds.stored = PackedElement::bf16;
  bounds.bytes = packedBytes(bounds);
  EXPECT_EQ(2 * 128, bounds.bytes);
  const int64_t screen_bytes = 2 * 2 * kQ4BlockBytes;
  bounds.offset = screen_bytes;
  const std::vector<uint8_t> packed = pack();
  ASSERT_EQ(screen_bytes + 2 * 128, int64_t(packed.size()));
  for (int64_t panel = 0; panel < 2; ++panel) {
    const int64_t count = panel == 0 ? 16 : 4;
    std::vector<float> rows(count * 70), expected(32);
    ASSERT_TRUE(weights.readRows("a", panel * 16, count, rows.data(), error));
    std::vector<uint8_t> codes(2 * kQ4BlockBytes);
    packPanelQ4(rows.data(), count, 70, codes.data());
    EXPECT_TRUE(std::equal(codes.begin(), codes.end(), packed.begin() + panel * 2 * kQ4BlockBytes)) << panel;
    screenBounds(rows.data(), count, 70, PackedElement::bf16, PackedElement::q4, expected.data());
    EXPECT_EQ(0, std::memcmp(expected.data(), packed.data() + screen_bytes + panel * 128, 128)) << panel;
  }
}

TEST_F(PackerTest, SectionsLieAtTheirOffsets) {
  add(PackedOrder::vector, {{"a", 1, 2}});
  add(PackedOrder::rows, {{"b", 1, 1, 3}}).offset = 256;
  const std::vector<float> packed = packFloats(/*file_offset=*/128);
  EXPECT_EQ(at('a', 0, 0), packed[32]);
  EXPECT_EQ(at('b', 0, 2), packed[32 + 64 + 2]);
  for (int64_t i = 0; i < 32; ++i)
    EXPECT_EQ(0, packed[i]);
  for (int64_t i = 34; i < 96; ++i)
    EXPECT_EQ(0, packed[i]);
}

// Sections of several chunks, from one and from three threads.
TEST_F(PackerTest, BytesDoNotDependOnThreads) {
  add(PackedOrder::panels, {{"a", 1, 4000, 300}}, 4000, 2);
  add(PackedOrder::rows, {{"b", 1, 3000, 300}, {"c", 1, 1, 300}});
  const std::vector<uint8_t> alone = pack(0, 1);
  EXPECT_EQ(alone, pack(0, 3));
  float last;
  std::memcpy(&last, alone.data() + alone.size() - 4, 4);
  EXPECT_EQ(at('c', 0, 299), last);
}

TEST_F(PackerTest, ReportsProgressAndHash) {
  add(PackedOrder::rows, {{"a", 1, 3000, 300}});
  std::FILE *file = std::tmpfile();
  PackOptions options;
  int64_t seen = 0;
  options.progress = [&](int64_t done, int64_t all) {
    EXPECT_GT(done, seen);
    EXPECT_EQ(payloadBytes(), all);
    seen = done;
  };
  const uint64_t hash = packWeights(fileno(file), sections, weights, options, error)->hash;
  EXPECT_EQ(payloadBytes(), seen);
  options.threads = 1;
  seen = 0;
  EXPECT_EQ(hash, packWeights(fileno(file), sections, weights, options, error)->hash);
  seen = 0;
  weights.values["a"].assign(3000 * 300, 1.0f);
  EXPECT_NE(hash, packWeights(fileno(file), sections, weights, options, error)->hash);
  std::fclose(file);
}

// Of every source of a quantised section, in their order; the sums don't depend on who packed what.
TEST_F(PackerTest, ReportsWhatQuantizingLost) {
  addQuantized(PackedElement::q4, PackedOrder::panels, {{"a", 1, 800, 2560}, {"b", 1, 16, 2560}}, 16);
  add(PackedOrder::rows, {{"c", 1, 2, 320}});
  addQuantized(PackedElement::q8, PackedOrder::panels, {{"d", 1, 16, 320}}, 16);
  const std::vector<uint8_t> alone = pack(0, 1);
  EXPECT_EQ(alone, pack(0, 3));
  std::FILE *file = std::tmpfile();
  PackOptions options;
  options.threads = 1;
  const PackResult one = *packWeights(fileno(file), sections, weights, options, error);
  options.threads = 3;
  const PackResult three = *packWeights(fileno(file), sections, weights, options, error);
  std::fclose(file);
  EXPECT_EQ(one.hash, three.hash);
  ASSERT_EQ(3u, one.quantized.size());
  const std::string names[] = {"a", "b", "d"};
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(names[i], one.quantized[i].source);
    EXPECT_EQ(i < 2 ? PackedElement::q4 : PackedElement::q8, one.quantized[i].element);
    EXPECT_EQ(one.quantized[i].error.squared_error, three.quantized[i].error.squared_error);
    EXPECT_EQ(one.quantized[i].error.squares, three.quantized[i].error.squares);
    EXPECT_GT(one.quantized[i].error.squared_error, 0);
    EXPECT_LT(one.quantized[i].error.squared_error, (i < 2 ? 1e-2 : 1e-4) * one.quantized[i].error.squares);
  }
}

TEST_F(PackerTest, FailingSourceAndFullDisk) {
  add(PackedOrder::rows, {{"a", 1, 4, 4}});
  weights.tensors.clear();
  std::FILE *file = std::tmpfile();
  EXPECT_FALSE(packWeights(fileno(file), sections, weights, {}, error));
  EXPECT_EQ("a: rows 0+1 are not there", error);
  std::fclose(file);

  weights.tensors["a"] = {4, 4};
  file = std::fopen("/dev/full", "w");
  ASSERT_TRUE(file);
  EXPECT_FALSE(packWeights(fileno(file), sections, weights, {}, error));
  EXPECT_EQ("cannot write the packed weights: No space left on device", error);
  std::fclose(file);
}

TEST_F(PackerTest, RejectsImpossiblePlans) {
  add(PackedOrder::vector, {{"a", 1, 2}}).bytes += 4;
  EXPECT_EQ("packed weight s0: declares 68 bytes, but its sources take 64", rejected(4096));
  sections.back().bytes = 64;
  EXPECT_EQ("packed weight s0: ends at 64, beyond the payload's end at 60", rejected(60));
  sections.back().offset = 4;
  EXPECT_EQ("packed weight s0: offset 4 is no multiple of 64", rejected(4096));
  sections.back().offset = 0;
  add(PackedOrder::vector, {{"b", 1, 2}}).offset = 0;
  EXPECT_EQ("packed weight s0: ends at 64, beyond the start of s1 at 0", rejected(4096));
  sections.clear();
  add(PackedOrder::panels, {{"a", 1, 24, 3}}, 24).group = 16;
  EXPECT_EQ("packed weight s0: group 16 does not divide the 24 rows of a", rejected(4096));
  sections.clear();
  add(PackedOrder::rows, {{"a", 1, 2, 3}, {"b", 1, 2, 4}});
  EXPECT_EQ("packed weight s0: source b has 4 columns, the first one 3", rejected(4096));
  sections.clear();
  add(PackedOrder::glu, {{"a", 1, 16, 3}, {"b", 1, 32, 3}}, 16);
  EXPECT_EQ("packed weight s0: gate and up differ in rows", rejected(65536));
  sections.clear();
  add(PackedOrder::glu, {{"a", 2, 15, 3}}, 5);
  EXPECT_EQ("packed weight s0: source a has an odd number of rows", rejected(65536));
  for (const int64_t k_group : {1, 4}) {
    sections.clear();
    add(k_group == 1 ? PackedOrder::panels : PackedOrder::rows, {{"a", 1, 16, 3}}, 16, k_group).element =
        PackedElement::q8;
    EXPECT_EQ("packed weight s0: what is quantised stands in panels with a k_group of 4", rejected(65536));
  }
  sections.clear();
  sections.emplace_back().name = "empty";
  EXPECT_EQ("packed weight empty: has no sources", rejected(4096));
}

}  // namespace
}  // namespace qwen
