#pragma once

#include <ranktape/core/array.hpp>
#include <ranktape/ops/rank/transport_kernels.hpp>

#include <cstdint>

// Internal: entropic optimal transports of some lists at once, on either device.
namespace ranktape::detail {

class Transports {
 public:
  /// How many of `count` lists of length n are taken at once: one on the CPU; what some 128 MiB hold on the
  /// accelerator.
  static std::int64_t at_once(std::int64_t count, std::int64_t n, Device device);

  /// Memory for up to `count` lists.
  Transports(std::int64_t count, std::int64_t n, Device device);

  /// Finds h of `count` lists; `order` sorts their z increasingly. Afterwards matrices() are P.
  void solve(std::int64_t count, const double* z, const std::uint32_t* order, const double* inverse_temperatures,
             const TransportLimits& limits, double* h) const;
  /// Sets `results` to dL/dz for the gradients of the matrices of lists that have been solved.
  template <class Scalar>
  void backward(std::int64_t count, const double* z, double* h, const double* inverse_temperatures,
                const Scalar* gradients, double* results) const;

  [[nodiscard]] const double* matrices() const { return matrices_.data(); }
  /// How that went, for each list, in memory of the CPU.
  [[nodiscard]] Array<TransportState> states() const;

 private:
  [[nodiscard]] TransportLists lists(const double* z, const double* inverse_temperatures, double* h) const;
  template <class Scalar>
  void run(std::int64_t count, const TransportLists& lists, const TransportLimits& limits, const Scalar* gradients,
           double* results) const;
  [[nodiscard]] bool running(std::int64_t count) const;

  std::int64_t n_;
  Device device_;
  Array<double> matrices_;
  Array<double> vectors_;
  Array<std::uint32_t> greatest_;
  Array<TransportState> states_;
};

}  // namespace ranktape::detail
