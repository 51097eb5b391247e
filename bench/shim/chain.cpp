#include "../chain.hpp"
#include "job.hpp"

namespace ranktape::bench {
namespace {

class ChainJob final : public Job {
 public:
  ChainJob(std::int64_t elements, std::int64_t operations)
      : start_(Tensor::ones(Shape{elements}, {.requires_grad = true})),
        cotangent_(Tensor::ones(Shape{elements})),
        operations_(operations) {}
  void run() override { forward_and_backward_chain(start_, cotangent_, operations_); }

 private:
  Tensor start_;
  Tensor cotangent_;
  std::int64_t operations_;
};

}  // namespace
}  // namespace ranktape::bench

RANKTAPE_SHIM ranktape::bench::Job* shim_new_chain(std::int64_t elements, std::int64_t operations) {
  return ranktape::bench::guarded([&] { return new ranktape::bench::ChainJob(elements, operations); });
}
