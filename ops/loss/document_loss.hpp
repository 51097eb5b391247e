#pragma once

#include <ranktape/core/backend.hpp>
#include <ranktape/core/parallel.hpp>
#include <ranktape/ops/loss/document_kernels.hpp>
#include <ranktape/ops/loss/list_loss.hpp>
#include <ranktape/ops/tile_sums.hpp>

// Internal: losses whose lists are sums over documents. A formula has
//   terms(i, list)                               the TermSums of document i alone,
//   write(i, list, sums, scale, derivative)      its derivatives, of the list's sums, times scale.
namespace ranktape::detail {

template <class Formula>
void write_documents(const Lists& lists, const Formula& formula, const TermRule& rule, const ListLosses& losses) {
  for (std::int64_t list = 0; list < lists.count(); ++list) {
    const std::int64_t begin = lists.begin(list);
    const std::int64_t end = begin + lists.size(list);
    TermSums sums;
    for (std::int64_t i = begin; i < end; ++i) {
      sums += formula.terms(i, list);
    }
    const TermsOfList found = rule.reduce(sums);
    losses.found()[list] = found.list;
    for (std::int64_t i = begin; i < end; ++i) {
      formula.write(i, list, sums, found.scale, losses.derivative());
    }
  }
}

template <class Formula>
void write_documents_on_accelerator(const Lists& lists, const Formula& formula, const TermRule& rule,
                                    const ListLosses& losses) {
  const auto sums = sums_of_lists(lists.entries_on_accelerator(), kernels::TermOf<Formula>{formula});
  const Array<TermsOfList> found(static_cast<std::size_t>(lists.count()), Device::accelerator);
  launch(lists.count(), kernels::TermLists{sums.data(), rule, found.data(), losses.found()});
  launch(lists.documents(), kernels::TermDerivative<Formula>{formula, lists.on_accelerator(), sums.data(), found.data(),
                                                             losses.derivative()});
}

/// The losses of all lists, `width` derivatives for each document.
template <class Formula>
ListLosses document_losses(const Lists& lists, Device device, const Formula& formula, const TermRule& rule,
                           std::int64_t width = 1) {
  ListLosses losses(lists, device, width);
  const auto& write =
      device == Device::accelerator ? write_documents_on_accelerator<Formula> : write_documents<Formula>;
  write(lists, formula, rule, losses);
  return losses;
}

}  // namespace ranktape::detail
