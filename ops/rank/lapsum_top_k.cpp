// LapSum memberships of the k largest (ranktape/ops/rank/laplace.hpp has the notation). With L(b) = n - k,
//   p_i = F((u_i - b) / t),  q_i = e^(-|u_i - b| / t) / S,  S the sum that makes the q_i add up to 1, d b / d u_i =
//   q_i: dL/du_i = S / (2 t) q_i (g_i - sum(q g)),        dL/dk = sum(q g);
// and of log p, with m_i = d log p_i / d (u_i / t) = 1 below b and (1 - p_i) / p_i above, M = sum(m g),
//   dL/du_i = (m_i g_i - M q_i) / t,                 dL/dk = 2 M / S.
// Neither changes when values and temperature are scaled together: dL/dt = -(sum_i u_i dL/du_i) / t.

#include <ranktape/core/fail.hpp>
#include <ranktape/core/random.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/ops/rank/decay_scan.hpp>
#include <ranktape/ops/rank/describe_options.hpp>
#include <ranktape/ops/rank/laplace.hpp>
#include <ranktape/ops/rank/lapsum.hpp>
#include <ranktape/ops/rank/lapsum_top_k_kernels.hpp>
#include <ranktape/ops/tile_sums.hpp>

#include <optional>

namespace ranktape {
namespace {

using detail::Array;
using detail::Crossing;
using detail::LaplaceList;
using detail::LaplaceLists;
using detail::LaplaceSums;
using detail::ListEntries;
using detail::Lists;
using detail::LogMemberships;
using detail::Memberships;
using detail::PerList;
namespace kernels = detail::kernels;

std::vector<OperationExample> examples_of(Random& random, bool log) {
  const auto sample = [&](const Shape& shape) { return Tensor::randn(shape, random, {.dtype = DType::float64}); };
  const auto number = [](double value) { return Tensor::scalar(value, {.dtype = DType::float64}); };
  std::vector<OperationExample> examples;
  for (const Direction direction : {Direction::ascending, Direction::descending}) {
    for (const double temperature : {0.3, 1.0, 10.0}) {
      const RelaxationOptions options = {1.0, direction, StrengthUnit::absolute};
      examples.push_back(
          {{sample({2, 6}), number(2.3), number(temperature)}, [options, log](std::span<const Tensor> x) {
             return log ? lapsum_log_top_k(x[0], x[1], x[2], options) : lapsum_top_k(x[0], x[1], x[2], options);
           }});
    }
  }
  const Tensor k = Tensor::from({1.5, 7, 0.4, 3}, {.dtype = DType::float64});
  const RelaxationOptions per_item = {.temperature = 2, .temperature_unit = StrengthUnit::per_item};
  examples.push_back({{sample({9}), k, number(0.7)}, [per_item, log](std::span<const Tensor> x) {
                        const Groups groups = Groups::from_sizes({4, 0, 1, 4});
                        return log ? lapsum_log_top_k(x[0], groups, x[1], x[2], per_item)
                                   : lapsum_top_k(x[0], groups, x[1], x[2], per_item);
                      }});
  return examples;
}

template <class Form>
const Operation operation_of(Form::name, [](Random& random) { return examples_of(random, Form::log); });

template <class Form>
void check_k(Operand values, const Lists& lists, const PerList& k) {
  for (std::int64_t list = 0; list < lists.count(); ++list) {
    const auto n = static_cast<double>(lists.size(list));
    if (n > 0 && !(k[list] > 0 && k[list] < n)) {
      detail::fail<NumericError>(values.where(), Form::name,
                                 "k is {} and list {} of {} has {} documents; k must lie strictly between 0 and that "
                                 "number: with lists of different lengths, give a tensor with one k for each",
                                 k[list], list, detail::describe(values), lists.size(list));
    }
  }
}

/// What backward needs of each document, in the documents' order, and of each list.
struct Selection {
  Selection(const Lists& lists, const Tensor& values, bool log)
      : q(static_cast<std::size_t>(values.size()), values.device()),
        slope(log ? q.size() : 0, values.device()),
        total(static_cast<std::size_t>(lists.count()), values.device()) {}

  Array<double> q;
  Array<double> slope;  // m, of the log form
  Array<double> total;  // S

