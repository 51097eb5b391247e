#pragma once

#include <ranktape/core/tensor.hpp>

namespace ranktape {

/// How the losses of the lists become what a loss returns. A list without information (fewer than two documents, or
/// labels that leave nothing to learn: each loss says which) has loss 0 and gradient 0 and does not count.
enum class Reduction {
  mean,  ///< sum of weight * loss over sum of weight, over the lists that count; 0 if none does
  sum,   ///< of weight * loss
  none   ///< weight * loss of each list, [lists]
};

/// How the terms of one list (its pairs, or its documents) become its loss.
enum class TermReduction {
  sum,        ///< of weight * term
  mean,       ///< sum of weight * term over sum of weight
  batch_mean  ///< as sum, but the list counts as much as its terms weigh: Reduction::mean is over all terms of all
              ///< lists
};

/// What each query and each document counts, as constants; every weight finite and not negative. Undefined tensors
/// stand for 1 each.
struct LossWeights {
  Tensor queries = {};    ///< [lists]
  Tensor documents = {};  ///< of the predictions' shape; what a document's weight does, each loss says
};

}  // namespace ranktape
