#include "commands.hpp"

#include <fmt/core.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "checkpoint.hpp"
#include "command_line.hpp"
#include "cross_validation.hpp"
#include "interrupt.hpp"
#include "measurement.hpp"
#include "progress_bar.hpp"
#include "results_table.hpp"
#include "training_log.hpp"
#include "training_report.hpp"
#include "training_run.hpp"

namespace train_ranker {

using namespace ranktape;

namespace {

/// `ranktape train` once its options are known.
class TrainCommand {
 public:
  TrainCommand(const TrainOptions& options, const TrainOutput& output, const Settings& settings)
      : options_(options),
        output_(output),
        settings_(settings),
        metrics_(parse_metrics(output.metrics)),
        data_(read_training_data(options)),
        run_(options, data_, options.seed),
        checkpoint_(output.checkpoint_file.empty() ? output.model_file + ".checkpoint" : output.checkpoint_file,
                    output.checkpoint_seconds, settings, data_.fingerprint()),
        watch_(run_.loss(), options.epochs) {}

  void run() {
    describe_data();
    std::optional<ResultsRow> folds;
    if (output_.folds > 0) {
      folds = cross_validate(options_, output_.folds, output_.metrics);
    }
    const std::vector<double> before =
        data_.test ? measure(metrics_, run_.trainer().model(), *data_.test).values : std::vector<double>();
    const bool resumed = output_.resume && resume();
    JsonLog log(output_.log_file, resumed);
    log.write(resumed ? "resume" : "start",
              {{"settings", settings_}, {"version", version}, {"epochs_done", history_.size()}});
    if (folds) {
      log.write(
          "cross_validation",
          {{"folds", output_.folds}, {"mean", by_name(folds->values)}, {"deviation", by_name(folds->deviations)}});
    }
    describe_training();
    train(log);
    run_.take_best();
    save();
    const std::vector<ResultsRow> test = data_.test ? measure_test(before) : std::vector<ResultsRow>();
    log_end(test, log);
    fmt::print("\nThe model is in {} ({} bytes); `ranktape predict --model {} --data FILE` scores documents with it.\n",
               output_.model_file, std::filesystem::file_size(output_.model_file), output_.model_file);
    if (!output_.report_file.empty()) {
      write_file_atomically(output_.report_file, html_of(report(test)));
    }
    checkpoint_.remove();
  }

 private:
  void describe_data() const {
    fmt::print("Training data {}: {}\n", options_.train_file, describe(data_.train));
    if (data_.valid) {
      fmt::print("Validation data {}: {}\n", options_.valid_file.empty() ? "(a share of these)" : options_.valid_file,
                 describe(*data_.valid));
    }
    if (data_.test) {
      fmt::print("Test data {}: {}\n", options_.test_file, describe(*data_.test));
    }
    for (const std::string& note : data_.notes) {
      fmt::print("  {}\n", note);
    }
  }

  bool resume() {
    const bool found = checkpoint_.resume(run_, history_);
    if (found) {
      for (const EpochRecord& record : history_) {
        watch_.observe(record.report.epoch, record.health);  // what was said then is not said again
      }
      fmt::print("\nGoing on from {}, step {} of epoch {}\n", checkpoint_.file(), run_.trainer().step_in_epoch(),
                 run_.trainer().report().epoch);
    } else {
      fmt::print("\nThere is no {}: training from the beginning\n", checkpoint_.file());
    }
    return found;
  }

  void describe_training() const {
    fmt::print("\nModel {}\nLoss {}\nAdam at {:g}, {} epochs of {} steps of {} queries, seed {}, on the {}\n",
               run_.trainer().model().description(), run_.loss().name, options_.learning_rate, options_.epochs,
               run_.trainer().steps_of_epoch(), options_.batch_queries, options_.seed, to_string(options_.device));
  }

  void train(JsonLog& log) {
    const auto start = std::chrono::steady_clock::now();
    const InterruptGuard guard;
    ProgressBar bar;
    const std::int64_t steps = run_.trainer().steps_of_epoch();
    const std::int64_t documents_of_step = run_.trainer().report().documents / steps;
    while (!run_.finished()) {
      if (const auto record = run_.step()) {
        bar.clear();
        show(*record, log);
      }
      bar.advance(run_.trainer().steps_done(), options_.epochs * steps, documents_of_step);
      if (guard.interrupted()) {
        bar.clear();
        checkpoint_.write(run_, history_);
        fmt::print("\nInterrupted; the same command with --resume goes on from {}\n", checkpoint_.file());
        throw Interrupted();
      }
      checkpoint_.write_if_due(run_, history_);
    }
    bar.clear();
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    fmt::print("Trained in {:.1f} s", seconds.count());
    if (data_.valid && run_.best_epoch() > 0) {
      fmt::print("; epoch {} was best by {} of the validation data", run_.best_epoch(), options_.metric);
    }
    fmt::print("\n");
  }

