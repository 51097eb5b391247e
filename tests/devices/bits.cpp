// Prints a line per operation: a hash of every bit of what the accelerator gives for it, outputs and gradients. The
// same program is built for several systems of Thrust and orders of execution; compare.cmake compares what they print.

#include <ranktape/ranktape.hpp>

#include <bit>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

using namespace ranktape;

namespace {

/// FNV-1a.
class Hash {
 public:
  void add(const Tensor& tensor) {
    for (const double value : tensor.to_vector<double>()) {
      auto bits = std::bit_cast<std::uint64_t>(value);
      for (int byte = 0; byte < 8; ++byte, bits >>= 8) {
        state_ = (state_ ^ (bits & 0xFF)) * 0x100000001b3;
      }
    }
  }
  [[nodiscard]] std::uint64_t value() const { return state_; }

 private:
  std::uint64_t state_ = 0xcbf29ce484222325;
};

using Function = std::function<Tensor(std::span<const Tensor>)>;

/// Runs a function on the accelerator, forward and backward.
void add_results(Hash& hash, const Function& function, const std::vector<Tensor>& inputs, DType dtype) {
  std::vector<Tensor> there;
  for (const Tensor& input : inputs) {
    there.push_back(Tensor::from(input.to_vector<double>(), input.shape(),
                                 {.dtype = dtype, .device = Device::accelerator, .requires_grad = true}));
  }
  const Tape tape;
  const Tensor output = function(there);
  hash.add(output);
  Random random(3);
  const Tensor cotangent =
      Tensor::randn(output.shape(), random, {.dtype = output.dtype(), .device = Device::accelerator});
  const Gradients gradients = output.backward({.cotangent = cotangent});
  for (const Tensor& input : there) {
    if (gradients.contains(input)) {
      hash.add(gradients[input]);
    }
  }
}

void print_hash(const std::string& name, const Hash& hash) {
  std::printf("%s %016llx\n", name.c_str(), static_cast<unsigned long long>(hash.value()));
}

/// Lists that cross every tile and stretch.
void print_long_lists() {
  Random random(17);
  const Tensor scores = Tensor::randn(Shape{20000}, random);
  const Tensor labels = Tensor::randn(Shape{20000}, random);
  const Groups groups = Groups::from_sizes({0, 1, 63, 64, 65, 0, 128, 4679, 10000, 5000, 0});
  const std::vector<std::pair<std::string, Function>> functions = {
      {"soft_rank l2", [&](auto x) { return soft_rank(x[0], groups); }},
      {"soft_rank kl", [&](auto x) { return soft_rank(x[0], groups, {.regularization = Regularization::kl}); }},
      {"soft_rank spread", [&](auto x) { return soft_rank(x[0], groups, {.strength_unit = StrengthUnit::spread}); }},
      {"soft_sort l2", [&](auto x) { return soft_sort(x[0], groups); }},
      {"soft_sort kl", [&](auto x) { return soft_sort(x[0], groups, {.regularization = Regularization::kl}); }},
      {"sort", [&](auto x) { return sort(x[0], groups); }},
      {"spearman_loss",
       [&](auto x) { return spearman_loss(x[0], labels.to(x[0].dtype()).to(Device::accelerator), groups); }},
      {"lapsum_rank", [&](auto x) { return lapsum_rank(x[0], groups, {.temperature = 0.1}); }},
      {"lapsum_sort", [&](auto x) { return lapsum_sort(x[0], groups, {.temperature = 0.1}); }},
      {"sum", [&](auto x) { return sum(x[0]); }},
      {"one soft_rank", [&](auto x) { return soft_rank(x[0]); }},
      {"one spearman_loss",
       [&](auto x) { return spearman_loss(x[0], labels.to(x[0].dtype()).to(Device::accelerator)); }},
  };
  for (const auto& [name, function] : functions) {
    Hash hash;
    for (const DType dtype : {DType::float32, DType::float64}) {
      add_results(hash, function, {scores}, dtype);
    }
    print_hash("20000 documents: " + name, hash);
  }
}

}  // namespace

int main() {
  for (const Operation* operation : Operation::all()) {
    Random random(7);
    Hash hash;
    for (const OperationExample& example : operation->examples(random)) {
      add_results(hash, example.function, example.inputs, DType::float64);
    }
    print_hash(operation->name(), hash);
  }
  print_long_lists();
  return 0;
}
