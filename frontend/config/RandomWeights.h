// Weights for a bare config.json.
#pragma once

#include "frontend/WeightSource.h"
#include "frontend/config/WeightSpec.h"

#include <memory>
#include <vector>

namespace qwen {

// Every value is a hash of the seed, the tensor's name and the element's place in it, so it doesn't depend on the
// order of reads. Norms have standard deviation a tenth around 1, all else `initializer_range` around 0.
std::unique_ptr<WeightSource> randomWeights(uint64_t seed, double initializer_range,
                                            const std::vector<WeightSpec> &specs);

}  // namespace qwen
