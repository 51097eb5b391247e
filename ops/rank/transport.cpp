#include <ranktape/core/backend.hpp>
#include <ranktape/ops/rank/transport.hpp>

#include <algorithm>

namespace ranktape::detail {
namespace {

using List = TransportList<double>;

/// One pass on the CPU, a row at a time: begin(i), then y += row(i).
template <class Begin, class Row>
void pass_rows(std::int64_t n, double* y, const Begin& begin, const Row& row) {
  std::fill_n(y, n, 0.0);
  for (std::int64_t i = 0; i < n; ++i) {
    begin(i);
    const auto own = row(i);
    for (std::int64_t j = 0; j < n; ++j) {
      y[j] += own(j);
    }
  }
}

void fill(const List& list) {
  for (std::int64_t i = 0; i < list.n; ++i) {
    fill_row(list, i);
  }
  if (list.state->backward) {
    return;
  }
  std::fill_n(list.residual, list.n, 1.0);
  for (std::int64_t i = 0; i < list.n; ++i) {
    const double* row = list.matrix + i * list.n;
    for (std::int64_t j = 0; j < list.n; ++j) {
      list.residual[j] -= row[j];
    }
  }
}

template <class Scalar>
void pass(const List& list, const Scalar* gradient, double* result) {
  using Diagonal = DiagonalRow<double>;
  using Laplacian = LaplacianRow<double>;
  using Gradient = GradientRow<double, Scalar>;
  const auto begin_gradient = [&](std::int64_t i) { Gradient::begin(list, gradient, i); };
  switch (list.state->stage) {
    case TransportStage::filling: fill(list); break;
    case TransportStage::diagonal:
      pass_rows(
          list.n, list.inverse_diagonal, [&](std::int64_t i) { Diagonal::begin(list, i); },
          [&](std::int64_t i) { return Diagonal::of(list, i); });
      break;
    case TransportStage::applying:
      pass_rows(
          list.n, list.image, [&](std::int64_t i) { Laplacian::begin(list, i); },
          [&](std::int64_t i) { return Laplacian::of(list, i); });
      break;
    case TransportStage::gradient:
      for (std::int64_t i = 0; i < list.n; ++i) {
        measure_row(list, gradient, i);
      }
      pass_rows(list.n, list.residual, begin_gradient, [&](std::int64_t i) { return Gradient::of(list, gradient, i); });
      break;
    case TransportStage::result:
      pass_rows(list.n, result, begin_gradient, [&](std::int64_t i) { return Gradient::of_result(list, gradient, i); });
      break;
    case TransportStage::done: break;
  }
}

}  // namespace

std::int64_t Transports::at_once(std::int64_t count, std::int64_t n, Device device) {
  constexpr std::int64_t budget = std::int64_t{1} << 24;
  const std::int64_t each = n * (n + TransportLists::vectors_each);
  return device == Device::cpu ? std::min<std::int64_t>(1, count)
                               : std::min(count, std::max<std::int64_t>(1, budget / std::max<std::int64_t>(1, each)));
}

Transports::Transports(std::int64_t count, std::int64_t n, Device device)
    : n_(n),
      device_(device),
      matrices_(static_cast<std::size_t>(count * n * n), device),
      vectors_(static_cast<std::size_t>(count * n * TransportLists::vectors_each), device),
      greatest_(static_cast<std::size_t>(count * n), device),
      states_(static_cast<std::size_t>(count), device) {}

TransportLists Transports::lists(const double* z, const double* inverse_temperatures, double* h) const {
  return {n_, z, inverse_temperatures, h, states_.data(), matrices_.data(), greatest_.data(), vectors_.data()};
}

Array<TransportState> Transports::states() const {
  if (device_ == Device::cpu) {
    return states_;
  }
  Array<TransportState> here(states_.size());
  copy_bytes(here.data(), Device::cpu, states_.data(), device_, states_.size() * sizeof(TransportState));
  return here;
}

bool Transports::running(std::int64_t count) const {
  using kernels::TransportsRunning;
  const std::int64_t stretches = (count + TransportsRunning::stretch - 1) / TransportsRunning::stretch;
  const Array<std::int32_t> there(static_cast<std::size_t>(stretches), device_);
  const Array<std::int32_t> here(there.size());
  launch(stretches, TransportsRunning{states_.data(), count, there.data()});
  copy_bytes(here.data(), Device::cpu, there.data(), device_, there.size() * sizeof(std::int32_t));
  return std::any_of(here.data(), here.data() + here.size(), [](std::int32_t any) { return any != 0; });
}

template <class Scalar>
void Transports::run(std::int64_t count, const TransportLists& lists, const TransportLimits& limits,
                     const Scalar* gradients, double* results) const {
  if (device_ == Device::cpu) {
    for (std::int64_t index = 0; index < count; ++index) {
      const List list = lists[index];
      while (list.state->stage != TransportStage::done) {
        pass(list, gradients == nullptr ? nullptr : gradients + index * n_ * n_,
             results == nullptr ? nullptr : results + index * n_);
        list.advance(limits);
      }
    }
    return;
  }
  constexpr int passes = 4;  // before asking again: a list that is done has no more to do, but the answer takes time
  while (running(count)) {
    for (int i = 0; i < passes; ++i) {
      launch(count * n_, kernels::TransportRow<Scalar>{lists, gradients});
      launch(count * n_, kernels::TransportColumn<Scalar>{lists, gradients, results});
      launch(count, kernels::AdvanceTransport<double>{lists, limits});
    }
  }
}

void Transports::solve(std::int64_t count, const double* z, const std::uint32_t* order,
                       const double* inverse_temperatures, const TransportLimits& limits, double* h) const {
  const TransportLists own = lists(z, inverse_temperatures, h);
  for_each_index(device_, count, static_cast<double>(n_), kernels::StartTransport<double>{own, order});
  run<double>(count, own, limits, nullptr, nullptr);
}

template <class Scalar>
void Transports::backward(std::int64_t count, const double* z, double* h, const double* inverse_temperatures,
                          const Scalar* gradients, double* results) const {
  const TransportLists own = lists(z, inverse_temperatures, h);
  for_each_index(device_, count, static_cast<double>(n_), kernels::StartTransport<double>{own, nullptr});
  run(count, own, {}, gradients, results);
}

template void Transports::backward(std::int64_t, const double*, double*, const double*, const float*, double*) const;
template void Transports::backward(std::int64_t, const double*, double*, const double*, const double*, double*) const;

}  // namespace ranktape::detail
