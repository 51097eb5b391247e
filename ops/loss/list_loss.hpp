#pragma once

#include <ranktape/core/array.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/ops/loss/describe_options.hpp>
#include <ranktape/ops/loss/list_loss_kernels.hpp>
#include <ranktape/ops/loss/reduction.hpp>
#include <ranktape/ops/rank/lists.hpp>

// Internal: what the losses over lists share. Each loss computes, for every list, its loss and how much it counts, and
// for every document the derivative of its list's loss; reduction, weights of queries and backward are here.
namespace ranktape::detail {

/// The lists of `predictions`: rows, or `groups` if not null. Throws where targets, of which there is one for each
/// prediction, or weights do not fit them or have values that are not allowed. `called` is what errors call the
/// targets.
Lists lists_of_loss(const char* operation, Operand predictions, Operand targets, const Groups* groups,
                    const LossWeights& weights, const char* called = "targets");

/// Throws unless the two have one shape, dtype and device.
void check_alike(const char* operation, Operand predictions, const char* called, const Tensor& other);
void check_type_and_device(const char* operation, Operand predictions, const char* called, const Tensor& other);
/// Throws unless weights of queries and of `documents` fit them, and are finite and not negative.
void check_weights(const char* operation, Operand documents, const Lists& lists, const LossWeights& weights);
/// Throws NumericError naming the first element that is negative or not finite; `rule` says what must be.
void check_not_negative(const char* operation, Operand values, const char* rule);

/// Throws NumericError unless the option is a finite number greater than 0.
void check_positive(const char* operation, Operand predictions, const char* option, double value);

/// The weights as kernels see them, for tensors of this type.
template <class Scalar>
WeightsView<Scalar> view_weights(const Tensor& weights);

/// The losses of all lists, in memory of their device; a handle: copies share.
class ListLosses {
 public:
  /// `width` derivatives for each document: 1, or as many predictions as each has.
  ListLosses(const Lists& lists, Device device, std::int64_t width = 1);

  /// To be written, one for each list.
  [[nodiscard]] ListLoss* found() const { return found_.data(); }
  /// To be written: of each list's loss by the document's number; 0 in lists that do not count.
  [[nodiscard]] double* derivative() const { return derivative_.data(); }

  /// What the loss returns. Sums run in an order that the number of lists gives.
  [[nodiscard]] Tensor reduce(Reduction reduction, const Tensor& query_weights, DType dtype) const;
  /// The gradient of the documents' numbers, a tensor of this type, given that of the result; after `reduce`.
  [[nodiscard]] Tensor gradient(const Tensor& of_result, const Shape& shape, DType dtype) const;
  /// What a record tells of them.
  [[nodiscard]] ListLossDetails details(const Tensor& targets) const;

 private:
  Lists lists_;
  std::int64_t width_;
  Array<ListLoss> found_;
  Array<double> derivative_;
  Array<double> factors_;  // d result / d loss of each list
};

/// The end of a loss: its record. `Tell` adds what of its options only this loss has.
template <class Options, class Tell>
struct ListLossRecord {
  ListLosses losses;
  Shape shape;
  DType dtype;
  Tensor targets;
  Options options;
  Tell tell;

  void operator()(BackwardPass& pass) const { pass.add(0, losses.gradient(pass.gradient(), shape, dtype)); }
  void describe(RecordDetails& details) const {
    details.list_loss = losses.details(targets);
    tell(details, options);
    describe_reduction(details, options);
  }
};

struct TellNothing {
  template <class Options>
  void operator()(RecordDetails&, const Options&) const {}
};

/// The end of a loss whose derivatives are by `numbers` of the documents: the predictions, or what was made of them, of
/// any type. Reduces and records. The result has the type of the targets.
template <class Options, class Tell = TellNothing>
Tensor reduced_loss(const Operation& operation, Operand numbers, const Tensor& targets, const ListLosses& losses,
                    const Options& options, const Tell& tell = {}) {
  Tensor result = losses.reduce(options.reduction, options.weights.queries, targets.dtype());
  if (Recorder recorder{operation, {numbers}}) {
    recorder.record(result,
                    ListLossRecord<Options, Tell>{losses, numbers->shape(), numbers->dtype(), targets, options, tell});
  }
  return result;
}

}  // namespace ranktape::detail
