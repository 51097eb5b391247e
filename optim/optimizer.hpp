#pragma once

#include <ranktape/core/gradients.hpp>
#include <ranktape/core/io/safetensors.hpp>
#include <ranktape/core/source_location.hpp>
#include <ranktape/core/tensor.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace ranktape {

/// Changes parameters by their gradients. A value: a copy moves the same parameters (they are handles), but goes on
/// from a state of its own. For another rule than the library's, name its buffers to the constructor and write
/// `update`.
class Optimizer {
 public:
  virtual ~Optimizer() = default;

  /// One step of every parameter that has a gradient here; the others stay as they are, and do not count the step.
  /// A tape that recorded a parameter notices the change. Allocates nothing.
  virtual void step(const Gradients& gradients);

  [[nodiscard]] double learning_rate() const { return learning_rate_; }
  /// Throws NumericError unless it is finite and not negative.
  void set_learning_rate(double learning_rate, SourceLocation where = SourceLocation::current());
  [[nodiscard]] const std::vector<Tensor>& parameters() const { return parameters_; }

  /// A copy of what the next step depends on, options and parameters apart: "learning_rate", and for each parameter
  /// "NAME.steps" and its buffers ("NAME.momentum"). NAME is the parameter's; with "#INDEX" behind it where it has none
  /// or one that came before. Fit for save_safetensors.
  [[nodiscard]] std::vector<NamedTensor> state() const;
  /// Goes on from such a copy: the next steps are the same bit for bit. Throws FormatError for tensors that lack or are
  /// too many (another optimizer, other parameters), ShapeError or DTypeError for one that differs; nothing changes
  /// then.
  void restore(const std::vector<NamedTensor>& state, SourceLocation where = SourceLocation::current());

 protected:
  /// What is kept for one parameter.
  struct Slot {
    Slot() = default;
    Slot(const Slot& other);
    Slot& operator=(const Slot& other);
    Slot(Slot&&) noexcept = default;
    Slot& operator=(Slot&&) noexcept = default;
    ~Slot() = default;

    std::int64_t steps = 0;       ///< that it took, the present one included
    std::vector<Tensor> buffers;  ///< of the parameter's shape and type, zero before the first step
  };

  /// `kind` stands in error texts. Throws TapeError for a tensor that is no parameter, or that comes twice.
  Optimizer(const char* kind, std::vector<Tensor> parameters, double learning_rate,
            std::vector<std::string> buffer_names, SourceLocation where);
  Optimizer(const Optimizer&) = default;
  Optimizer& operator=(const Optimizer&) = default;
  Optimizer(Optimizer&&) = default;
  Optimizer& operator=(Optimizer&&) = default;

  /// Writes the parameter, by way of mutable_values, and the buffers.
  virtual void update(Tensor& parameter, const Tensor& gradient, Slot& slot) = 0;

 private:
  const char* kind_;
  double learning_rate_ = 0;
  std::vector<std::string> buffer_names_;
  std::vector<Tensor> parameters_;
  std::vector<Slot> slots_;
};

}  // namespace ranktape
