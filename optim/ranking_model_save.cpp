#include <ranktape/core/fail.hpp>
#include <ranktape/core/io/safetensors.hpp>
#include <ranktape/core/kernels.hpp>
#include <ranktape/core/version.hpp>
#include <ranktape/optim/ranking_model.hpp>
#include <ranktape/optim/ranking_model_format.hpp>

#include <map>
#include <string>

namespace ranktape {
namespace {

constexpr TensorOptions float64_constant = {.dtype = DType::float64};

std::string flag(bool value) { return value ? "1" : "0"; }

using Texts = decltype(SafetensorsFile::metadata);

void describe(const Mlp& model, Texts& texts) {
  const MlpOptions& options = model.options();
  texts["architecture"] = detail::mlp_architecture;
  texts["layer_sizes"] = fmt::format("{}", fmt::join(model.sizes(), ","));
  texts["activation"] = to_string(options.activation);
  texts["dropout"] = fmt::format("{}", options.dropout);
  texts["layer_norm"] = flag(options.layer_norm);
  texts["residual"] = flag(options.residual);
}

void describe(const AttentionScorer& model, Texts& texts) {
  const AttentionScorerOptions& options = model.options();
  texts["architecture"] = detail::attention_architecture;
  texts["features"] = fmt::format("{}", model.feature_count());
  texts["width"] = fmt::format("{}", options.width);
  texts["heads"] = fmt::format("{}", options.heads);
  texts["blocks"] = fmt::format("{}", options.blocks);
  texts["feed_forward"] = fmt::format("{}", options.feed_forward);
  texts["activation"] = to_string(options.activation);
  texts["dropout"] = fmt::format("{}", options.dropout);
}

SafetensorsFile make_file(const RankingModel& model, const char* operation, SourceLocation where) {
  const auto width = static_cast<std::size_t>(model.feature_count());
  if (model.scaler.mean.size() != width || model.scaler.scale.size() != width) {
    detail::fail<ShapeError>(where, operation,
                             "the scaler has {} means and {} scales, and the network takes {} "
                             "features; fit the scaler on features of that width",
                             model.scaler.mean.size(), model.scaler.scale.size(), width);
  }
  SafetensorsFile file;
  for (const Tensor& parameter : model.model.parameters()) {
    file.tensors.push_back({std::string(parameter.name()), parameter.detach().to(Device::cpu)});
  }
  file.tensors.push_back({"scaler.mean", Tensor::from(model.scaler.mean, float64_constant)});
  file.tensors.push_back({"scaler.scale", Tensor::from(model.scaler.scale, float64_constant)});
  for (const NamedTensor& entry : file.tensors) {
    if (const auto bad = detail::first_non_finite(entry.tensor)) {
      detail::fail<NumericError>(where, operation, "tensor '{}' is {} at element {}; the training went wrong before",
                                 entry.name, bad->value, bad->element);
    }
  }
  file.metadata = {{"format", std::string(detail::model_format)},
                   {"format_version", std::string(detail::model_version)},
                   {"made_by", fmt::format("ranktape {}", version)},
                   {"index_base", flag(model.index_base != 0)},
                   {"scaler_log1p", flag(model.scaler.options.log1p)},
                   {"scaler_limit", fmt::format("{}", model.scaler.options.limit)}};
  for (const auto& [key, text] : model.notes) {
    file.metadata[fmt::format("{}{}", detail::note_prefix, key)] = text;
  }
  if (const auto* mlp = model.model.get_if<Mlp>()) {
    describe(*mlp, file.metadata);
  } else {
    describe(*model.model.get_if<AttentionScorer>(), file.metadata);
  }
  return file;
}

}  // namespace

void RankingModel::save(const std::filesystem::path& path, SourceLocation where) const {
  save_safetensors(path, make_file(*this, "RankingModel::save", where));
}

std::string RankingModel::to_bytes(SourceLocation where) const {
  return format_safetensors(make_file(*this, "RankingModel::to_bytes", where));
}

}  // namespace ranktape
