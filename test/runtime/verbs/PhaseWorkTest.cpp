#include "runtime/verbs/PhaseWork.h"

#include <gtest/gtest.h>

using namespace qwen;

namespace {

Phase phase() {
  Phase phase;
  phase.weight_bytes = 1000;
  phase.row_weight_bytes = 10;
  phase.row_multiplies = 7;
  return phase;
}

TEST(PhaseWork, WeightsAreReadOnceACall) {
  const Program program;
  const Work work = workOf(program, phase(), {0, 20, 8});
  EXPECT_EQ(work.bytes, 3 * 1000 + 20 * 10);
  EXPECT_EQ(work.weight_multiplies, 20 * 7);
  EXPECT_EQ(work.key_multiplies, 0);
}

TEST(PhaseWork, TheHeadIsComputedForWantedRows) {
  const Program program;
  Phase head = phase();
  head.wanted_rows = true;
  EXPECT_EQ(workOf(program, head, {0, 20, 8, true}).bytes, 3 * 1010);
  EXPECT_EQ(workOf(program, head, {0, 20, 8, false}).bytes, 1010);
  EXPECT_EQ(workOf(program, head, {0, 20, 8, false}).weight_multiplies, 7);
}

// Of a head with a screen the screen and a share of the weights, unless all logits are wanted.
TEST(PhaseWork, AScreenSparesAShare) {
  const Program program;
  Phase head = phase();
  head.wanted_rows = true;
  head.row_weight_bytes = 0;
  head.screen_bytes = 300;
  TokenRun run = {0, 4, 1, true};
  EXPECT_EQ(workOf(program, head, run).bytes, 4 * 1000);
  EXPECT_EQ(workOf(program, head, run).weight_multiplies, 4 * 7);
  run.top_k = 1;
  run.computed = 0.25;
  EXPECT_EQ(workOf(program, head, run).bytes, 4 * (300 + 250));
  EXPECT_EQ(workOf(program, head, run).weight_multiplies, 4 * 7 * 1.25);
  head.screen_bytes = 0;
  EXPECT_EQ(workOf(program, head, run).bytes, 4 * 1000) << "another phase";
}

TEST(PhaseWork, KeysAreThoseThatRowsReach) {
  const Program program;
  Phase attention;
  attention.key_bytes = 100;
  attention.key_multiplies = 3;
  // Two calls of two rows behind 5 tokens: they read 7 and 9 places, and attend to 6 + 7 + 8 + 9.
  EXPECT_EQ(workOf(program, attention, {5, 4, 2}).bytes, 100 * (7 + 9));
  EXPECT_EQ(workOf(program, attention, {5, 4, 2}).key_multiplies, 3 * 30);
  attention.window = 3;
  EXPECT_EQ(workOf(program, attention, {5, 4, 2}).bytes, 100 * (4 + 4));
  EXPECT_EQ(workOf(program, attention, {5, 4, 2}).key_multiplies, 3 * 12);
  // A window that is wider than what there is.
  EXPECT_EQ(workOf(program, attention, {0, 2, 2}).bytes, 100 * 2);
  EXPECT_EQ(workOf(program, attention, {0, 2, 2}).key_multiplies, 3 * 3);
}

TEST(PhaseWork, StatesAreReadAndWrittenOnceACall) {
  const Program program;
  Phase recurrence;
  recurrence.state_bytes = 100;
  EXPECT_EQ(workOf(program, recurrence, {5, 20, 8}).bytes, 3 * 200);
}

TEST(PhaseWork, ExpertsAreThoseThatRowsChoose) {
  Program program;
  program.num_experts = 8;
  program.num_experts_per_tok = 2;
  Phase experts;
  experts.expert_bytes = 1000;
  EXPECT_DOUBLE_EQ(workOf(program, experts, {0, 1, 1}).bytes, 2000);
  // Of two rows one passes over an expert with 3/4: 8 * (1 - 9/16) are read.
  EXPECT_DOUBLE_EQ(workOf(program, experts, {0, 2, 2}).bytes, 3500);
  EXPECT_NEAR(workOf(program, experts, {0, 500, 500}).bytes, 8000, 1e-6);
}

TEST(PhaseWork, WhatRunsOnRequestDoesNotCount) {
  Program program;
  program.phases = {phase(), phase()};
  program.phases[1].on_request = true;
  EXPECT_EQ(workOf(program, {0, 1, 1}).bytes, 1010);
  Work half = workOf(program, {0, 1, 1});
  half *= 0.5;
  EXPECT_EQ(half.bytes, 505);
  EXPECT_EQ(half.weight_multiplies, 3.5);
}

}  // namespace
