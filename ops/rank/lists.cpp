#include <ranktape/core/deferred_checks.hpp>
#include <ranktape/core/fail.hpp>
#include <ranktape/core/kernels.hpp>
#include <ranktape/core/tensor_access.hpp>
#include <ranktape/ops/rank/lists.hpp>

#include <algorithm>
#include <limits>

namespace ranktape::detail {
namespace {

// Documents are numbered in 32 bits inside a list.
void check_length(const char* operation, Operand values, std::int64_t longest) {
  if (longest > std::numeric_limits<std::int32_t>::max()) {
    fail<ShapeError>(values.where(), operation, "a list of {} has {} documents; at most 2^31 - 1 are possible",
                     describe(values), longest);
  }
}

}  // namespace

Lists Lists::rows(const char* operation, Operand values) {
  const Shape& shape = values->shape();
  if (shape.rank() >= 2 && shape.last() == 1 && shape.size() > 1) {
    fail<ShapeError>(values.where(), operation,
                     "each row of {} would be a list of one document; give a tensor of shape [documents] with Groups, "
                     "or reshape it so that the last dimension is a list",
                     describe(values));
  }
  check_length(operation, values, shape.last());
  return Lists(shape.size() == 0 ? 0 : shape.size() / shape.last(), shape.last(), std::nullopt);
}

Lists Lists::of(const char* operation, Operand values, const Groups& groups) {
  const Shape& shape = values->shape();
  if (shape.rank() != 1) {
    fail<ShapeError>(values.where(), operation, "with Groups the values must be of shape [documents], not {}",
                     describe(values));
  }
  if (groups.documents() != shape.size()) {
    fail<ShapeError>(values.where(), operation, "the groups hold {} documents, but the values {} hold {}",
                     groups.documents(), describe(values), shape.size());
  }
  check_length(operation, values, groups.longest());
  return Lists(groups.count(), groups.longest(), groups);
}

std::vector<std::int64_t> Lists::offsets() const {
  std::vector<std::int64_t> offsets = {0};
  for (std::int64_t list = 0; list < count_; ++list) {
    offsets.push_back(begin(list) + size(list));
  }
  return offsets;
}

double Lists::nanoseconds_each() const {
  constexpr double nanoseconds_per_document = 5;
  return nanoseconds_per_document * static_cast<double>(documents()) /
         static_cast<double>(std::max<std::int64_t>(1, count_));
}

void check_finite_values(const char* operation, Operand values) {
  const auto report = [operation, where = values.where()](const std::string& described, const FirstNonFinite& bad) {
    fail<NumericError>(where, operation,
                       "element {} of {} is {}; values must be finite to be ranked: look at what computed them",
                       bad.element, described, bad.value);
  };
  if (values->device() != Device::cpu && checks_are_deferred()) {
    find_non_finite_later(
        values, [report, described = describe(values)](const FirstNonFinite& bad) { report(described, bad); });
  } else if (const auto bad = first_non_finite(values)) {
    report(describe(values), *bad);
  }
}

}  // namespace ranktape::detail
