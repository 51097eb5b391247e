#include "training_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace train_ranker {

using namespace ranktape;

namespace {

nlohmann::json json_of_optional(const std::optional<double>& value) {
  return value ? nlohmann::json(*value) : nlohmann::json();
}

}  // namespace

nlohmann::json json_of(const EpochRecord& record) {
  return {{"epoch", record.report.epoch},
          {"loss", record.report.loss},
          {"gradient_norm", record.report.gradient_norm},
          {"learning_rate", record.report.learning_rate},
          {"queries", record.report.queries},
          {"documents", record.report.documents},
          {"queries_left_out", record.report.queries_left_out},
          {"seconds", record.report.seconds},
          {"validation", json_of_optional(record.validation)},
          {"best", record.best},
          {"score_deviation", record.health.score_deviation},
          {"rank_spread", json_of_optional(record.health.rank_spread)},
          {"blocks_per_document", json_of_optional(record.health.blocks_per_document)},
          {"single_block_lists", record.health.single_block_lists}};
}

std::string line_of(const EpochRecord& record, const std::string& metric) {
  std::string line = fmt::format("epoch {:>3}  loss {:.4f}", record.report.epoch, record.report.loss);
  if (record.validation) {
    line += fmt::format("  {} {:.4f}{}", metric, *record.validation, record.best ? " *" : "  ");
  }
  line += fmt::format("  score deviation {:#.3g}", record.health.score_deviation);
  if (record.health.rank_spread) {
    line += fmt::format("  rank spread {:.3f}", *record.health.rank_spread);
  }
  if (record.health.blocks_per_document) {
    line += fmt::format("  blocks {:.2f}", *record.health.blocks_per_document);
  }
  const double thousands = 1e-3 * static_cast<double>(record.report.documents);
  return line + fmt::format("  {:.2f} s, {:.0f}k documents/s", record.report.seconds,
                            thousands / std::max(record.report.seconds, 1e-9));
}

JsonLog::JsonLog(const std::string& file, bool append) : file_(file) {
  if (!file.empty()) {
    stream_.reset(std::fopen(file.c_str(), append ? "a" : "w"));
    if (!stream_) {
      throw Error(fmt::format("{}: cannot be written: {}", file, std::generic_category().message(errno)));
    }
  }
}

void JsonLog::write(const char* event, nlohmann::json fields) {
  if (!stream_) {
    return;
  }
  fields["event"] = event;
  const std::string line = fields.dump() + "\n";
  if (std::fputs(line.c_str(), stream_.get()) < 0 || std::fflush(stream_.get()) != 0) {
    throw Error(fmt::format("{}: cannot be written: {}", file_, std::generic_category().message(errno)));
  }
}

}  // namespace train_ranker
