#include <ranktape/ops/rank/laplace.hpp>

namespace ranktape::detail {

LaplaceLists::LaplaceLists(const Tensor& values, const Lists& which, const RelaxationOptions& options,
                           const PerList& factor)
    : lists(which),
      sign(options.direction == Direction::ascending ? 1 : -1),
      inverse(inverse_temperatures(values, which, options, factor)),
      order(static_cast<std::size_t>(values.size())),
      decays(static_cast<std::size_t>(values.size())) {}

void LaplaceSums::fill(const LaplaceList& list) {
  double before = 0;
  for (std::size_t i = 0; i < list.n; ++i) {
    before = list.decays[i] * (1 + before);
    before_[i] = before;
  }
  double after = 0;
  for (std::size_t i = list.n; i-- > 0;) {
    after_[i] = after;
    after = list.decays[i] * (1 + after);
  }
}

bool LaplaceSums::reaches(std::uint32_t i, double whole, double fraction) const {
  return (1 + after_[i] - before_[i]) / 2 >= (whole - i) + fraction;
}

Crossing LaplaceSums::find(const LaplaceList& list, double whole, double fraction) const {
  std::uint32_t low = 0;
  std::uint32_t high = list.n;
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (reaches(middle, whole, fraction)) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return solve(list, whole, fraction, low);
}

// Between two neighbours L(b) = interval + (a e^-to_above - c e^-to_below) / 2, a quadratic equation in either
// exponential; each is taken from the sum of two positive numbers, the other from their product.
Crossing LaplaceSums::solve(const LaplaceList& list, double whole, double fraction, std::uint32_t from) const {
  std::uint32_t i = from;
  while (i < list.n && !reaches(i, whole, fraction)) {
    ++i;
  }
  const double a = i < list.n ? 1 + after_[i] : 0.0;
  const double c = i > 0 ? 1 + before_[i - 1] : 0.0;
  const double decay = i < list.n ? list.decays[i] : 0.0;
  const double gap = i > 0 && i < list.n ? list.u(i) - list.u(i - 1) : 0.0;
  const double d = (whole - i) + fraction;
  const double z = std::abs(d) + std::sqrt(d * d + a * c * decay);
  Crossing crossing;
  crossing.interval = i;
  if (d == 0) {  // half way, but for the weights of the two sides; both exponentials may have underflowed
    const double shift = (std::log(c) - std::log(a)) / 2;
    crossing.to_below = gap * list.inverse / 2 + shift;
    crossing.to_above = gap * list.inverse / 2 - shift;
    crossing.b = list.u(i - 1) + gap / 2 + shift / list.inverse;
    crossing.weight_below = 0.5 / c;
    crossing.weight_above = 0.5 / a;
    crossing.total = 2 * z;
    return crossing;
  }
  const double above = d > 0 ? z / a : decay / (z / c);
  const double below = d > 0 ? decay / above : z / c;
  if (d > 0) {
    crossing.to_above = -std::log(above);
    crossing.to_below = gap * list.inverse - crossing.to_above;
    crossing.b = list.u(i) - crossing.to_above / list.inverse;
  } else {
    crossing.to_below = -std::log(below);
    crossing.to_above = gap * list.inverse - crossing.to_below;
    crossing.b = list.u(i - 1) + crossing.to_below / list.inverse;
  }
  crossing.total = a * above + c * below;
  crossing.weight_below = below / crossing.total;
  crossing.weight_above = above / crossing.total;
  return crossing;
}

}  // namespace ranktape::detail