  void show(const EpochRecord& record, JsonLog& log) {
    history_.push_back(record);
    log.write("epoch", json_of(record));
    if (!output_.quiet) {
      fmt::print("{}\n", line_of(record, options_.metric));
    }
    for (const std::string& warning : watch_.observe(record.report.epoch, record.health)) {
      fmt::print("  warning: {}\n", warning);
      warnings_.push_back(fmt::format("Epoch {}: {}", record.report.epoch, warning));
      log.write("warning", {{"epoch", record.report.epoch}, {"text", warning}});
    }
  }

  // By what the data are, not what their file is called: the same training gives the same bytes anywhere.
  [[nodiscard]] std::map<std::string, std::string> notes() const {
    Settings settings = settings_;
    for (const char* file : {"train", "valid", "test"}) {
      settings.erase(file);
    }
    return {{"loss", run_.loss().name},
            {"data", fmt::format("{} (fingerprint {})", describe(data_.train), data_.fingerprint())},
            {"epoch", fmt::format("{} of {}", run_.best_epoch(), options_.epochs)},
            {"settings", nlohmann::json(settings).dump()}};
  }

  void save() const {
    const RankingModel model = {run_.trainer().model(), data_.scaler, data_.train.index_base, notes()};
    model.save(output_.model_file);
  }

  [[nodiscard]] std::vector<ResultsRow> measure_test(const std::vector<double>& before) const {
    const Measurement after = measure(metrics_, run_.trainer().model(), *data_.test);
    const std::vector<ResultsRow> rows = {{"before training", before}, {"after training", after.values}};
    fmt::print("\nTest data ({}):\n", describe(MetricOptions{}));
    print_results(output_.metrics, rows);
    for (const std::string& line : after.left_out) {
      fmt::print("  {}\n", line);
    }
    return rows;
  }

  /// Values of the metrics, as the log has them.
  [[nodiscard]] nlohmann::json by_name(const std::vector<double>& values) const {
    nlohmann::json named;
    for (std::size_t i = 0; i < values.size(); ++i) {
      named[output_.metrics[i]] = values[i];
    }
    return named;
  }

  void log_end(const std::vector<ResultsRow>& test, JsonLog& log) const {
    nlohmann::json end = {{"best_epoch", run_.best_epoch()}};
    if (!test.empty()) {
      end["test"] = by_name(test.back().values);
    }
    log.write("end", end);
  }

  [[nodiscard]] TrainingReport report(const std::vector<ResultsRow>& test) const {
    TrainingReport report = {.facts = data_.notes,
                             .warnings = warnings_,
                             .history = history_,
                             .validation_metric = options_.metric,
                             .metric_names = output_.metrics,
                             .test = test,
                             .settings = settings_};
    report.facts.insert(
        report.facts.begin(),
        {fmt::format("Trained on {}.", describe(data_.train)),
         fmt::format("Model {}.", run_.trainer().model().description()), fmt::format("Loss {}.", run_.loss().name),
         fmt::format("The parameters are those of epoch {} of {}.", run_.best_epoch(), options_.epochs)});
    return report;
  }

  TrainOptions options_;
  TrainOutput output_;
  Settings settings_;
  std::vector<MetricSpecification> metrics_;
  TrainingData data_;
  TrainingRun run_;
  Checkpoint checkpoint_;
  HealthWatch watch_;
  std::vector<EpochRecord> history_;
  std::vector<std::string> warnings_;
};

void check_folder(const char* option, const std::string& file) {
  const std::filesystem::path folder = std::filesystem::path(file).parent_path();
  if (!folder.empty() && !std::filesystem::is_directory(folder)) {
    throw UsageError(fmt::format("train: {}: there is no folder '{}'", option, folder.string()));
  }
}

// What can be known to be wrong before any data are read.
void check_options(const TrainOptions& options, const TrainOutput& output) {
  if (!options.valid_file.empty() && options.valid_share > 0) {
    throw UsageError("train: --valid and --valid-share were both given; leave out one");
  }
  if (options.patience > 0 && options.valid_file.empty() && options.valid_share == 0) {
    throw UsageError("train: --patience needs validation data: --valid FILE or --valid-share");
  }
  if (output.folds == 1) {
    throw UsageError("train: --folds: a single part leaves nothing to train on; give at least 2, or 0 for none");
  }
  check_folder("--model", output.model_file);
  check_folder("--checkpoint", output.checkpoint_file);
  check_folder("--report", output.report_file);
}

}  // namespace

void add_train_command(CLI::App& app) {
  CLI::App* command = app.add_subcommand("train", "train a model and save it");
  const auto options = std::make_shared<TrainOptions>();
  const auto output = std::make_shared<TrainOutput>();
  add_training_options(*command, *options);
  add_output_options(*command, *options, *output);
  add_configuration_option(*command);
  command->callback([=] {
    check_model_options(*command, *options);
    check_options(*options, *output);
    if (output->threads > 0) {
      set_num_threads(output->threads);
    }
    TrainCommand(*options, *output, settings_of(*command)).run();
  });
}

}  // namespace train_ranker
