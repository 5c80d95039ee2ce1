// The search for the scales of q4 of 16 groups at once.
#pragma once

#include "codegen/plan/QuantizeTile.h"

namespace qwen {
namespace {

constexpr float kLeastValue = kQ4Values.front(), kMostValue = kQ4Values.back();

// Candidates: for either sign, some shifts around the one under which the extremes of the weights meet those of the
// values at the same scale; for each of them, fractions of the smallest scale that leaves no weight beyond the values.
constexpr int kShifts = 5;
constexpr float kFractions[] = {0.93f, 1.0f};

// What the candidates of one sign for eight groups follow from.
class Candidates {
public:
  // The extremes of the weights to either side, for scales below 0 turned round.
  Candidates(Lanes above, Lanes below, Lanes largest, bool turned) : sign(turned ? -1.0f : 1.0f) {
    const Lanes tiny = largest * 0x1p-10f, one = kFactorOne * largest;
    factor_above = one / larger(above, tiny);
    factor_below = one / larger(below, tiny);
    const Lanes meeting = (kQ4Zero - kLeastValue) - below * ((kMostValue - kLeastValue) / (above + below + tiny));
    first_shift = larger(smaller(wholeOf(meeting) - 1, splatWhole(kQ4ShiftMask + 1 - kShifts)), Integers{});
  }

  Try candidate(int step, float fraction) const {
    const Integers zero = kQ4Zero - first_shift - step;
    const Lanes from = floatsOf(zero);
    const Lanes factor = smaller((kMostValue - from) * factor_above, (from - kLeastValue) * factor_below);
    return {wholeOf(sign * smaller(factor * (1.0f / fraction), splat(kLargestFactor))), zero};
  }

private:
  Lanes factor_above, factor_below;  // under which an extreme is one unit
  Integers first_shift;
  float sign;
};

// The best candidate so far for each of eight groups. The scale that is best for a candidate's codes is products /
// norms, and under it the error is the sum of weight^2 less products^2 / norms.
struct Best {
  Lanes products = {}, norms = splat(1.0f);
  Integers zero = splatWhole(kQ4Zero);

  void consider(const Sums &sums, Integers its_zero) {
    const Lanes its_products = floatsOf(sums.products), its_norms = floatsOf(sums.norms);
    const Integers better = its_products * its_products * norms > products * products * its_norms;
    products = better ? its_products : products;
    norms = better ? its_norms : norms;
    zero = better ? its_zero : zero;
  }

  // The half nearest to the best scale whose low bits say the shift.
  Integers scale(Lanes largest) const {
    const Integers half = halvesOf(products / norms * (largest * (1.0f / (256 * kTileOne))));
    const Integers shift = kQ4Zero - zero;
    const Integers size = larger((half & 0x7fff) - shift + (kQ4ShiftMask + 1) / 2, Integers{}) & ~kQ4ShiftMask;
    return (half & 0x8000) | smaller(size, splatWhole(kLargestHalf & ~kQ4ShiftMask)) | shift;
  }
};

// `scales` [kHalves]: halves.
inline void searchScales(const Groups &groups, Integers *scales) {
  Lanes largest[kHalves];
  Tile tile;
  for (int half = 0; half < kHalves; ++half) {
    largest[half] = larger(groups.largest[half], splat(kLeastHalfValue));
    fillTile(groups, half, largest[half], tile);
  }
  Best best[kHalves];
  Try tries[kHalves];
  Sums sums[kHalves];
  for (int turned = 0; turned < 2; ++turned) {
    const Lanes *above = turned ? groups.below : groups.above, *below = turned ? groups.above : groups.below;
    const Candidates candidates[kHalves] = {{above[0], below[0], largest[0], turned != 0},
                                            {above[1], below[1], largest[1], turned != 0}};
    for (int step = 0; step < kShifts; ++step)
      for (const float fraction : kFractions) {
        for (int half = 0; half < kHalves; ++half)
          tries[half] = candidates[half].candidate(step, fraction);
        sumUp(tile, tries, sums);
        for (int half = 0; half < kHalves; ++half)
          best[half].consider(sums[half], tries[half].zero);
      }
  }
  // Once more with the scale that was found: some weights change their codes, after which another may be best.
  for (int half = 0; half < kHalves; ++half) {
    const Lanes factor = kFactorOne * largest[half] / valuesOf(best[half].scale(largest[half]));
    tries[half] = {wholeOf(rounded(between(factor, -kLargestFactor, kLargestFactor))), best[half].zero};
  }
  sumUp(tile, tries, sums);
  for (int half = 0; half < kHalves; ++half) {
    best[half].products = floatsOf(sums[half].products);
    best[half].norms = larger(floatsOf(sums[half].norms), splat(1.0f));
    scales[half] = groups.largest[half] > splat(kLeastHalfValue) ? best[half].scale(largest[half]) : Integers{};
  }
}

}  // namespace
}  // namespace qwen
