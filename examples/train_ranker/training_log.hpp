#pragma once

#include <nlohmann/json.hpp>

#include <cstdio>
#include <memory>
#include <string>

#include "training_run.hpp"

namespace train_ranker {

nlohmann::json json_of(const EpochRecord& record);

/// "epoch   3  loss 0.7012  ndcg@10 0.7312 *  spread 0.97  score deviation 1.2  0.02 s"
std::string line_of(const EpochRecord& record, const std::string& metric);

/// A file with one JSON object a line, each whole as soon as it is written; nothing without a name. A training that
/// goes on appends.
class JsonLog {
 public:
  JsonLog(const std::string& file, bool append);
  void write(const char* event, nlohmann::json fields);

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::string file_;
  std::unique_ptr<std::FILE, Close> stream_;
};

}  // namespace train_ranker
