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
#include "findings.hpp"
#include "interrupt.hpp"
#include "measurement.hpp"
#include "progress_bar.hpp"
#include "results_table.hpp"
#include "training_log.hpp"
#include "training_look.hpp"
#include "training_report.hpp"
#include "training_run.hpp"

namespace train_ranker {

using namespace ranktape;

namespace {

// Steps that go into the history: those of a report make its curves, fewer are enough for the verdicts.
constexpr std::int64_t looks_for_verdicts = 100;
constexpr std::int64_t looks_of_report = 2000;

/// `ranktape train` once its options are known.
class TrainCommand {
 public:
  TrainCommand(const TrainOptions& options, const TrainOutput& output, const Settings& settings)
      : options_(options),
        output_(output),
        settings_(settings),
        metrics_(parse_metrics(output.metrics)),
        data_(read_training_data(options)),
        run_(options, data_, options.seed, output.report_file.empty() ? looks_for_verdicts : looks_of_report),
        checkpoint_(output.checkpoint_file.empty() ? output.model_file + ".checkpoint" : output.checkpoint_file,
                    output.checkpoint_seconds, settings, data_.fingerprint()),
        watch_(run_.loss(), options.epochs) {}

  void run() {
    describe_data();
    std::optional<ResultsRow> folds;
    if (output_.folds > 0) {
      folds = cross_validate(options_, output_.folds, output_.metrics);
      summary_.folds = {*folds};
    }
    const std::vector<double> before =
        data_.test ? measure(metrics_, run_.trainer().model(), *data_.test).values : std::vector<double>();
    const bool resumed = output_.resume && resume();
    JsonLog log(output_.log_file, resumed);
    log.write(resumed ? "resume" : "start",
              {{"settings", settings_}, {"version", version}, {"epochs_done", run_.trainer().epochs_done()}});
    if (folds) {
      log.write(
          "cross_validation",
          {{"folds", output_.folds}, {"mean", by_name(folds->values)}, {"deviation", by_name(folds->deviations)}});
    }
    describe_training();
    train(log);
    run_.take_best();
    save();
    if (data_.test) {
      measure_test(before);
    }
    summary_.result = fmt::format("The parameters are those of epoch {} of {}.", run_.best_epoch(), options_.epochs);
    const Inspection inspection = look(log);
    log_end(log);
    fmt::print("\nThe model is in {} ({} bytes); `ranktape predict --model {} --data FILE` scores documents with it.\n",
               output_.model_file, std::filesystem::file_size(output_.model_file), output_.model_file);
    report(inspection);
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
    const bool found = checkpoint_.resume(run_);
    if (found) {
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
        interrupt(log);
      }
      checkpoint_.write_if_due(run_);
    }
    bar.clear();
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    fmt::print("Trained in {:.1f} s", seconds.count());
    if (data_.valid && run_.best_epoch() > 0) {
      fmt::print("; epoch {} was best by {} of the validation data", run_.best_epoch(), options_.metric);
    }
    fmt::print("\n");
  }

  // Whoever interrupts a training because it learns nothing wants to see why: the report is of the parameters as they
  // are.
  [[noreturn]] void interrupt(JsonLog& log) {
    checkpoint_.write(run_);
    fmt::print("\nInterrupted; the same command with --resume goes on from {}\n", checkpoint_.file());
    summary_.result = fmt::format("Interrupted after {} of {} steps; the parameters are those of the last one.",
                                  run_.trainer().steps_done(), options_.epochs * run_.trainer().steps_of_epoch());
    if (!output_.report_file.empty()) {
      report(look(log));
    }
    throw Interrupted();
  }

  void show(const EpochRecord& record, JsonLog& log) {
    log.write("epoch", json_of(record));
    if (!output_.quiet) {
      fmt::print("{}\n", line_of(record, options_.metric));
    }
    if (const auto warning = watch_.observe(record.report.epoch, record.health)) {
      fmt::print("  warning: {}\n", *warning);
      log.write("warning", {{"epoch", record.report.epoch}, {"text", *warning}});
      summary_.warnings.push_back(fmt::format("Warning in epoch {}: {}.", record.report.epoch, *warning));
    }
  }

  Inspection look(JsonLog& log) {
    summary_.queries = queries_to_look_at(data_.train, run_.loss());
    Inspection inspection =
        look_at(run_.trainer().model(), data_.train, summary_.queries, run_.loss(), options_.seed, run_.history());
    for (const Verdict& verdict : inspection.verdicts) {
      log.write("verdict", json_of(verdict));
    }
    if (!output_.quiet) {
      print_findings(inspection.verdicts);
    }
    return inspection;
  }

  void report(const Inspection& inspection) const {
    if (!output_.report_file.empty()) {
      write_report(output_.report_file, inspection, report_options(summary_, output_, settings_, data_, run_));
      fmt::print("The report is in {}\n", output_.report_file);
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

  void measure_test(const std::vector<double>& before) {
    const Measurement after = measure(metrics_, run_.trainer().model(), *data_.test);
    summary_.test = {{"before training", before}, {"after training", after.values}};
    fmt::print("\nTest data ({}):\n", describe(MetricOptions{}));
    print_results(output_.metrics, summary_.test);
    for (const std::string& line : after.left_out) {
      fmt::print("  {}\n", line);
    }
  }

  /// Values of the metrics, as the log has them.
  [[nodiscard]] nlohmann::json by_name(const std::vector<double>& values) const {
    nlohmann::json named;
    for (std::size_t i = 0; i < values.size(); ++i) {
      named[output_.metrics[i]] = values[i];
    }
    return named;
  }

  void log_end(JsonLog& log) const {
    nlohmann::json end = {{"best_epoch", run_.best_epoch()}};
    if (!summary_.test.empty()) {
      end["test"] = by_name(summary_.test.back().values);
    }
    log.write("end", end);
  }

  TrainOptions options_;
  TrainOutput output_;
  Settings settings_;
  std::vector<MetricSpecification> metrics_;
  TrainingData data_;
  TrainingRun run_;
  Checkpoint checkpoint_;
  HealthWatch watch_;
  TrainingSummary summary_ = {};
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

void add_train_command(CLI::App& app, const std::string& command_line) {
  CLI::App* command = app.add_subcommand("train", "train a model and save it");
  const auto options = std::make_shared<TrainOptions>();
  const auto output = std::make_shared<TrainOutput>();
  output->command_line = command_line;
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
