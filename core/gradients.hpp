#pragma once

#include <ranktape/core/operand.hpp>
#include <ranktape/core/pool.hpp>
#include <ranktape/core/tensor.hpp>

#include <cstddef>
#include <unordered_map>
#include <vector>

namespace ranktape {

/// What `backward` returns: a map from a tensor to the gradient of its shape and type. Tensors hold no gradient, so
/// there is nothing to zero and nothing adds up by accident.
class Gradients {
 public:
  struct Entry {
    Tensor tensor;
    Tensor gradient;
  };

  /// Throws TapeError if no gradient reached `tensor`.
  const Tensor& operator[](Operand tensor) const { return at(tensor, tensor.where()); }
  [[nodiscard]] const Tensor& at(const Tensor& tensor, SourceLocation where = SourceLocation::current()) const;
  /// Null if no gradient reached `tensor`.
  [[nodiscard]] const Tensor* find(const Tensor& tensor) const;
  [[nodiscard]] bool contains(const Tensor& tensor) const { return find(tensor) != nullptr; }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  /// In the order in which the tape met the tensors: the same in every run.
  [[nodiscard]] auto begin() const { return entries_.begin(); }
  [[nodiscard]] auto end() const { return entries_.end(); }

  /// Those of parameters alone, of a backward that kept more: what clipping and norms are about.
  [[nodiscard]] Gradients of_parameters() const;
  /// The Euclidean norm of all gradients together.
  [[nodiscard]] double norm() const;
  /// Adds another backward's gradients, as if of the sum of both losses.
  Gradients& operator+=(const Gradients& other);
  Gradients& operator*=(double factor);

  /// Adds `gradient` to what is there. Throws ShapeError or DTypeError unless it is of the tensor's shape and type.
  void add(const Tensor& tensor, const Tensor& gradient, SourceLocation where = SourceLocation::current());

 private:
  using Index = std::unordered_map<const void*, std::size_t, std::hash<const void*>, std::equal_to<>,
                                   detail::PoolAllocator<std::pair<const void* const, std::size_t>>>;

  std::vector<Entry, detail::PoolAllocator<Entry>> entries_;
  Index index_;
};

}  // namespace ranktape
