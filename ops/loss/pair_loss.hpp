#pragma once

#include <ranktape/core/backend.hpp>
#include <ranktape/core/tensor_access.hpp>
#include <ranktape/ops/loss/list_loss.hpp>
#include <ranktape/ops/loss/pair_kernels.hpp>
#include <ranktape/ops/loss/pair_loops.hpp>
#include <ranktape/ops/rank/device_sort.hpp>
#include <ranktape/ops/rank/sorted_keys.hpp>
#include <ranktape/ops/tile_sums.hpp>

#include <algorithm>

// Internal: the steps that losses over pairs share. They go list by list on the CPU, all lists at once on the
// accelerator.
namespace ranktape::detail {

/// One list in the order of its pairs, padded as the loops want it. O(longest).
template <class Scalar>
struct PairWorkspace {
  explicit PairWorkspace(std::int64_t longest)
      : keys(key_memory<Scalar>(static_cast<std::size_t>(longest))),
        order(static_cast<std::size_t>(longest)),
        scores(padded(longest)),
        labels(padded(longest)),
        weights(padded(longest)),
        slopes(padded(longest)),
        room(2 * padded(longest)) {}

  static std::size_t padded(std::int64_t longest) { return static_cast<std::size_t>(longest + pair_padding); }
  static void pad(const Array<double>& of, std::int64_t n) { std::fill_n(of.data() + n, pair_padding, 0.0); }

  /// to[i] = from[order[i]].
  template <class From>
  void gather(const From& from, std::int64_t n, const Array<double>& to) const {
    for (std::int64_t i = 0; i < n; ++i) {
      to.data()[i] = static_cast<double>(from[static_cast<std::int64_t>(order.data()[i])]);
    }
    pad(to, n);
  }

  Array<Key<Scalar>> keys;
  Array<std::uint32_t> order;
  Array<double> scores;
  Array<double> labels;
  Array<double> weights;
  Array<double> slopes;
  Array<double> room;
};

/// Sums the pairs of a list that counts and writes its loss and derivatives.
template <class Scalar, class Pairs>
void write_pairs(const PairWorkspace<Scalar>& work, const Pairs& pairs, const PairReduction& reduction,
                 const ListLosses& losses, std::int64_t list, std::int64_t begin) {
  std::fill_n(work.slopes.data(), pairs.n + pair_padding, 0.0);
  const TermsOfList found = reduce_pairs(sum_pairs(pairs, work.room.data(), work.slopes.data()), true, reduction);
  losses.found()[list] = found.list;
  for (std::int64_t i = 0; i < pairs.n; ++i) {
    losses.derivative()[begin + work.order.data()[i]] = found.scale * work.slopes.data()[i];
  }
}

/// For a list that does not.
inline void write_nothing(const ListLosses& losses, std::int64_t list, std::int64_t begin, std::int64_t n) {
  losses.found()[list] = {};
  std::fill_n(losses.derivative() + begin, n, 0.0);
}

/// About what the pairs of one list take, for sharing lists among threads.
inline double nanoseconds_of_pairs(const Lists& lists) {
  constexpr double nanoseconds_per_pair = 3;
  const double n =
      static_cast<double>(lists.documents()) / static_cast<double>(std::max<std::int64_t>(1, lists.count()));
  return lists.nanoseconds_each() + nanoseconds_per_pair * n * n / 2;
}

/// The pairs of all lists; `labels` are those in decreasing order.
template <class Pairs>
void write_pairs_on_accelerator(const Lists& lists, const Pairs& pairs, const Array<std::uint32_t>& order,
                                const double* labels, const PairReduction& reduction, const ListLosses& losses) {
  const ListOffsets where = lists.on_accelerator();
  const auto documents = static_cast<std::size_t>(lists.documents());
  const Array<PairSums> of_documents(documents, Device::accelerator);
  const Array<double> slopes(documents, Device::accelerator);
  launch(lists.documents(), kernels::PairRows<Pairs>{pairs, where, of_documents.data(), slopes.data()});
  const auto sums = sums_of_lists(lists.entries_on_accelerator(), kernels::NumberTerm<PairSums>{of_documents.data()});
  const Array<TermsOfList> found(static_cast<std::size_t>(lists.count()), Device::accelerator);
  launch(lists.count(), kernels::PairLists{sums.data(), labels, where, reduction, found.data(), losses.found()});
  launch(lists.documents(),
         kernels::PairDerivative{slopes.data(), order.data(), where, found.data(), losses.derivative()});
}

/// Scores and weights of all documents in the order of the pairs.
struct PairsOnAccelerator {
  Array<double> scores;
  Array<double> weights;
};

template <class Scalar>
PairsOnAccelerator gather_pairs(const Lists& lists, const Array<std::uint32_t>& order, const Tensor& predictions,
                                const Tensor& document_weights) {
  const auto documents = static_cast<std::size_t>(lists.documents());
  PairsOnAccelerator made = {Array<double>(documents, Device::accelerator),
                             Array<double>(documents, Device::accelerator)};
  launch(lists.documents(),
         kernels::GatherPairs<Scalar>{order.data(), lists.on_accelerator(), data<Scalar>(predictions),
                                      view_weights<Scalar>(document_weights), made.scores.data(), made.weights.data()});
  return made;
}

}  // namespace ranktape::detail
