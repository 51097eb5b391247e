#include <ranktape/ops/metrics/options.hpp>
#include <fmt/format.h>

namespace ranktape {

MetricOptions metric_options_of(MetricConvention convention) {
  switch (convention) {
    case MetricConvention::lightgbm:
      return {.no_relevant = NoRelevant::one,
              .average_precision_denominator = AveragePrecisionDenominator::relevant_or_k};
    case MetricConvention::xgboost:
      return {.no_relevant = NoRelevant::one,
              .precision_denominator = PrecisionDenominator::k_or_length,
              .average_precision_denominator = AveragePrecisionDenominator::relevant_or_k};
    case MetricConvention::trec_eval:
      return {.gain = Gain::linear, .no_relevant = NoRelevant::zero, .ties = Ties::reversed};
    case MetricConvention::scikit_learn:
      return {.gain = Gain::linear, .no_relevant = NoRelevant::zero, .ties = Ties::together};
    case MetricConvention::ranklib:
      return {.no_relevant = NoRelevant::zero, .precision_denominator = PrecisionDenominator::k_or_length};
    case MetricConvention::ranktape: break;
  }
  return {};
}

std::string_view to_string(Gain gain) { return gain == Gain::exponential ? "exponential" : "linear"; }

std::string_view to_string(NoRelevant no_relevant) {
  switch (no_relevant) {
    case NoRelevant::zero: return "zero";
    case NoRelevant::one: return "one";
    case NoRelevant::skip: break;
  }
  return "skip";
}

std::string_view to_string(Ties ties) {
  switch (ties) {
    case Ties::reversed: return "reversed";
    case Ties::averaged: return "averaged";
    case Ties::together: return "together";
    case Ties::stable: break;
  }
  return "stable";
}

std::string_view to_string(PrecisionDenominator denominator) {
  return denominator == PrecisionDenominator::k ? "k" : "k_or_length";
}

std::string_view to_string(AveragePrecisionDenominator denominator) {
  return denominator == AveragePrecisionDenominator::relevant ? "relevant" : "relevant_or_k";
}

std::string_view to_string(MetricConvention convention) {
  switch (convention) {
    case MetricConvention::lightgbm: return "lightgbm";
    case MetricConvention::xgboost: return "xgboost";
    case MetricConvention::trec_eval: return "trec_eval";
    case MetricConvention::scikit_learn: return "sklearn";
    case MetricConvention::ranklib: return "ranklib";
    case MetricConvention::ranktape: break;
  }
  return "ranktape";
}

std::string describe(const MetricOptions& options) {
  return fmt::format(
      "gain {}, ties {}, no relevant document {}, relevant from label {}, largest label {}, precision over {}, average "
      "precision over {}",
      to_string(options.gain), to_string(options.ties), to_string(options.no_relevant), options.relevant_label,
      options.largest_label, to_string(options.precision_denominator),
      to_string(options.average_precision_denominator));
}

}  // namespace ranktape
