#pragma once

#include <ranktape/core/groups.hpp>
#include <ranktape/core/operand.hpp>
#include <ranktape/core/tensor.hpp>

// Reductions: each list of numbers becomes one number. The lists are
//   (x)          all elements together: the result has shape [];
//   (x, axis)    along one axis, which is removed; a negative axis counts from the end;
//   (x, groups)  the query groups along the first axis: [documents, d...] becomes [groups, d...].
// Sums are accumulated in double, in float32 too. An axis that x lacks, or groups of another number of documents, are
// a ShapeError. Of an empty list, sum and norm are 0 and logsumexp is -inf; mean, variance, max and min have no value
// and throw NumericError, which names the list.
// Cost: one or two passes forward and one or two back; what is saved is the input itself, never a copy.
namespace ranktape {

Tensor sum(Operand x);
Tensor sum(Operand x, int axis);
Tensor sum(Operand x, const Groups& groups);

Tensor mean(Operand x);
Tensor mean(Operand x, int axis);
Tensor mean(Operand x, const Groups& groups);

/// The greatest element, NaN if there is one. Elements that tie for it share the gradient equally.
Tensor max(Operand x);
Tensor max(Operand x, int axis);
Tensor max(Operand x, const Groups& groups);

/// The least element, NaN if there is one. Elements that tie for it share the gradient equally.
Tensor min(Operand x);
Tensor min(Operand x, int axis);
Tensor min(Operand x, const Groups& groups);

/// log(sum of e^x), without overflow.
Tensor logsumexp(Operand x);
Tensor logsumexp(Operand x, int axis);
Tensor logsumexp(Operand x, const Groups& groups);

struct VarianceOptions {
  bool unbiased = false;  ///< divide by n - 1, not n: NumericError for a list of one element
};

/// The mean squared deviation from the mean.
Tensor variance(Operand x, const VarianceOptions& options = {});
Tensor variance(Operand x, int axis, const VarianceOptions& options = {});
Tensor variance(Operand x, const Groups& groups, const VarianceOptions& options = {});

/// The Euclidean norm; gradient 0 for a list of zeros.
Tensor norm(Operand x);
Tensor norm(Operand x, int axis);
Tensor norm(Operand x, const Groups& groups);

}  // namespace ranktape
