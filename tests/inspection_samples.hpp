#pragma once

#include <ranktape/core/inspect/inspection.hpp>

#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

// Inspections made by hand, for tests of the report: what a tape can hold, in any length, and what it rarely does.
namespace ranktape::tests {

/// Texts that must neither end the place where they stand nor do anything there.
inline std::vector<std::string> hostile_texts() {
  return {"</script><script>document.title = 'broken'</script>",
          "<!-- <script>",
          "\"><img src=x onerror=\"document.title = 'broken'\">",
          "'; document.title = 'broken'; //",
          "</noscript><style>* { display: none }</style></title></textarea>",
          "]]> &lt;b&gt; &amp; \\u003c \\\" \\",
          "line\u2028separator \u202Ereversed\u202C \u200Bzero",
          "\x1b[2J\n\r\t\x07 controls",
          "not UTF-8: \xff \xc0\xaf \xed\xa0\x80 \xe2\x82",
          "javascript:alert(1)",
          std::string(1 << 20, 'x') + "<script>"};
}

inline ValueSummary value_summary(std::mt19937_64& random, double magnitude, std::int64_t size) {
  std::lognormal_distribution<double> spread(0, 0.6);
  ValueSummary summary;
  summary.norm = magnitude * spread(random);
  summary.largest = summary.norm * 0.61803398874989485;
  summary.zeros = static_cast<std::int64_t>(random() % 3 == 0 ? random() % static_cast<std::uint64_t>(size) : 0);
  return summary;
}

/// A list of `count` documents with blocks of up to four; every number has all its digits.
inline RankedList sample_list(std::int64_t list, std::int64_t count, std::mt19937_64& random) {
  std::uniform_real_distribution<double> uniform(0, 1);
  RankedList sample;
  sample.list = list;
  sample.documents_in_all = count;
  sample.loss = uniform(random);
  sample.regime = RankRegime::active;
  sample.strength = 0.1 * uniform(random);
  sample.median_gap = 0.1 * uniform(random);
  for (std::int64_t i = 0; i + 1 < count; ++i) {
    sample.gaps.push_back(0.001 + 0.4 * static_cast<double>(i) / static_cast<double>(count));
  }
  double score = 3;
  for (std::int64_t i = 0, block = 0, left = 1; i < count; ++i) {
    RankedDocument document;
    score -= 0.3 * uniform(random);
    document.document = (i * 7 + 3) % count;
    document.score = score;
    document.label = static_cast<double>(random() % 5);
    document.hard_rank = static_cast<double>(i + 1);
    document.soft_rank = document.hard_rank + uniform(random) - 0.5;
    document.alone = block % 3 == 2;
    document.block = block;
    document.gradient = document.alone ? 0 : 0.1 * (uniform(random) - 0.5);
    document.partner = document.alone ? -1 : (document.document + 1) % count;
    document.push = document.gradient / 3;
    document.sentence = document.alone ? "Document " + std::to_string(document.document) + " is alone in its block."
                                       : "Document " + std::to_string(document.document) + " is pushed by document " +
                                             std::to_string(document.partner) + ".";
    sample.documents.push_back(document);
    if (--left == 0) {
      ++block;
      left = block % 3 == 2 ? 1 : 2 + block % 3;
    }
  }
  for (const double factor : {0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0}) {
    StrengthStep step = {.factor = factor, .strength = factor * sample.strength};
    for (const RankedDocument& document : sample.documents) {
      step.soft_ranks.push_back(document.hard_rank +
                                (static_cast<double>(count) / 2 - document.hard_rank) * factor / 100);
    }
    step.gradient_share = factor / (factor + 1);
    step.mean_block_size = 1 + factor;
    sample.strengths.push_back(step);
  }
  return sample;
}

/// `count` records of some usual operations, of which every seventh has no gradient.
inline Inspection sample_inspection(std::int64_t count, std::int64_t lists = 12, std::int64_t documents = 20,
                                    std::int64_t points = 300) {
  std::mt19937_64 random(7);
  Inspection inspection;
  inspection.records_in_all = count;
  inspection.has_intermediate_gradients = true;
  const std::vector<std::string> operations = {"linear",     "relu",   "add",      "multiply",
                                               "layer_norm", "matmul", "soft_rank"};
  for (std::int64_t i = 0; i < count; ++i) {
    RecordSummary record;
    record.number = i;
    record.operation = operations[static_cast<std::size_t>(i) % operations.size()];
    record.options = i % 7 == 6   ? "regularization_strength=0.5, direction=descending"
                     : i % 7 == 0 ? "activation=relu"
                                  : "";
    record.inputs = {{.record = i - 1, .tensor = i - 1 < 0 ? 1 : i + 1},
                     {.record = i > 8 ? i - 8 : -1, .tensor = i > 8 ? i : i % 2}};
    record.name = i % 50 == 0 ? "hidden " + std::to_string(i) : "";
    record.shape = i % 3 == 0 ? Shape{320, 64} : i % 3 == 1 ? Shape{320, 1} : Shape{16, 20};
    record.value = value_summary(random, 1, record.shape.size());
    if (i % 7 != 3) {
      record.gradient =
          value_summary(random, std::pow(10.0, -6.0 * static_cast<double>(count - i) / static_cast<double>(count)),
                        record.shape.size());
    }
    record.where = {"project/train.cpp", static_cast<int>(20 + i % 40)};
    inspection.records.push_back(record);
  }
  for (std::int64_t i = 0; i < 4; ++i) {
    ParameterSummary parameter = {.tensor = i, .name = "layers." + std::to_string(i) + ".weight", .shape = {64, 64}};
    parameter.value = value_summary(random, 8, 4096);
    parameter.gradient = value_summary(random, 0.1, 4096);
    inspection.parameters.push_back(parameter);
    inspection.history.updates.push_back(
        {parameter.name, parameter.value.norm, 0.0012345678901234567 * parameter.value.norm});
  }
  RankingSummary ranking = {.record = count - 1,
                            .scores = 3,
                            .scores_name = "scores",
                            .operation = "soft_rank",
                            .relaxation = "l2",
                            .losses = {"spearman_loss"}};
  ranking.lists = 16;
  ranking.documents = 16 * documents;
  ranking.blocks = 5 * 16;
  ranking.single_documents = 31;
  ranking.zero_gradients = 31;
  ranking.median_gap = 0.12345678901234567;
  ranking.strength_option = "regularization_strength";
  ranking.strength_setting = 0.30000000000000004;
  ranking.median_strength = 0.1;
  inspection.rankings.push_back(ranking);
  for (std::int64_t i = 0; i < lists; ++i) {
    inspection.lists.push_back(sample_list(i * 3, documents, random));
  }
  inspection.history.metric_name = "ndcg@10";
  for (std::int64_t i = 0; i < points; ++i) {
    const double progress = static_cast<double>(i) / static_cast<double>(points);
    HistoryPoint point = {.step = i + 1,
                          .loss = std::exp(-2 * progress) + 0.02 * std::sin(static_cast<double>(i)),
                          .gradient_norm = std::exp(-5 * progress)};
    if (i % 10 == 0) {
      point.metric = 0.4 + 0.3 * progress;
    }
    point.zero_gradient_share = 0.1 * progress;
    point.score_deviation = 0.5 + progress;
    inspection.history.points.push_back(point);
  }
  inspection.verdicts = {{.id = "RT-G01",
                          .rule = "saturated",
                          .severity = Severity::warning,
                          .finding = "73 % of the documents get no gradient: strength 0.01 is below 97 % of the gaps.",
                          .action = "Try a strength of 0.2."}};
  return inspection;
}

/// Faults: numbers that are not finite wherever a number may stand.
inline Inspection faulty_inspection() {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  constexpr double infinity = std::numeric_limits<double>::infinity();
  Inspection inspection = sample_inspection(30, 2, 6, 20);
  for (std::size_t i = 12; i < 20; ++i) {
    RecordSummary& record = inspection.records[i];
    record.value.non_finite = static_cast<std::int64_t>(i);
    record.value.first_non_finite = 3;
    if (record.gradient) {
      record.gradient->norm = i % 2 == 0 ? infinity : nan;
      record.gradient->non_finite = 5;
    }
  }
  inspection.non_finite_value =
      NonFiniteOrigin{.record = 12, .tensor = 9, .element = 17, .value = nan, .input = -0.2, .carriers = 7};
  inspection.non_finite_gradient =
      NonFiniteOrigin{.record = 19, .tensor = 20, .element = 0, .value = -infinity, .carriers = 2};
  inspection.lists[0].loss = nan;
  inspection.lists[0].documents[0].score = infinity;
  inspection.lists[0].documents[1].gradient = nan;
  inspection.lists[0].documents[2].soft_rank = -infinity;
  inspection.lists[0].strengths[0].soft_ranks[0] = nan;
  inspection.history.points[3].loss = nan;
  inspection.history.points[4].gradient_norm = infinity;
  inspection.verdicts.insert(
      inspection.verdicts.begin(),
      {.id = "RT-N01",
       .rule = "not_finite",
       .severity = Severity::error,
       .finding = "NaN first made by record 12 log (train.cpp:44), element 17, from the input -0.2.",
       .action = "Keep the input of log above 0."});
  return inspection;
}

/// Every text is a hostile one.
inline Inspection hostile_inspection() {
  const std::vector<std::string> texts = hostile_texts();
  std::size_t next = 0;
  const auto text = [&]() -> const std::string& { return texts[next++ % texts.size()]; };
  Inspection inspection = sample_inspection(60, 3, 12, 30);
  for (RecordSummary& record : inspection.records) {
    record.operation = text();
    record.options = text();
    record.name = text();
    for (InputSummary& input : record.inputs) {
      input.name = text();
    }
  }
  inspection.records[3].where.file = "</script>.cpp";
  for (ParameterSummary& parameter : inspection.parameters) {
    parameter.name = text();
  }
  for (RankingSummary& ranking : inspection.rankings) {
    ranking.operation = text();
    ranking.relaxation = text();
    ranking.scores_name = text();
    ranking.losses = texts;
  }
  for (RankedList& list : inspection.lists) {
    for (RankedDocument& document : list.documents) {
      document.sentence = text();
    }
  }
  inspection.history.metric_name = texts[0];
  for (std::size_t i = 0; i < inspection.history.updates.size(); ++i) {
    inspection.history.updates[i].name = inspection.parameters[i].name;
  }
  inspection.verdicts.clear();
  for (const std::string& hostile : texts) {
    inspection.verdicts.push_back(
        {.id = hostile, .rule = hostile, .severity = Severity::note, .finding = hostile, .action = hostile});
  }
  return inspection;
}

/// The same of a relaxation that has a temperature and no blocks.
inline Inspection unpooled(Inspection inspection) {
  for (RankingSummary& ranking : inspection.rankings) {
    ranking.operation = "sigmoid_rank";
    ranking.relaxation = "sigmoid";
    ranking.blocks = 0;
    ranking.single_documents = 0;
  }
  for (RankedList& list : inspection.lists) {
    list.regime = RankRegime::unpooled;
    for (RankedDocument& document : list.documents) {
      document.block = -1;
      document.alone = false;
      document.sentence = "Document " + std::to_string(document.document) + " is pushed.";
    }
  }
  return inspection;
}

/// The same of a loss that takes the scores as they are, and knows no labels.
inline Inspection of_raw_scores(Inspection inspection) {
  inspection = unpooled(std::move(inspection));
  for (RankingSummary& ranking : inspection.rankings) {
    ranking.relaxation.clear();
    ranking.median_strength = 0;
  }
  for (RankedList& list : inspection.lists) {
    list.strengths.clear();
    list.strength = 0;
    for (RankedDocument& document : list.documents) {
      document.soft_rank.reset();
      document.label.reset();
    }
  }
  return inspection;
}

}  // namespace ranktape::tests
