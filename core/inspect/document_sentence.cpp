#include <ranktape/core/inspect/document_sentence.hpp>
#include <fmt/format.h>

#include <cmath>

namespace ranktape::detail {
namespace {

std::string move_of(double gradient) {
  return fmt::format("{} by {:.3g}", gradient < 0 ? "up" : "down", std::abs(gradient));
}

/// Whether the pushes are all of the gradient, but for its rounding to float32.
bool comes_from_ranks(double gradient, double pushed, double scale) {
  constexpr double rounding = 1e-5;
  return std::abs(gradient - pushed) <= rounding * (scale + std::abs(gradient));
}

std::string reason_of_zero(const RankedDocument& document, const BlockPushes* pushes) {
  if (document.block < 0) {
    return ".";
  }
  if (pushes == nullptr) {
    return ": none reaches its rank.";
  }
  if (pushes->is_unpulled(document.document)) {
    return ": no rank of its block is pulled.";
  }
  return document.partner < 0 ? ": all ranks of its block are pulled alike." : ": the pushes of its block cancel.";
}

}  // namespace

std::string sentence_on(const RankedDocument& document, const DocumentSituation& situation) {
  const std::string name = fmt::format("Document {}", document.document);
  const double gradient = document.gradient;
  if (document.alone && (gradient == 0 || !situation.gradient_is_known)) {
    return name + " is alone in its block: its rank is hard, and no gradient reaches its score.";
  }
  if (!situation.gradient_is_known) {
    return fmt::format("{}: its gradient is not known; backward({{.keep_intermediate = true}}) keeps it.", name);
  }
  if (document.alone) {
    return fmt::format("{} is alone in its block: its rank is hard, and what pushes it {} does not come by way of it.",
                       name, move_of(gradient));
  }
  const BlockPushes* const pushes = situation.pushes;
  if (gradient == 0) {
    return name + " gets no gradient" + reason_of_zero(document, pushes);
  }
  const std::string label = document.label ? fmt::format("label {:g}, ", *document.label) : "";
  const std::string who = fmt::format("{} ({}score {:.3g})", name, label, document.score);
  if (!std::isfinite(gradient)) {
    return fmt::format("{} gets a gradient that is not a finite number: {}.", who, gradient);
  }
  std::string text = fmt::format("{} is pushed {}", who, move_of(gradient));
  if (pushes == nullptr) {
    return text + ".";
  }
  const double pushed = pushes->gradient_of(document.document);
  if (!comes_from_ranks(gradient, pushed, pushes->scale_of(document.document))) {
    text += pushed == 0 ? " (not by way of its rank)" : fmt::format(" (by way of its rank {})", move_of(pushed));
  }
  if (document.partner < 0) {
    return text + ".";
  }
  return fmt::format("{}: most of all against document {}{}, which shares its block of {}.", text, document.partner,
                     situation.partner_label ? fmt::format(" (label {:g})", *situation.partner_label) : "",
                     pushes->size_of_block(document.document));
}

}  // namespace ranktape::detail
