#include <ranktape/ops/rank/comparator_formulas.hpp>

namespace ranktape::detail {

Mixture mix(Comparator comparator, double difference, double inverse) {
  return comparators::mix(comparator, difference, inverse);
}

}  // namespace ranktape::detail
