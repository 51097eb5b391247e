#include <ranktape/core/build_info.hpp>
#include <ranktape/core/inspect/report_parts.hpp>

#include <array>

namespace ranktape {
namespace detail {
namespace {

// A field of `row` for each of its numbers, by name.
template <class Row, class... Members>
void fields(JsonWriter& json, const Row& row, const Members&... members) {
  (json.field(members.first, row.*members.second), ...);
}

template <class Range, class... Members>
void columns(JsonWriter& json, const Range& rows, const Members&... members) {
  (json.column(members.first, rows, [&](const auto& row) { return row.*members.second; }), ...);
}

void origin(JsonWriter& json, std::string_view name, const std::optional<NonFiniteOrigin>& found) {
  json.key(name);
  if (!found) {
    json.null();
    return;
  }
  using N = NonFiniteOrigin;
  json.open('{');
  fields(json, *found, std::pair("record", &N::record), std::pair("tensor", &N::tensor),
         std::pair("element", &N::element), std::pair("value", &N::value), std::pair("input", &N::input),
         std::pair("carriers", &N::carriers), std::pair("given", &N::given));
  json.close('}');
}

void verdicts(JsonWriter& json, const std::vector<Verdict>& verdicts) {
  json.array("verdicts", verdicts, [&](const Verdict& verdict) {
    json.open('{');
    json.text_field("id", verdict.id);
    json.text_field("rule", verdict.rule);
    json.text_field("severity", to_string(verdict.severity));
    json.text_field("finding", verdict.finding, JsonWriter::max_sentence);
    json.text_field("action", verdict.action, JsonWriter::max_sentence);
    json.close('}');
  });
}

void rankings(JsonWriter& json, const std::vector<RankingSummary>& rankings) {
  using R = RankingSummary;
  json.array("rankings", rankings, [&](const R& ranking) {
    json.open('{');
    json.text_field("operation", ranking.operation);
    json.text_field("relaxation", ranking.relaxation);
    json.text_field("scores_name", ranking.scores_name);
    json.text_field("strength_option", ranking.strength_option);
    json.array("losses", ranking.losses, [&](const std::string& loss) { json.text(loss); });
    json.text_field("dtype", to_string(ranking.dtype));
    fields(json, ranking, std::pair("record", &R::record), std::pair("scores", &R::scores),
           std::pair("normalizes_soft_ranks", &R::normalizes_soft_ranks), std::pair("lists", &R::lists),
           std::pair("short_lists", &R::short_lists), std::pair("documents", &R::documents),
           std::pair("blocks", &R::blocks), std::pair("single_documents", &R::single_documents),
           std::pair("single_block_lists", &R::single_block_lists),
           std::pair("constant_label_lists", &R::constant_label_lists),
           std::pair("constant_score_lists", &R::constant_score_lists), std::pair("tied_scores", &R::tied_scores),
           std::pair("zero_gradients", &R::zero_gradients),
           std::pair("constant_rank_gradient_lists", &R::constant_rank_gradient_lists),
           std::pair("median_gap", &R::median_gap), std::pair("strength_setting", &R::strength_setting),
           std::pair("median_strength", &R::median_strength), std::pair("gaps_above_strength", &R::gaps_above_strength),
           std::pair("score_deviation", &R::score_deviation), std::pair("largest_score", &R::largest_score),
           std::pair("lists_with_gradient", &R::lists_with_gradient), std::pair("steepest_list", &R::steepest_list),
           std::pair("steepest_gradient_share", &R::steepest_gradient_share));
    json.close('}');
  });
}

void lists(JsonWriter& json, const std::vector<RankedList>& lists) {
  using L = RankedList;
  using D = RankedDocument;
  json.array("lists", lists, [&](const L& list) {
    json.open('{');
    json.text_field("regime", to_string(list.regime));
    fields(json, list, std::pair("list", &L::list), std::pair("ranking", &L::ranking),
           std::pair("documents_in_all", &L::documents_in_all), std::pair("loss", &L::loss),
           std::pair("strength", &L::strength), std::pair("median_gap", &L::median_gap));
    json.column("gaps", list.gaps, [](double gap) { return gap; });
    json.key("documents").open('{');
    columns(json, list.documents, std::pair("document", &D::document), std::pair("score", &D::score),
            std::pair("label", &D::label), std::pair("hard_rank", &D::hard_rank), std::pair("soft_rank", &D::soft_rank),
            std::pair("block", &D::block), std::pair("alone", &D::alone), std::pair("gradient", &D::gradient),
            std::pair("partner", &D::partner), std::pair("push", &D::push));
    json.array("sentence", list.documents, [&](const D& document) { json.text(document.sentence, json.max_sentence); });
    json.close('}');
    json.array("strengths", list.strengths, [&](const StrengthStep& step) {
      using S = StrengthStep;
      json.open('{');
      fields(json, step, std::pair("factor", &S::factor), std::pair("strength", &S::strength),
             std::pair("gradient_share", &S::gradient_share), std::pair("mean_block_size", &S::mean_block_size));
      json.column("soft_ranks", step.soft_ranks, [](double rank) { return rank; });
      json.close('}');
    });
    json.close('}');
  });
}

void history(JsonWriter& json, const TrainingHistory& history) {
  using P = HistoryPoint;
  std::vector<P> points;
  for (const std::size_t number : shown_points(history)) {
    points.push_back(history.points[number]);
  }
  json.key("history").open('{');
  json.text_field("metric_name", history.metric_name);
  json.field("points_in_all", history.points.size());
  columns(json, points, std::pair("step", &P::step), std::pair("loss", &P::loss), std::pair("metric", &P::metric),
          std::pair("gradient_norm", &P::gradient_norm), std::pair("zero_gradient_share", &P::zero_gradient_share),
          std::pair("score_deviation", &P::score_deviation));
  json.array("updates", history.updates, [&](const ParameterUpdate& update) {
    json.open('{');
    json.text_field("name", update.name);
    json.field("weight_norm", update.weight_norm);
    json.field("update_norm", update.update_norm);
    json.close('}');
  });
  json.close('}');
}

void callers(JsonWriter& json, const ReportOptions& options) {
  const auto texts = [&](std::string_view name, const std::vector<std::string>& all) {
    json.array(name, all, [&](const std::string& text) { json.text(text, JsonWriter::max_sentence); });
  };
  json.text_field("title", options.title);
  json.text_field("made_by", build_info());
  texts("facts", options.facts);
  json.array("tables", options.tables, [&](const ReportTable& table) {
    json.open('{');
    json.text_field("caption", table.caption, JsonWriter::max_sentence);
    texts("columns", table.columns);
    json.array("rows", table.rows, [&](const std::vector<std::string>& row) {
      json.open('[');
      for (const std::string& cell : row) {
        json.text(cell, JsonWriter::max_sentence);
      }
      json.close(']');
    });
    json.close('}');
  });
  json.array("provenance", options.provenance, [&](const auto& entry) {
    json.open('[');
    json.text(entry.first);
    json.text(entry.second, JsonWriter::max_sentence);
    json.close(']');
  });
}

}  // namespace
}  // namespace detail

std::string report_json(const Inspection& inspection, const ReportOptions& options) {
  std::string text;
  detail::JsonWriter json(text);
  json.open('{');
  json.field("format", 1);
  detail::callers(json, options);
  detail::verdicts(json, inspection.verdicts);
  json.field("records_in_all", inspection.records_in_all);
  json.field("has_intermediate_gradients", inspection.has_intermediate_gradients);
  detail::origin(json, "non_finite_value", inspection.non_finite_value);
  detail::origin(json, "non_finite_gradient", inspection.non_finite_gradient);
  detail::append_records_json(json, inspection);
  detail::rankings(json, inspection.rankings);
  detail::lists(json, inspection.lists);
  detail::history(json, inspection.history);
  json.close('}');
  return text;
}

}  // namespace ranktape
