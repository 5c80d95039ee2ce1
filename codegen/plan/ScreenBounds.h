// The screen of an LM head: a copy in few bits that tells which rows can't be among the largest logits, for sure.
//
// Of a row of the head let w be the values as they are stored, w' those of its copy; of a row of the head's input let y
// be what the head multiplies by (the normalised row, rounded to bf16 or to int8 where its products take that) and x'
// the int8 that the copy's products take. By the inequality of Cauchy and Schwarz
//   |w y - w' x'| = |(w - w') y + w' (y - x')| <= |w - w'| |y| + |w'| |y - x'|
// in exact arithmetic. Both sides are computed in f32, with u = 2^-24 and K columns. The head's sum is one chain of
// multiply-adds, or of multiplications and additions, so its error is at most gamma(2 K) |w| |y|, where
// gamma(n) = n u / (1 - n u) (Higham, Accuracy and Stability of Numerical Algorithms, 3.1 and 3.5); the screen's is a
// shorter one of exact integer sums, three roundings each. With distance = |w - w'|, size = max(|w|, |w'|) and
// |x'| <= |y| + |y - x'|, the head's logit L and the screen's S fulfil
//   |L - S| <= distance |y| + size (|y - x'| + gamma (2 |y| + |y - x'|)).
// Against the kernel's own roundings, and so that rows with logits that differ by less than 2^-20 of themselves stay
// together (which division by a temperature can make equal), it computes with slightly larger factors.
#pragma once

#include "codegen/plan/Packer.h"

#include <cstdint>

namespace qwen {

// By what a kernel multiplies and what it adds when it bounds the screen of K columns:
//   Y = grow sqrt(sum of y^2) + least, D = grow sqrt(sum of (y - x')^2) + rounding Y + least
//   bound = distance Y + size (D + slack (Y + D)) + least
// `grow` covers the roundings of Y, D and the bound, `rounding` those of y - x', `least` what underflows.
struct ScreenSlack {
  float grow, rounding, slack, least;
};
constexpr ScreenSlack screenSlack(int64_t columns) {
  const double u = 0x1p-24, n = 2 * static_cast<double>(columns) + 64, gamma = n * u / (1 - n * u);
  return {static_cast<float>(1 + 2 * n * u), 0x1p-22f, static_cast<float>(2 * gamma + 0x1p-19), 0x1p-60f};
}

// `rows` [count, columns], count <= 16, of a head stored as `stored` with a screen of q8 or q4 -> distances [16], then
// sizes [16], both rounded up; 0 for rows that aren't there. Not finite where a weight isn't.
void screenBounds(const float *rows, int64_t count, int64_t columns, PackedElement stored, PackedElement screen,
                  float *bounds);

}  // namespace qwen
