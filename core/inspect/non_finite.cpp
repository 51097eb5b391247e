#include <ranktape/core/inspect/non_finite.hpp>
#include <ranktape/core/kernels.hpp>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <vector>

namespace ranktape::detail {
namespace {

/// By the number of a tensor: whether its values, or its gradient, are spoilt.
using Spoilt = std::vector<char>;

/// The first input of the record that is spoilt; `Tape::constant` if none is.
std::uint32_t spoilt_input(const Tape& tape, const Record& record, const Spoilt& spoilt) {
  for (const std::uint32_t number : tape.inputs(record)) {
    if (number != Tape::constant && spoilt[number] != 0) {
      return number;
    }
  }
  return Tape::constant;
}

NonFiniteOrigin origin_at(std::int64_t record, std::uint32_t tensor, const Tensor& values) {
  const FirstNonFinite first = *first_non_finite(values);
  return {.record = record, .tensor = tensor, .element = first.element, .value = first.value};
}

/// The value of an input of the output's shape, from which that element of the output came.
std::optional<double> input_of_element(const Tape& tape, const Record& record, std::int64_t index) {
  for (const std::uint32_t number : tape.inputs(record)) {
    if (number != Tape::constant && tape.tensors()[number].shape() == tape.tensors()[record.output].shape()) {
      return element(tape.tensors()[number], index);
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<NonFiniteOrigin> find_non_finite_value(const Tape& tape) {
  const auto tensors = tape.tensors();
  Spoilt spoilt(tensors.size());
  std::ranges::transform(tensors, spoilt.begin(),
                         [](const Tensor& tensor) { return first_non_finite(tensor) ? 1 : 0; });

  std::optional<NonFiniteOrigin> origin;
  for (const Record& record : tape.records()) {
    if (spoilt[record.output] == 0) {
      continue;
    }
    const std::uint32_t cause = spoilt_input(tape, record, spoilt);
    if (origin) {
      origin->carriers += cause != Tape::constant ? 1 : 0;
      continue;
    }
    // An input that is spoilt before any record is can only be a parameter.
    const bool given = cause != Tape::constant;
    const std::uint32_t tensor = given ? cause : record.output;
    origin = origin_at(&record - tape.records().data(), tensor, tensors[tensor]);
    origin->given = given;
    if (!given) {
      origin->input = input_of_element(tape, record, origin->element);
    }
  }
  return origin;
}

std::optional<NonFiniteOrigin> find_non_finite_gradient(const Tape& tape, const Gradients& gradients) {
  const auto tensors = tape.tensors();
  const auto gradient_of = [&](std::uint32_t number) { return gradients.find(tensors[number]); };
  Spoilt spoilt(tensors.size());
  for (std::uint32_t number = 0; number < spoilt.size(); ++number) {
    const Tensor* gradient = gradient_of(number);
    spoilt[number] = gradient != nullptr && first_non_finite(*gradient) ? 1 : 0;
  }

  std::optional<NonFiniteOrigin> origin;
  for (std::int64_t i = std::ssize(tape.records()) - 1; i >= 0; --i) {
    const Record& record = tape.records()[static_cast<std::size_t>(i)];
    if (gradient_of(record.output) == nullptr) {
      continue;
    }
    const bool given = spoilt[record.output] != 0;
    const std::uint32_t tensor = given ? record.output : spoilt_input(tape, record, spoilt);
    if (origin) {
      origin->carriers += given ? 1 : 0;
    } else if (tensor != Tape::constant) {
      origin = origin_at(i, tensor, *gradient_of(tensor));
      origin->given = given;
      if (!given) {
        origin->input = element(tensors[tensor], origin->element);
      }
    }
  }
  return origin;
}

}  // namespace ranktape::detail
