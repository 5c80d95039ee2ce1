#include "codegen/plan/PackedSections.h"

#include "codegen/plan/SectionLayout.h"
#include "dialect/QwenDialect.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

namespace mlir::qwen {
namespace {

TEST(PackedSections, AreReadFromTheModule) {
  MLIRContext context;
  context.loadDialect<QwenDialect>();
  auto module = parseSourceString<ModuleOp>(R"mlir(
    qwen.weight @gate_up : tensor<4x48x10xbf16>
    qwen.weight @norm : tensor<20xbf16>
    qwen.weight @q : tensor<64x10xf32>
    qwen.weight @k : tensor<32x10xf32>
    qwen.weight @conv : tensor<20x1x4xbf16>
    qwen.packed @conv_packed taps [@conv] group 1 k_group 1 offset 20224 bytes 512 : f32
    qwen.packed @late panels [@q, @k] group 32 k_group 1 offset 16384 bytes 3840 : f32
    qwen.packed @norm_packed vector [@norm] group 20 k_group 1 offset 0 bytes 128 : f32
    qwen.weight @head : tensor<20x10xbf16>
    qwen.packed @screen screen [@head] group 20 k_group 4 offset 20736 bytes 1152 : !qwen.q4
    qwen.packed @bounds bounds [@head] group 20 k_group 1 offset 21888 bytes 256 : !qwen.q4
    qwen.packed @experts glu [@gate_up] group 24 k_group 2 offset 128 bytes 5120 : bf16
  )mlir",
                                            &context);
  ASSERT_TRUE(module);
  const auto sections = packedSections(*module);
  std::string error;
  EXPECT_TRUE(::qwen::checkSections(sections, 21888 + 256, error)) << error;
  ASSERT_EQ(6u, sections.size());

  EXPECT_EQ("norm_packed", sections[0].name);
  EXPECT_EQ(::qwen::PackedOrder::vector, sections[0].order);
  EXPECT_EQ(1, sections[0].sources[0].columns);

  EXPECT_EQ("experts", sections[1].name);
  EXPECT_EQ(::qwen::PackedOrder::glu, sections[1].order);
  EXPECT_EQ(::qwen::PackedElement::bf16, sections[1].element);
  EXPECT_EQ(24, sections[1].group);
  EXPECT_EQ(2, sections[1].k_group);
  EXPECT_EQ("gate_up", sections[1].sources[0].name);
  EXPECT_EQ(4, sections[1].sources[0].experts);
  EXPECT_EQ(48, sections[1].sources[0].rows);
  EXPECT_EQ(10, sections[1].sources[0].columns);

  EXPECT_EQ(::qwen::PackedOrder::panels, sections[2].order);
  EXPECT_EQ(16384, sections[2].offset);
  ASSERT_EQ(2u, sections[2].sources.size());
  EXPECT_EQ("k", sections[2].sources[1].name);
  EXPECT_EQ(1, sections[2].sources[1].experts);
  EXPECT_EQ(32, sections[2].sources[1].rows);

  EXPECT_EQ(::qwen::PackedOrder::taps, sections[3].order);
  EXPECT_EQ(20, ::qwen::allRows(sections[3].sources[0]));
  EXPECT_EQ(4, sections[3].sources[0].columns);
  EXPECT_EQ(::qwen::PackedOrder::screen, sections[4].order);
  EXPECT_EQ(::qwen::PackedElement::q4, sections[4].element);
  EXPECT_EQ(::qwen::PackedOrder::bounds, sections[5].order);
  EXPECT_EQ(::qwen::PackedElement::q4, sections[5].element);
  EXPECT_EQ(::qwen::PackedElement::bf16, sections[5].stored);
}

}  // namespace
}  // namespace mlir::qwen
