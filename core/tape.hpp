#pragma once

#include <ranktape/core/operation.hpp>
#include <ranktape/core/pool.hpp>
#include <ranktape/core/tensor.hpp>

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace ranktape {

class BackwardPass;
struct RecordDetails;

namespace detail {

/// The backward function of one record with what it saved, in a block of the pool.
class Closure {
 public:
  Closure() = default;
  Closure(const Closure&) = delete;
  Closure& operator=(const Closure&) = delete;
  virtual void run(BackwardPass& pass) const = 0;
  /// Says what the record is of, to whoever inspects the tape.
  virtual void describe(RecordDetails& /*details*/) const {}
  virtual void destroy() noexcept = 0;

 protected:
  ~Closure() = default;
};

struct ClosureDeleter {
  void operator()(Closure* closure) const noexcept { closure->destroy(); }
};
using ClosurePointer = std::unique_ptr<Closure, ClosureDeleter>;

template <class Function>
ClosurePointer make_closure(Function&& function);

}  // namespace detail

/// One recorded operation.
struct Record {
  const Operation* operation;
  SourceLocation where;
  std::uint32_t output;       ///< its number among the tape's tensors
  std::uint32_t first_input;  ///< where its inputs begin in `Tape::inputs`
  std::uint32_t input_count;
  detail::ClosurePointer backward;
};

/// While it lives, records every operation of this thread that has an input to differentiate: a parameter, or what it
/// recorded before. Tapes nest: the innermost records, and what an outer tape recorded is a constant to it.
/// A linear list in execution order; backward is one loop over it from the end, so a million operations are fine.
/// A tape belongs to the thread that made it and must be destroyed there, inner tapes first (as scopes do).
class Tape {
 public:
  Tape();
  ~Tape();
  Tape(const Tape&) = delete;
  Tape& operator=(const Tape&) = delete;

  /// What was recorded, in order.
  [[nodiscard]] std::span<const Record> records() const { return records_; }
  /// The tensors that the records read and made, by number: parameters as they are met, and every output.
  [[nodiscard]] std::span<const Tensor> tensors() const { return tensors_; }
  /// The numbers of a record's inputs; `constant` for an input that needs no gradient.
  [[nodiscard]] std::span<const std::uint32_t> inputs(const Record& record) const {
    return std::span(inputs_).subspan(record.first_input, record.input_count);
  }
  static constexpr std::uint32_t constant = ~std::uint32_t{0};
  /// By the number of the tensor, what the last backward({.keep_intermediate = true}) found; undefined where no
  /// gradient came, and for tensors after the loss. Empty before.
  [[nodiscard]] std::span<const Tensor> gradients() const { return gradients_; }
  /// What the record's operation tells of it (ranktape/core/inspect/details.hpp). Made anew at each call.
  [[nodiscard]] RecordDetails details(const Record& record) const;

  /// Called in every backward on this tape with each tensor's gradient once it is complete: from the loss to the front
  /// as backward reaches them, then the parameters in the order in which the tape met them. It only looks; an exception
  /// that it throws ends the backward. Replaces the one before, from the next backward on; an empty function removes
  /// it. Costs nothing without.
  using GradientCallback = std::function<void(const Tensor& tensor, const Tensor& gradient)>;
  void on_gradient(GradientCallback callback) {
    on_gradient_ = callback ? std::make_shared<const GradientCallback>(std::move(callback)) : nullptr;
  }

  /// While it lives, this thread records nothing: for evaluation inside a tape's scope.
  class Pause {
   public:
    Pause();
    ~Pause();
    Pause(const Pause&) = delete;
    Pause& operator=(const Pause&) = delete;
  };

 private:
  friend class Recorder;
  friend class BackwardPass;
  friend class Tensor;

  [[nodiscard]] static Tape* innermost();
  [[nodiscard]] static Tape* find(std::uint64_t serial);
  [[nodiscard]] bool tracks(const Tensor& tensor) const;
  std::uint32_t number_of(const Tensor& tensor);
  void append(const Operation& operation, SourceLocation where, std::span<const Tensor* const> inputs,
              const Tensor& output, detail::ClosurePointer backward);

  template <class T>
  using PooledVector = std::vector<T, detail::PoolAllocator<T>>;

  std::uint64_t serial_;
  Tape* outer_;
  PooledVector<Record> records_;
  PooledVector<Tensor> tensors_;
  PooledVector<std::uint32_t> inputs_;
  std::unordered_map<const void*, std::uint32_t, std::hash<const void*>, std::equal_to<>,
                     detail::PoolAllocator<std::pair<const void* const, std::uint32_t>>>
      parameters_;
  PooledVector<Tensor> gradients_;
  std::shared_ptr<const GradientCallback> on_gradient_;  // shared with a backward, during which it may be replaced
};

/// The tape as a table, a line a record: number, operation with its options, inputs by name or by the number of the
/// record that made them, shape, magnitude of the values and, after backward({.keep_intermediate = true}), of the
/// gradient, how many of either are zero or not finite, and the line that called it. Long tapes are cut in the middle.
std::string to_string(const Tape& tape);
std::ostream& operator<<(std::ostream& stream, const Tape& tape);

}  // namespace ranktape
