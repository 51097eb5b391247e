#include "train_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include <algorithm>
#include <limits>

#include "choice.hpp"
#include "command_line.hpp"
#include "data_options.hpp"
#include "measurement.hpp"

namespace train_ranker {

using namespace ranktape;

namespace {

// Options of these groups decide about the model, and stand in its settings.
constexpr const char* data_group = "Data";
constexpr const char* model_group = "Model";
constexpr const char* attention_group = "Attention model";
constexpr const char* training_group = "Training";
constexpr const char* output_group = "Output";

template <class Value>
CLI::Option* add(CLI::App& command, const char* group, const char* name, Value& value, const char* description) {
  return command.add_option(name, value, description)->capture_default_str()->group(group);
}

void add_file_options(CLI::App& command, TrainOptions& options) {
  add(command, data_group, "--train", options.train_file, "training data; - is standard input")
      ->required()
      ->type_name("FILE");
  add(command, data_group, "--test", options.test_file, "test data: measured before and after, decides nothing")
      ->type_name("FILE");
  command
      .add_flag("--log1p", options.scaling.log1p,
                "features become sign(x) log(1 + |x|) before they are standardised: for counts")
      ->group(data_group);
  add(command, data_group, "--feature-limit", options.scaling.limit, "standardised features stay within it; inf: any")
      ->check(above(0, std::numeric_limits<double>::infinity()));
}

void add_model_options(CLI::App& command, TrainOptions& options) {
  add_choice<ModelKind>(
      command, "--model-type", {{"mlp", ModelKind::mlp}, {"attention", ModelKind::attention}},
      [&options](ModelKind kind) { options.model_kind = kind; },
      "mlp: each document by itself; attention: in view of the others of its query")
      ->default_str("mlp")
      ->group(model_group);
  add(command, model_group, "--hidden", options.hidden, "sizes of the hidden layers; 0: none, a linear model")
      ->check(at_least(0))
      ->delimiter(',');
  add(command, model_group, "--activation", options.activation, "between the layers")
      ->check(one_of({"relu", "leaky_relu", "elu", "gelu", "silu", "tanh", "sigmoid"}));
  add(command, model_group, "--dropout", options.dropout, "share of hidden values left out in training")
      ->check(between(0, 1));
  command.add_flag("--layer-norm", options.layer_norm, "standardise hidden values")->group(model_group);
  command.add_flag("--residual", options.residual, "add each hidden layer's input to its output")->group(model_group);
  add(command, attention_group, "--width", options.width, "numbers a document")->check(at_least(1));
  add(command, attention_group, "--heads", options.heads, "of attention; they share the width")->check(at_least(1));
  add(command, attention_group, "--blocks", options.blocks, "of attention and feed-forward layer")->check(at_least(1));
  add(command, attention_group, "--feed-forward", options.feed_forward, "hidden values of that layer")
      ->check(at_least(1));
}

void add_optimizer_options(CLI::App& command, TrainOptions& options) {
  add(command, training_group, "--learning-rate", options.learning_rate, "of Adam")->check(above(0));
  add_choice<LearningRateSchedule>(
      command, "--schedule",
      {{"constant", LearningRateSchedule::constant},
       {"cosine", LearningRateSchedule::cosine},
       {"one_cycle", LearningRateSchedule::one_cycle}},
      [&options](LearningRateSchedule schedule) { options.schedule = schedule; }, "of the learning rate")
      ->default_str("constant")
      ->group(training_group);
  add(command, training_group, "--weight-decay", options.weight_decay, "decoupled from the gradient, as AdamW")
      ->check(at_least(0));
  add(command, training_group, "--clip-norm", options.clip_norm, "largest norm of a step's gradient; 0: any")
      ->check(at_least(0));
  add(command, training_group, "--epochs", options.epochs, "passes over the training queries")->check(at_least(0));
  add(command, training_group, "--batch-queries", options.batch_queries, "queries per step")->check(at_least(1));
  add_choice<Device>(
      command, "--device", {{"cpu", Device::cpu}, {"accelerator", Device::accelerator}},
      [&options](Device device) { options.device = device; }, "where to train")
      ->default_str("cpu")
      ->group(training_group);
}

}  // namespace

void check_model_options(const CLI::App& command, const TrainOptions& options) {
  if (options.hidden.size() > 1 && std::ranges::count(options.hidden, 0) > 0) {
    throw UsageError(fmt::format("{}: --hidden: a layer of size 0 in {}; give 0 alone, for a linear model",
                                 command.get_name(), fmt::join(options.hidden, ",")));
  }
  if (options.model_kind == ModelKind::attention && options.width % options.heads != 0) {
    throw UsageError(fmt::format("{}: --heads: {} heads do not divide the --width {} into equal parts",
                                 command.get_name(), options.heads, options.width));
  }
}

void add_training_options(CLI::App& command, TrainOptions& options) {
  add_file_options(command, options);
  add_data_options(command, options.data);
  add_training_data_options(command, options.data);
  add_model_options(command, options);
  add_optimizer_options(command, options);
}

void add_output_options(CLI::App& command, TrainOptions& options, TrainOutput& output) {
  add(command, data_group, "--valid", options.valid_file, "validation data: chooses the best epoch")->type_name("FILE");
  add(command, data_group, "--valid-share", options.valid_share,
      "share of the training queries, drawn by the seed, that validates instead of a file")
      ->check(between(0, 1));
  add(command, training_group, "--loss", options.loss,
      "what is minimised: a name, or a sum such as 'soft_ndcg + 0.3 * spearman'; `ranktape losses` lists them")
      ->check(a_loss());
  add(command, training_group, "--metric", options.metric, "what validation goes by")->check(a_metric());
  add(command, training_group, "--patience", options.patience,
      "epochs without a better validation after which to stop; 0: never")
      ->check(at_least(0));
  add(command, training_group, "--seed", options.seed, "the same seed gives the same bytes")->check(at_least(0));

  add(command, output_group, "--model", output.model_file, "where the model is written")->type_name("FILE");
  add(command, output_group, "--log", output.log_file, "a line of JSON for each epoch")->type_name("FILE");
  add(command, output_group, "--report", output.report_file,
      "an HTML page: how the training went, and how the gradient flows in the model")
      ->type_name("FILE");
  add(command, output_group, "--checkpoint", output.checkpoint_file,
      "what --resume goes on from; by default the model's name with .checkpoint behind it")
      ->type_name("FILE");
  add(command, output_group, "--checkpoint-seconds", output.checkpoint_seconds, "written that often")
      ->check(at_least(0));
  command.add_flag("--resume", output.resume, "go on from the checkpoint, if there is one")->group(output_group);
  add(command, output_group, "--metrics", output.metrics, "shown for the test data")->check(a_metric())->delimiter(',');
  add(command, output_group, "--folds", output.folds,
      "first cross-validate: so many parts of the training queries take turns as test data; 0: none")
      ->check(at_least(0));
  add(command, output_group, "--threads", output.threads, "0: as many as the machine has cores")->check(at_least(0));
  command.add_flag("--quiet", output.quiet, "no line per epoch, no findings")->group(output_group);
}

namespace {

// "64,32" also for "[64,32]", and "0.001" for "1e-3": the same value has the same text.
std::string canonical(std::string_view text) {
  std::string result;
  if (text.starts_with('[') && text.ends_with(']')) {
    text = text.substr(1, text.size() - 2);
  }
  for (bool more = true; more;) {
    const std::size_t end = std::min(text.find(','), text.size());
    double number = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + end, number);
    const bool is_number = error == std::errc() && stop == text.data() + end;
    result += is_number ? fmt::format("{}", number) : std::string(text.substr(0, end));
    more = end < text.size();
    result += more ? "," : "";
    text.remove_prefix(more ? end + 1 : end);
  }
  return result;
}

}  // namespace

Settings settings_of(const CLI::App& command) {
  Settings settings;
  for (const CLI::Option* option : command.get_options()) {
    const std::string& group = option->get_group();
    if (group == data_group || group == data_format_group || group == model_group || group == attention_group ||
        group == training_group) {
      settings[option->get_lnames().front()] =
          canonical(option->count() == 0 ? option->get_default_str()
                                         : fmt::format("{}", fmt::join(option->reduced_results(), ",")));
    }
  }
  return settings;
}

}  // namespace train_ranker
