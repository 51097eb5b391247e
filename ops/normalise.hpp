#pragma once

#include <ranktape/core/groups.hpp>
#include <ranktape/core/operand.hpp>
#include <ranktape/core/tensor.hpp>

// Each list of numbers becomes another list of the same length. The lists are
//   (x)          along the last axis;
//   (x, groups)  the query groups along the first axis of [documents] or [documents, d...].
// Sums are accumulated in double, in float32 too. Groups of another number of documents than x are a ShapeError.
// Cost: two or three passes forward and back; what is saved is the input or the output itself, never a copy.
namespace ranktape {

/// e^x / sum of e^x, without overflow.
Tensor softmax(Operand x);
Tensor softmax(Operand x, const Groups& groups);

/// log(softmax(x)), exact also where the softmax itself is too small for its type.
Tensor log_softmax(Operand x);
Tensor log_softmax(Operand x, const Groups& groups);

/// The sum of each element and all before it; a negative axis counts from the end.
Tensor cumulative_sum(Operand x, int axis = -1);
Tensor cumulative_sum(Operand x, const Groups& groups);

struct StandardiseOptions {
  double epsilon = 1e-12;  ///< added to the variance; NumericError if negative. With 0 a list of equal values gives 0
};

/// (x - mean) / sqrt(variance + epsilon), with the mean and population variance of the list, differentiated through.
Tensor standardise(Operand x, const StandardiseOptions& options = {});
Tensor standardise(Operand x, const Groups& groups, const StandardiseOptions& options = {});

}  // namespace ranktape
