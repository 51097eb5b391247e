// LapSum memberships of the k largest (ranktape/ops/rank/laplace.hpp has the notation). With L(b) = n - k,
//   p_i = F((u_i - b) / t),  q_i = e^(-|u_i - b| / t) / S,  S the sum that makes the q_i add up to 1, d b / d u_i =
//   q_i: dL/du_i = S / (2 t) q_i (g_i - sum(q g)),        dL/dk = sum(q g);
// and of log p, with m_i = d log p_i / d (u_i / t) = 1 below b and (1 - p_i) / p_i above, M = sum(m g),
//   dL/du_i = (m_i g_i - M q_i) / t,                 dL/dk = 2 M / S.
// Neither changes when values and temperature are scaled together: dL/dt = -(sum_i u_i dL/du_i) / t.

#include <ranktape/core/fail.hpp>
#include <ranktape/core/random.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/ops/rank/laplace.hpp>
#include <ranktape/ops/rank/lapsum.hpp>
#include <ranktape/ops/require_cpu.hpp>

#include <cmath>
#include <numbers>
#include <optional>

namespace ranktape {
namespace {

using detail::Array;
using detail::Crossing;
using detail::LaplaceList;
using detail::LaplaceLists;
using detail::LaplaceSums;
using detail::Lists;
using detail::PerList;

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

struct Memberships {
  static constexpr const char* name = "lapsum_top_k";
  static constexpr bool log = false;
  /// `half` is e^(-distance) / 2.
  static double value(double, double half, bool below) { return below ? half : 1 - half; }
};

struct LogMemberships {
  static constexpr const char* name = "lapsum_log_top_k";
  static constexpr bool log = true;
  static double value(double distance, double half, bool below) {
    return below ? -distance - std::numbers::ln2 : std::log1p(-half);
  }
};

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
  Selection(const Lists& lists, std::int64_t documents, bool log)
      : q(static_cast<std::size_t>(documents)),
        slope(log ? q.size() : 0),
        total(static_cast<std::size_t>(lists.count())) {}

  Array<double> q;
  Array<double> slope;  // m, of the log form
  Array<double> total;  // S
};

template <class Form, class Scalar>
void select(const LaplaceList& list, const Crossing& crossing, const Selection& kept, std::int64_t begin, Scalar* to) {
  for (std::uint32_t i = 0; i < list.n; ++i) {
    const bool below = i < crossing.interval;
    const Crossing::Distance away = crossing.distance(list, i);
    const double decay = std::exp(-away.beyond);
    const double half = decay * std::exp(-away.nearest) / 2;
    const std::uint32_t document = list.order[i];
    to[document] = static_cast<Scalar>(Form::value(away.beyond + away.nearest, half, below));
    const auto place = static_cast<std::size_t>(begin + document);
    kept.q[place] = away.weight * decay;
    if constexpr (Form::log) {
      kept.slope[place] = below ? 1.0 : half / (1 - half);
    }
  }
}

/// Returns dL/dk, and the gradients of the values into `result`.
template <class Form, class Scalar>
double backward_list(const LaplaceList& list, const Selection& kept, std::int64_t begin, double total, const Scalar* g,
                     Scalar* result) {
  const double* q = kept.q.data() + begin;
  const double factor = list.inverse * list.sign;
  double sum = 0;
  if constexpr (Form::log) {
    const double* slope = kept.slope.data() + begin;
    for (std::uint32_t i = 0; i < list.n; ++i) {
      sum += slope[i] * static_cast<double>(g[i]);
    }
    for (std::uint32_t i = 0; i < list.n; ++i) {
      result[i] = static_cast<Scalar>((slope[i] * static_cast<double>(g[i]) - sum * q[i]) * factor);
    }
    return sum == 0 ? 0.0 : 2 * sum / total;
  } else {
    for (std::uint32_t i = 0; i < list.n; ++i) {
      sum += q[i] * static_cast<double>(g[i]);
    }
    for (std::uint32_t i = 0; i < list.n; ++i) {
      result[i] = static_cast<Scalar>(total / 2 * q[i] * (static_cast<double>(g[i]) - sum) * factor);
    }
    return sum;
  }
}

/// t dL/dt, measured from the list's first value: the gradients sum to 0.
template <class Scalar>
double temperature_moment(std::uint32_t n, const Scalar* values, const Scalar* result) {
  double moment = 0;
  for (std::uint32_t i = 0; i < n; ++i) {
    moment -= static_cast<double>(result[i]) * (static_cast<double>(values[i]) - static_cast<double>(values[0]));
  }
  return moment;
}

template <class Form>
Tensor top_k_of(Operand values, const Lists& lists, Operand k, Operand temperature, const RelaxationOptions& options) {
  detail::require_cpu(Form::name, values);
  detail::check_relaxation(Form::name, values, options.temperature);
  const PerList factor = detail::check_temperatures(Form::name, values, lists, temperature);
  const PerList count(Form::name, "k", k, values, lists);
  check_k<Form>(values, lists, count);
  const LaplaceLists sorted(values, lists, options, factor);
  Tensor output = detail::make_tensor_like(values);
  const Selection kept(lists, values->size(), Form::log);
  LaplaceSums sums(lists.longest());
  detail::dispatch(values->dtype(), [&]<class Scalar>() {
    sorted.for_each_sorted(detail::data<Scalar>(values), [&](std::int64_t index, const LaplaceList& list) {
      if (list.n == 0) {
        return;
      }
      sums.fill(list);
      const Crossing crossing = sums.find(list, list.n, -count[index]);
      const std::int64_t begin = lists.begin(index);
      kept.total[static_cast<std::size_t>(index)] = crossing.total;
      select<Form>(list, crossing, kept, begin, detail::data<Scalar>(output) + begin);
    });
  });
  if (Recorder recorder{operation_of<Form>, {values, k, temperature}}) {
    const std::optional<Saved> x = recorder.needs(2) ? std::optional<Saved>(values) : std::nullopt;
    recorder.record(output, [sorted, factor, count, kept, x](BackwardPass& pass) {
      const Lists& where = sorted.lists;
      const Tensor& gradient = pass.gradient();
      Tensor result = detail::make_tensor_like(gradient);
      const Array<double> of_k(static_cast<std::size_t>(where.count()));
      const Array<double> of_temperature(of_k.size());
      detail::dispatch(result.dtype(), [&]<class Scalar>() {
        for (std::int64_t index = 0; index < where.count(); ++index) {
          const std::int64_t begin = where.begin(index);
          const auto at = static_cast<std::size_t>(index);
          const LaplaceList list = sorted.list(index);
          Scalar* to = detail::data<Scalar>(result) + begin;
          of_k[at] = backward_list<Form>(list, kept, begin, kept.total[at], detail::data<Scalar>(gradient) + begin, to);
          of_temperature[at] =
              x ? temperature_moment(list.n, detail::data<Scalar>(x->tensor()) + begin, to) / factor[index] : 0.0;
        }
      });
      pass.add(0, std::move(result));
      if (pass.needs(1)) {
        pass.add(1, count.gradient(of_k));
      }
      if (pass.needs(2)) {
        pass.add(2, factor.gradient(of_temperature));
      }
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
