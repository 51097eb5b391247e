#pragma once

#include <ranktape/core/error.hpp>
#include <ranktape/core/operand.hpp>
#include <ranktape/core/tape.hpp>
#include <ranktape/core/tensor_access.hpp>

#include <array>
#include <initializer_list>
#include <new>
#include <span>
#include <utility>

namespace ranktape {

/// What an operation's backward function gets: the gradient of its output, and where to add those of its inputs.
class BackwardPass {
 public:
  /// d loss / d output, of the output's shape and type.
  [[nodiscard]] const Tensor& gradient() const;
  /// The same, to be overwritten: the gradient's own memory if nobody else holds it, else a copy. Once only.
  [[nodiscard]] Tensor take_gradient();
  /// Whether the gradient of input `index` (as listed when recording) is wanted.
  [[nodiscard]] bool needs(std::size_t index) const;
  /// Adds to the gradient of input `index`. `gradient` may have the shape that the input was broadcast to: the engine
  /// sums it back.
  void add(std::size_t index, Tensor gradient);
  /// Adds the output's gradient as it is to that of input `index`, of the same shape or broadcast to it. The last use
  /// of the gradient: it is moved on where possible.
  void hand_on(std::size_t index);

 private:
  friend class Tensor;
  BackwardPass(const Tape& tape, std::uint32_t last_tensor) : tape_(tape), gradients_(last_tensor + 1) {}
  void run(const Tensor& loss, const BackwardOptions& options, SourceLocation where);
  [[nodiscard]] Gradients collect(bool keep_intermediate) const;
  void check_values() const;
  void show_parameters(const Tape::GradientCallback& on_gradient) const;
  template <class Kind>
  [[noreturn]] void refuse_gradient(const Tensor& gradient, std::size_t index) const;
  void check_gradient(const Tensor& gradient, std::size_t index) const;

  const Tape& tape_;
  const Record* record_ = nullptr;
  bool keep_intermediate_ = false;
  bool check_finite_ = false;
  std::vector<Tensor, detail::PoolAllocator<Tensor>> gradients_;
};

/// A tensor kept for the backward pass. Reading it throws TapeError if its elements were written in between.
class Saved {
 public:
  explicit Saved(const Tensor& tensor) : tensor_(tensor), version_(tensor.node()->storage->version) {}
  [[nodiscard]] const Tensor& tensor() const {
    if (tensor_.node()->storage->version != version_) {
      refuse_changed();
    }
    return tensor_;
  }

 private:
  friend class BackwardPass;
  /// As thrown, without a place: the pass knows it.
  struct Changed : TapeError {
    using TapeError::TapeError;
  };
  [[noreturn]] void refuse_changed() const;

  Tensor tensor_;
  std::uint64_t version_;
};

namespace detail {

/// A backward function beside what tells of it.
template <class Backward, class Describe>
struct Described {
  Backward backward;
  Describe tell;
  void operator()(BackwardPass& pass) const { backward(pass); }
  void describe(RecordDetails& details) const { tell(details); }
};

}  // namespace detail

/// Enters an operation into the innermost tape, if one lives and an input requires a gradient:
/// `if (Recorder recorder{operation, {a, b}}) { recorder.record(output, [..](BackwardPass& pass) { .. }); }`.
/// So nothing is saved, or even copied, where nothing is recorded. Record last: a failed operation leaves no trace.
class Recorder {
 public:
  Recorder(const Operation& operation, std::initializer_list<Operand> inputs);
  Recorder(const Operation& operation, SourceLocation where, std::span<const Tensor* const> inputs);
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  explicit operator bool() const { return tape_ != nullptr; }
  /// Whether input `index` is one that the gradient will be followed to: what only others need, need not be saved.
  [[nodiscard]] bool needs(std::size_t index) const { return tape_->tracks(*inputs_[index]); }
  /// `backward` is called with a BackwardPass. If it has a member `describe(RecordDetails&) const`, that is what the
  /// record tells to whoever inspects the tape.
  template <class Backward>
  void record(const Tensor& output, Backward&& backward) {
    tape_->append(operation_, where_, inputs_, output, detail::make_closure(std::forward<Backward>(backward)));
  }
  /// The same with a function of its own that tells: `describe(RecordDetails&)`.
  template <class Backward, class Describe>
  void record(const Tensor& output, Backward&& backward, Describe&& describe) {
    record(output, detail::Described<std::decay_t<Backward>, std::decay_t<Describe>>{std::forward<Backward>(backward),
                                                                                     std::forward<Describe>(describe)});
  }

 private:
  static constexpr std::size_t max_listed = 4;

  const Operation& operation_;
  SourceLocation where_;
  Tape* tape_ = nullptr;
  std::array<const Tensor*, max_listed> listed_ = {};
  std::span<const Tensor* const> inputs_;
};

namespace detail {

template <class Function>
class ClosureOf final : public Closure {
 public:
  explicit ClosureOf(Function function) : function_(std::move(function)) {}
  void run(BackwardPass& pass) const override { function_(pass); }
  void describe(RecordDetails& details) const override {
    if constexpr (requires { function_.describe(details); }) {
      function_.describe(details);
    }
  }
  void destroy() noexcept override {
    this->~ClosureOf();
    pool_free(this, sizeof(ClosureOf));
  }

 private:
  ~ClosureOf() = default;
  Function function_;
};

template <class Function>
ClosurePointer make_closure(Function&& function) {
  using Made = ClosureOf<std::decay_t<Function>>;
  return ClosurePointer(::new (pool_allocate(sizeof(Made))) Made(std::forward<Function>(function)));
}

}  // namespace detail
}  // namespace ranktape
