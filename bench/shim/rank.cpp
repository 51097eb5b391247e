#include "../rank_operations.hpp"
#include "job.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>

namespace ranktape::bench {
namespace {

// One for all jobs: as in a training loop, the memory of a result is free for the next one.
RankResult latest;

Tensor copy(const float* elements, std::int64_t rows, std::int64_t columns, const TensorOptions& options = {}) {
  return Tensor::from(std::span(elements, static_cast<std::size_t>(rows * columns)), Shape{rows, columns}, options);
}

const RankOperation& operation_named(std::string_view name) {
  const auto* found = std::find_if(rank_operations.begin(), rank_operations.end(),
                                   [&](const RankOperation& operation) { return operation.name == name; });
  if (found == rank_operations.end()) {
    throw Error("no operation '" + std::string(name) + "' in bench/rank_operations.hpp");
  }
  return *found;
}

class RankJob final : public Job {
 public:
  RankJob(const RankOperation& operation, double strength, Tensor values, Tensor cotangent)
      : operation_(operation), strength_(strength), values_(std::move(values)), cotangent_(std::move(cotangent)) {}
  void run() override { latest = forward_and_backward(operation_, values_, strength_, cotangent_); }

 private:
  const RankOperation& operation_;
  double strength_;
  Tensor values_;
  Tensor cotangent_;
};

class SpearmanJob final : public Job {
 public:
  SpearmanJob(double strength, Tensor predictions, Tensor targets)
      : strength_(strength), predictions_(std::move(predictions)), targets_(std::move(targets)) {}
  void run() override {
    const Tape tape;
    Tensor loss = spearman_loss(predictions_, targets_, strength_);
    latest = {.output = loss, .gradient = loss.backward()[predictions_]};
  }

 private:
  double strength_;
  Tensor predictions_;
  Tensor targets_;
};

}  // namespace
}  // namespace ranktape::bench

using namespace ranktape::bench;

RANKTAPE_SHIM Job* shim_new_rank(const char* operation, double strength, const float* values, const float* cotangent,
                                 std::int64_t rows, std::int64_t columns) {
  return guarded([&] {
    return new RankJob(operation_named(operation), strength, copy(values, rows, columns, {.requires_grad = true}),
                       copy(cotangent, rows, columns));
  });
}

RANKTAPE_SHIM Job* shim_new_spearman(double strength, const float* predictions, const float* targets, std::int64_t rows,
                                     std::int64_t columns) {
  return guarded([&] {
    return new SpearmanJob(strength, copy(predictions, rows, columns, {.requires_grad = true}),
                           copy(targets, rows, columns));
  });
}

/// The output and gradient of the rank or Spearman job that ran last.
RANKTAPE_SHIM void shim_read(float* output, float* gradient) {
  std::ranges::copy(latest.output.values<float>(), output);
  std::ranges::copy(latest.gradient.values<float>(), gradient);
}
