#include <ranktape/core/fail.hpp>
#include <ranktape/core/tape.hpp>
#include <ranktape/ops/elementwise.hpp>
#include <ranktape/optim/clip.hpp>

#include <cmath>
#include <utility>

namespace ranktape {
namespace {

void check_limit(SourceLocation where, const char* operation, double limit) {
  if (!(limit > 0)) {
    detail::fail<NumericError>(where, operation, "limit is {}; it must be above 0", limit);
  }
}

}  // namespace

double clip_by_norm(Gradients& gradients, double limit, SourceLocation where) {
  check_limit(where, "clip_by_norm", limit);
  const double norm = gradients.norm();
  if (!std::isfinite(norm)) {
    detail::fail<NumericError>(where, "clip_by_norm",
                               "the norm of the gradients is {}; backward({{.check_finite = true}}) names the "
                               "operation that makes it so",
                               norm);
  }
  constexpr double margin = 1e-6;  // as PyTorch, whose numbers users compare with
  const double factor = limit / (norm + margin);
  if (factor < 1) {
    gradients *= factor;
  }
  return norm;
}

void clip_by_value(Gradients& gradients, double limit, SourceLocation where) {
  check_limit(where, "clip_by_value", limit);
  const Tape::Pause pause;
  Gradients clipped;
  for (const Gradients::Entry& entry : gradients) {
    clipped.add(entry.tensor, clamp(Operand(entry.gradient, where), -limit, limit));
  }
  gradients = std::move(clipped);
}

}  // namespace ranktape
