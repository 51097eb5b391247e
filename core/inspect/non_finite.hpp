#pragma once

#include <ranktape/core/inspect/inspection.hpp>

#include <optional>

// Internal: which record made the first NaN or infinity. One pass over all values, and over all gradients.
namespace ranktape::detail {

std::optional<NonFiniteOrigin> find_non_finite_value(const Tape& tape);
std::optional<NonFiniteOrigin> find_non_finite_gradient(const Tape& tape, const Gradients& gradients);

}  // namespace ranktape::detail
