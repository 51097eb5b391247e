#pragma once

#include <ranktape/core/operation.hpp>
#include <ranktape/core/pool.hpp>
#include <ranktape/core/tensor.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

namespace ranktape {

class BackwardPass;

namespace detail {

/// The backward function of one record with what it saved, in a block of the pool.
class Closure {
 public:
  Closure() = default;
  Closure(const Closure&) = delete;
  Closure& operator=(const Closure&) = delete;
  virtual void run(BackwardPass& pass) const = 0;
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
};

}  // namespace ranktape