  [[nodiscard]] detail::SelectionView view() const { return {q.data(), slope.data(), total.data()}; }
};

template <class Form, class Scalar>
void select_on_cpu(const LaplaceLists& sorted, const PerList& k, const Selection& kept, const Scalar* values,
                   Scalar* to) {
  const detail::SelectionView view = kept.view();
  LaplaceSums sums(sorted.lists.longest());
  sorted.for_each_sorted(values, [&](std::int64_t index, const LaplaceList& list) {
    if (list.n == 0) {
      return;
    }
    sums.fill(list);
    const Crossing crossing = sums.count().find(list, list.n, -k[index]);
    const std::int64_t begin = sorted.lists.begin(index);
    view.total[index] = crossing.total;
    for (std::uint32_t i = 0; i < list.n; ++i) {
      detail::select<Form>(list, crossing, i, begin, view, to);
    }
  });
}

template <class Form, class Scalar>
void select_on_accelerator(const LaplaceLists& sorted, const PerList& k, const Selection& kept, Scalar* to) {
  const detail::DeviceLaplaceSums sums(sorted);
  const Array<Crossing> crossings(kept.total.size(), Device::accelerator);
  detail::launch(sorted.lists.count(), kernels::TopKCrossing{sorted.places(), sums.counts(), k.on_device(),
                                                             crossings.data(), kept.total.data()});
  detail::launch(sorted.lists.documents(),
                 kernels::TopKSelect<Form, Scalar>{sorted.places(), crossings.data(), kept.view(), to});
}

/// Of each list: dL/dk, and t dL/dt if there are values.
struct GradientsOfLists {
  Array<double> of_k;
  Array<double> moments;
};

/// The gradients of the values into `result`.
template <class Form, class Scalar>
GradientsOfLists backward_on_cpu(const LaplaceLists& sorted, const Selection& kept, const Scalar* values,
                                 const Scalar* g, Scalar* result) {
  const Lists& where = sorted.lists;
  const detail::SelectionView view = kept.view();
  GradientsOfLists of_lists = {Array<double>(kept.total.size()), Array<double>(kept.total.size())};
  for (std::int64_t index = 0; index < where.count(); ++index) {
    const auto at = static_cast<std::size_t>(index);
    const std::int64_t begin = where.begin(index);
    const std::int64_t end = begin + where.size(index);
    const double factor = sorted.inverse[at] * sorted.sign;
    double sum = 0;
    for (std::int64_t i = begin; i < end; ++i) {
      sum += detail::top_k_term<Form>(view, g, i);
    }
    const double total = begin < end ? kept.total[at] : 1.0;
    for (std::int64_t i = begin; i < end; ++i) {
      result[i] = static_cast<Scalar>(detail::top_k_gradient<Form>(view, g, i, sum, total) * factor);
    }
    of_lists.of_k[at] = detail::top_k_gradient_of_k<Form>(sum, total);
    double moment = 0;
    if (values != nullptr) {
      const kernels::TopKMoment<Scalar> term = {values, result};
      for (std::int64_t i = begin; i < end; ++i) {
        moment += term({index, begin, i, i == begin});
      }
    }
    of_lists.moments[at] = moment;
  }
  return of_lists;
}

template <class Form, class Scalar>
GradientsOfLists backward_on_accelerator(const LaplaceLists& sorted, const Selection& kept, const Scalar* values,
                                         const Scalar* g, Scalar* result) {
  const ListEntries documents = sorted.lists.entries_on_accelerator();
  const Array<double> sums = detail::sums_of_lists(documents, kernels::TopKTerm<Form, Scalar>{kept.view(), g});
  detail::launch(documents.count,
                 kernels::TopKGradient<Form, Scalar>{documents.lists, kept.view(), sorted.inverse.data(), sorted.sign,
                                                     sums.data(), g, result});
  const Array<double> of_k(kept.total.size(), Device::accelerator);
  detail::launch(sorted.lists.count(),
                 kernels::TopKGradientOfK<Form>{documents.lists, sums.data(), kept.total.data(), of_k.data()});
  return {of_k, values == nullptr ? Array<double>()
                                  : detail::sums_of_lists(documents, kernels::TopKMoment<Scalar>{values, result})};
}

template <class Form>
Tensor top_k_of(Operand values, const Lists& lists, Operand k, Operand temperature, const RelaxationOptions& options) {
  detail::check_relaxation(Form::name, values, options.temperature);
  const PerList factor = detail::check_temperatures(Form::name, values, lists, temperature);
  const PerList count(Form::name, "k", k, values, lists);
  check_k<Form>(values, lists, count);
  LaplaceLists sorted(values, lists, options, factor);
  Tensor output = detail::make_tensor_like(values);
  const Selection kept(lists, values, Form::log);
  detail::dispatch(values->dtype(), [&]<class Scalar>() {
    Scalar* to = detail::data<Scalar>(output);
    if (values->device() == Device::accelerator) {
      select_on_accelerator<Form>(sorted, count, kept, to);
    } else {
      select_on_cpu<Form>(sorted, count, kept, detail::data<Scalar>(values), to);
    }
  });
  sorted.in_order = {};
  if (Recorder recorder{operation_of<Form>, {values, k, temperature}}) {
    const std::optional<Saved> x = recorder.needs(2) ? std::optional<Saved>(values) : std::nullopt;
    recorder.record(
        output,
        [sorted, factor, count, kept, x](BackwardPass& pass) {
          const Tensor& gradient = pass.gradient();
          Tensor result = detail::make_tensor_like(gradient);
          GradientsOfLists of_lists;
          detail::dispatch(result.dtype(), [&]<class Scalar>() {
            const auto& backward = result.device() == Device::accelerator ? backward_on_accelerator<Form, Scalar>
                                                                          : backward_on_cpu<Form, Scalar>;
            of_lists = backward(sorted, kept, x ? detail::data<Scalar>(x->tensor()) : nullptr,
                                detail::data<Scalar>(gradient), detail::data<Scalar>(result));
          });
          pass.add(0, std::move(result));
          if (pass.needs(1)) {
            pass.add(1, count.gradient(of_lists.of_k));
          }
          if (pass.needs(2)) {
            pass.add(2, factor.gradient_of_logarithm(of_lists.moments));
          }
        },
        [options, factor, count](RecordDetails& details) {
          details.add("k", count.range_text());
          detail::describe_relaxation(details, options, factor);
        });
  }
  return output;
}

}  // namespace

Tensor lapsum_top_k(Operand values, double k, const RelaxationOptions& options) {
  return top_k_of<Memberships>(values, Lists::rows(Memberships::name, values), detail::number(k), detail::number(1),
                               options);
}

Tensor lapsum_top_k(Operand values, const Groups& groups, double k, const RelaxationOptions& options) {
  return top_k_of<Memberships>(values, Lists::of(Memberships::name, values, groups), detail::number(k),
                               detail::number(1), options);
}

Tensor lapsum_top_k(Operand values, Operand k, Operand temperature, const RelaxationOptions& options) {
  return top_k_of<Memberships>(values, Lists::rows(Memberships::name, values), k, temperature, options);
}

Tensor lapsum_top_k(Operand values, const Groups& groups, Operand k, Operand temperature,
                    const RelaxationOptions& options) {
  return top_k_of<Memberships>(values, Lists::of(Memberships::name, values, groups), k, temperature, options);
}

Tensor lapsum_log_top_k(Operand values, double k, const RelaxationOptions& options) {
  return top_k_of<LogMemberships>(values, Lists::rows(LogMemberships::name, values), detail::number(k),
                                  detail::number(1), options);
}

Tensor lapsum_log_top_k(Operand values, const Groups& groups, double k, const RelaxationOptions& options) {
  return top_k_of<LogMemberships>(values, Lists::of(LogMemberships::name, values, groups), detail::number(k),
                                  detail::number(1), options);
}

Tensor lapsum_log_top_k(Operand values, Operand k, Operand temperature, const RelaxationOptions& options) {
  return top_k_of<LogMemberships>(values, Lists::rows(LogMemberships::name, values), k, temperature, options);
}

Tensor lapsum_log_top_k(Operand values, const Groups& groups, Operand k, Operand temperature,
                        const RelaxationOptions& options) {
  return top_k_of<LogMemberships>(values, Lists::of(LogMemberships::name, values, groups), k, temperature, options);
}

}  // namespace ranktape
