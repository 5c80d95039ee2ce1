// Weights for a bare config.json.
#pragma once

#include "frontend/WeightSource.h"
#include "frontend/config/WeightSpec.h"

#include <memory>
#include <vector>

namespace qwen {

// Every value is a hash of the seed, the tensor's name and the element's place in it, so it doesn't depend on the
// order of reads. Matrices and biases have standard deviation `initializer_range` around 0, norms a tenth around 1.
std::unique_ptr<WeightSource> randomWeights(uint64_t seed, double initializer_range,
                                            const std::vector<WeightSpec> &specs);

}  // namespace qwen
