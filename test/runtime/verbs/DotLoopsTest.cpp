#include "runtime/verbs/DotLoops.h"

#include "runtime/core/CpuCheck.h"

#include <gtest/gtest.h>

using namespace qwen;

namespace {

struct Form {
  const char *form;
  std::vector<std::string> features;
  int64_t multiplies;  // of one of the twelve chains
};

TEST(DotLoops, AreOfTheProgramsWidth) {
#if defined(__x86_64__)
  const std::vector<Form> forms = {
      {"generic", {}, 4},
      {"fma_f32", {"avx2", "fma"}, 8},
      {"maddubs16", {"avx2"}, 32},
      {"maddubs32", {"avx2"}, 32},
      {"dpbusd", {"avx2", "avxvnni"}, 32},
      {"fma_f32", {"avx512f", "avx512vl"}, 16},
      {"dpbf16", {"avx512f", "avx512vl", "avx512bf16"}, 32},
      {"dpbusd", {"avx512f", "avx512vl", "avx512vnni"}, 64},
  };
#elif defined(__aarch64__)
  const std::vector<Form> forms = {{"fma_f32", {}, 4}, {"sdot", {"dotprod"}, 16}};
#else
  const std::vector<Form> forms = {{"generic", {}, 4}};
#endif
  for (const Form &form : forms) {
    const DotLoop loop = dotLoop(form.form, form.features);
    EXPECT_EQ(loop.multiplies, 12 * form.multiplies) << form.form;
    if (missingCpuFeature(form.features).empty())
      loop.run(100);
  }
}

TEST(DotLoops, FallBackToThePlainOne) { EXPECT_EQ(dotLoop("of another machine", {}).run, dotLoop("generic", {}).run); }

}  // namespace
