#include <ranktape/core/fail.hpp>
#include <ranktape/core/tensor_access.hpp>
#include <ranktape/ops/rank/pooling.hpp>
#include <ranktape/ops/rank/sorted_keys.hpp>

#include <cmath>

namespace ranktape {
namespace {

thread_local RankDiagnostics last_diagnostics;

std::size_t count(std::int64_t n) { return static_cast<std::size_t>(n); }

}  // namespace

RankDiagnostics rank_diagnostics() { return last_diagnostics; }

namespace detail {

PoolingWorkspace::PoolingWorkspace(std::int64_t longest)
    : keys(count(longest) * key_bytes<double>),
      sorted(count(longest)),
      shifted(count(longest)),
      sums(count(longest) + 1),
      counts(count(longest) + 1) {}

void PoolingWorkspace::need_scaled() {
  numerators = Array<Scaled>(sums.size());
  denominators = Array<Scaled>(sums.size());
  exponentials = Array<Scaled>(sums.size());
}

// The sentinel of the isotonic regression takes one entry more than there are documents.
Pooling::Pooling(const Lists& which, const SoftRankOptions& how, std::int64_t documents)
    : lists(which),
      options(how),
      order(count(documents)),
      ends(count(documents) + 1),
      blocks(count(which.count())),
      inverse_strength(count(which.count())) {}

void check_strength(const char* operation, Operand values, const SoftRankOptions& options) {
  const double strength = options.regularization_strength;
  if (strength == 0) {
    fail<NumericError>(values.where(), operation,
                       "regularization_strength is 0, which makes hard ranks with no gradient; call rank or sort for "
                       "those, or give a positive strength");
  }
  if (!(strength > 0) || !std::isfinite(strength)) {
    fail<NumericError>(values.where(), operation, "regularization_strength is {}; it must be positive and finite",
                       strength);
  }
}

template <class Scalar>
double inverse_strength(const Scalar* values, std::int64_t n, const SoftRankOptions& options) {
  double strength = options.regularization_strength;
  if (options.strength_unit == StrengthUnit::absolute) {
    return 1 / strength;
  }
  if (options.strength_unit == StrengthUnit::spread) {
    double mean = 0;
    for (std::int64_t i = 0; i < n; ++i) {
      mean += static_cast<double>(values[i]);
    }
    mean /= static_cast<double>(n);
    double squares = 0;
    for (std::int64_t i = 0; i < n; ++i) {
      const double deviation = static_cast<double>(values[i]) - mean;
      squares += deviation * deviation;
    }
    // A constant list has the same soft ranks at any strength; 1 keeps its gradient finite.
    const double spread = std::sqrt(squares / static_cast<double>(n));
    strength *= spread > 0 ? spread : 1;
  }
  return static_cast<double>(n) / strength;
}

template double inverse_strength(const float*, std::int64_t, const SoftRankOptions&);
template double inverse_strength(const double*, std::int64_t, const SoftRankOptions&);

void DiagnosticsOfCall::add(const Pooling& pooling, std::int64_t list) {
  const std::int64_t n = pooling.lists.size(list);
  if (n < 2) {
    return;
  }
  const std::int64_t blocks = pooling.blocks[static_cast<std::size_t>(list)];
  ++counted_.lists;
  counted_.documents += n;
  counted_.blocks += blocks;
  counted_.single_block_lists += blocks == 1 ? 1 : 0;
  pooling.for_each_block(
      list, [&](std::uint32_t first, std::uint32_t last) { counted_.single_documents += last - first == 1 ? 1 : 0; });
}

void DiagnosticsOfCall::publish() const { last_diagnostics = counted_; }

}  // namespace detail
}  // namespace ranktape
