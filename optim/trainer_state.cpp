// What a Trainer saves, and how it goes on from that.

#include <ranktape/core/fail.hpp>
#include <ranktape/core/io/file_error.hpp>
#include <ranktape/optim/parameter_values.hpp>
#include <ranktape/optim/trainer.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace ranktape {
namespace {

constexpr std::string_view format_name = "ranktape.training";
constexpr std::string_view format_version = "1";
constexpr std::string_view parameter_prefix = "parameters.";
constexpr std::string_view optimizer_prefix = "optimizer.";

/// Where a training is, besides its tensors.
struct Progress {
  int epochs_done = 0;
  std::size_t queries_done = 0;
  double loss = 0;
  double gradient_norm = 0;
  double learning_rate = 0;
  double seconds = 0;
  Random::State random;
};

std::string text_of(const Progress& progress) {
  return nlohmann::json{{"epochs_done", progress.epochs_done},
                        {"queries_done", progress.queries_done},
                        {"loss", progress.loss},
                        {"gradient_norm", progress.gradient_norm},
                        {"learning_rate", progress.learning_rate},
                        {"seconds", progress.seconds},
                        {"random", {progress.random.seed, progress.random.stream, progress.random.position}}}
      .dump();
}

Progress progress_of(const SafetensorsFile& state) {
  const std::string& text = state.text_at("progress");
  try {
    const nlohmann::json json = nlohmann::json::parse(text);
    Progress progress;
    json.at("epochs_done").get_to(progress.epochs_done);
    json.at("queries_done").get_to(progress.queries_done);
    json.at("loss").get_to(progress.loss);
    json.at("gradient_norm").get_to(progress.gradient_norm);
    json.at("learning_rate").get_to(progress.learning_rate);
    json.at("seconds").get_to(progress.seconds);
    const nlohmann::json& random = json.at("random");
    random.at(0).get_to(progress.random.seed);
    random.at(1).get_to(progress.random.stream);
    random.at(2).get_to(progress.random.position);
    return progress;
  } catch (const nlohmann::json::exception&) {
    detail::fail_in_file(state.source, "progress is {}, which does not say where the training was",
                         detail::quote(text));
  }
}

/// The tensors of a state whose names begin with a prefix, which is taken off.
std::vector<NamedTensor> part_of(const SafetensorsFile& state, std::string_view prefix) {
  std::vector<NamedTensor> part;
  for (const NamedTensor& entry : state.tensors) {
    if (entry.name.starts_with(prefix)) {
      part.push_back({entry.name.substr(prefix.size()), entry.tensor});
    }
  }
  return part;
}

void check_text(const SafetensorsFile& state, std::string_view key, std::string_view expected) {
  const std::string& text = state.text_at(key);
  if (text != expected) {
    detail::fail_in_file(state.source,
                         "{} is {}, not '{}'; it is no state of this library's training, or of a newer one", key,
                         detail::quote(text), expected);
  }
}

}  // namespace

SafetensorsFile Trainer::state() const {
  SafetensorsFile state;
  for (const Tensor& parameter : model_.parameters()) {
    state.tensors.push_back(
        {fmt::format("{}{}", parameter_prefix, parameter.name()), parameter.detach().to(Device::cpu).clone()});
  }
  for (const NamedTensor& entry : optimizer_.state()) {
    state.tensors.push_back({fmt::format("{}{}", optimizer_prefix, entry.name), entry.tensor.to(Device::cpu)});
  }
  state.metadata = {{"format", std::string(format_name)},
                    {"format_version", std::string(format_version)},
                    {"progress", text_of({.epochs_done = epochs_done_,
                                          .queries_done = queries_done_,
                                          .loss = report_.loss,
                                          .gradient_norm = report_.gradient_norm,
                                          .learning_rate = report_.learning_rate,
                                          .seconds = seconds_,
                                          .random = random_.state()})}};
  return state;
}

void Trainer::restore(const SafetensorsFile& state, SourceLocation where) {
  check_text(state, "format", format_name);
  check_text(state, "format_version", format_version);
  const Progress progress = progress_of(state);
  const auto batch = static_cast<std::size_t>(options_.batch_queries);
  if (progress.epochs_done < 0 || progress.epochs_done > options_.epochs || progress.queries_done > queries_.size() ||
      (progress.queries_done % batch != 0 && progress.queries_done != queries_.size())) {
    detail::fail_in_file(state.source,
                         "the training was at query {} of epoch {}; this one has {} epochs of {} queries in batches of "
                         "{}: go on with the data and options that it began with",
                         progress.queries_done, progress.epochs_done + 1, options_.epochs, queries_.size(), batch);
  }
  const std::vector<Tensor> parameters = model_.parameters();
  const std::vector<Tensor> values = detail::values_of(parameters, state, parameter_prefix);
  optimizer_.restore(part_of(state, optimizer_prefix), where);
  detail::assign(parameters, values);
  random_ = Random::from_state(progress.random);
  epochs_done_ = progress.epochs_done;
  queries_done_ = progress.queries_done;
  report_ = {.loss = progress.loss, .gradient_norm = progress.gradient_norm, .learning_rate = progress.learning_rate};
  seconds_ = progress.seconds;
  order_.clear();
}

}  // namespace ranktape
