#pragma once

#include <ranktape/core/engine_kernels.hpp>
#include <ranktape/core/tensor.hpp>

#include <functional>

// Internal: checks of values on the accelerator that do not wait for it. What was found is looked at when the thread
// next reads a value from there, which throws what the check has to say.
namespace ranktape::detail {

/// Whether checks of this thread wait for the next read: at first, where the accelerator is a GPU. On hosts there is
/// nothing to wait for.
bool& checks_are_deferred();

/// Looks for the first NaN or infinity on the accelerator and calls `report`, which throws, later, if there is one.
void find_non_finite_later(const Tensor& values, std::function<void(const FirstNonFinite&)> report);

/// Calls the reports of all checks that found something, until one throws. None of them is left.
void settle_checks();

}  // namespace ranktape::detail
