#pragma once

#include <ranktape/core/gradcheck.hpp>
#include <ranktape/core/tensor.hpp>

#include <functional>
#include <span>
#include <vector>

namespace ranktape {

class Random;

/// One call of an operation on inputs at which it is differentiable, for checking its gradient.
struct OperationExample {
  std::vector<Tensor> inputs;  ///< float64; each is differentiated
  std::function<Tensor(std::span<const Tensor>)> function;
  GradcheckOptions options = {};
};

/// What the tape knows of an operation: its name and how to check its gradient. An operation is recorded only by way
/// of such an object, and the object cannot be made without examples, so the test that walks `all()` checks every
/// gradient there is. Define it once, with static storage, beside the operation; it enters itself into the list.
class Operation {
 public:
  using Examples = std::vector<OperationExample> (*)(Random& random);

  Operation(const char* name, Examples examples);
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;

  [[nodiscard]] const char* name() const { return name_; }
  [[nodiscard]] std::vector<OperationExample> examples(Random& random) const { return examples_(random); }

  /// Every operation linked into the program.
  static std::vector<const Operation*> all();

 private:
  const char* name_;
  Examples examples_;
  const Operation* next_;
};

}  // namespace ranktape
