#include <ranktape/core/io/safetensors.hpp>
#include <ranktape/core/random.hpp>
#include <ranktape/optim/ranking_model.hpp>
#include <doctest/doctest.h>

#include "support.hpp"

#include <cmath>
#include <filesystem>
#include <limits>

using namespace ranktape;
using ranktape::tests::error_text;

namespace {

RankingModel make_model(const MlpOptions& options = {}, const std::vector<std::int64_t>& sizes = {4, 3, 1}) {
  Random random(11);
  const Tensor features = Tensor::randn(Shape{20, sizes.front()}, random);
  return {Mlp(sizes, random, options), FeatureScaler::fit(features), 0};
}

// What reading the model's file says after `change`.
template <class Change>
std::string refused(Change&& change, const MlpOptions& options = {.layer_norm = true}) {
  SafetensorsFile file = parse_safetensors(make_model(options).to_bytes(), "model");
  change(file);
  const std::string bytes = format_safetensors(file);
  return error_text<FormatError>([&] { RankingModel::from_bytes(bytes, "model"); }, false);
}

std::string refused_text(const std::string& key, const std::string& text) {
  return refused([&](SafetensorsFile& file) { file.metadata[key] = text; });
}

Tensor& tensor_of(SafetensorsFile& file, const std::string& name) {
  for (NamedTensor& entry : file.tensors) {
    if (entry.name == name) {
      return entry.tensor;
    }
  }
  FAIL("no such tensor");
  return file.tensors.front().tensor;
}

}  // namespace

TEST_CASE("ranking model: saved and loaded, it scores the same") {
  Random random(12);
  const std::vector<MlpOptions> variants = {{},
                                            {.activation = Activation::silu, .dropout = 0.1, .layer_norm = true},
                                            {.activation = Activation::leaky_relu, .dtype = DType::float64}};
  const std::filesystem::path path = std::filesystem::temp_directory_path() / "ranktape_test_ranking_model.safetensors";
  for (const MlpOptions& options : variants) {
    for (const std::vector<std::int64_t>& sizes : {std::vector<std::int64_t>{4, 3, 1}, {4, 1}, {4, 5, 5, 2}}) {
      const RankingModel model = make_model(options, sizes);
      const Tensor features = Tensor::randn(Shape{6, 4}, random);
      const std::vector<double> scores = model.score(features).to_vector<double>();
      model.save(path);
      const RankingModel loaded = RankingModel::load(path);
      CHECK(loaded.score(features).to_vector<double>() == scores);
      CHECK(loaded.model.sizes() == sizes);
      CHECK(loaded.model.options().activation == options.activation);
      CHECK(loaded.model.options().dropout == options.dropout);
      CHECK(loaded.model.options().layer_norm == options.layer_norm);
      CHECK(loaded.model.options().dtype == options.dtype);
      CHECK(loaded.index_base == 0);
      CHECK(loaded.scaler.mean == model.scaler.mean);
      CHECK(loaded.scaler.scale == model.scaler.scale);
      CHECK(loaded.to_bytes() == model.to_bytes());
      CHECK(loaded.model.parameters()[0].requires_grad());  // can be trained further
    }
  }
  std::filesystem::remove(path);
  CHECK_THROWS_AS(RankingModel::load(path), Error);
}

TEST_CASE("ranking model: features that a file leaves out are 0, more are refused") {
  const RankingModel model = make_model();
  const Tensor whole = Tensor::from({1, 2, 0, 0, 3, 4, 0, 0}, Shape{2, 4});
  const Tensor part = Tensor::from({1, 2, 3, 4}, Shape{2, 2});
  CHECK(model.score(part).to_vector<double>() == model.score(whole).to_vector<double>());
  CHECK(model.score(whole).to_vector<double>() == model.model(model.scaler.apply(whole)).to_vector<double>());
  CHECK(model.feature_count() == 4);
  CHECK(error_text<ShapeError>([&] {
          static_cast<void>(model.score(Tensor::zeros(Shape{2, 5})));
        }) ==
        "RankingModel::score: features [2, 5] float32 are not [documents, 4] or less; read a file with "
        "LetorOptions{.features = 4, .extra_features = ExtraFeatures::ignore}");
}

TEST_CASE("ranking model: what cannot be right is not saved") {
  RankingModel model = make_model();
  model.scaler.scale.pop_back();
  CHECK(error_text<ShapeError>([&] { static_cast<void>(model.to_bytes()); }) ==
        "RankingModel::to_bytes: the scaler has 4 means and 3 scales, and the network takes 4 features; fit the scaler "
        "on features of that width");
  CHECK_THROWS_AS(static_cast<void>(model.score(Tensor::zeros(Shape{2, 4}))), ShapeError);
  model = make_model();
  model.model.parameters()[1].mutable_values<float>()[2] = std::numeric_limits<float>::quiet_NaN();
  CHECK(error_text<NumericError>([&] { static_cast<void>(model.to_bytes()); }) ==
        "RankingModel::to_bytes: tensor 'layers.0.bias' is nan at element 2; the training went wrong before");
}

TEST_CASE("ranking model: files that contradict themselves") {
  const std::string sizes = ", not 2 to 64 numbers from 1 to 16777216, commas between";
  CHECK(refused_text("format", "pt") ==
        "model: format is 'pt', not 'ranktape.ranking_model'; it is no model of this "
        "library, or of a newer one");
  CHECK(refused_text("format_version", "2") ==
        "model: format_version is '2', not '1'; it is no model of this library, or of a newer one");
  for (const std::string text : {"", "4", "4,3,", ",4,1", "4,0,1", "4,-3,1", "4, 3,1", "4,3,1\n",
                                 "4,99999999999999999999,1", "16777217,1", "4;1"}) {
    CAPTURE(text);
    const std::string said = refused_text("layer_sizes", text);
    CHECK(said.starts_with("model: layer_sizes is '"));
    CHECK(said.ends_with(sizes));
  }
  std::string many = "4";
  for (int i = 0; i < 100; ++i) {
    many += ",16777216";
  }
  CHECK(refused_text("layer_sizes", many).ends_with(sizes));
  CHECK(refused_text("layer_sizes", "16777216,16777216,16777216,1") ==
        "model: a model with layers of 16777216,16777216,16777216,1 has 562950104416257 numbers, and the file 33");
  CHECK(refused_text("layer_sizes", "4,1") == "model: a model with layers of 4,1 has 13 numbers, and the file 33");
  CHECK(refused_text("activation", "swish") == "model: activation is 'swish', not an activation of this library");
  CHECK(refused_text("dropout", "nan") == "model: dropout is 'nan', not a number from 0 to below 1");
  CHECK(refused_text("dropout", "1") == "model: dropout is '1', not a number from 0 to below 1");
  CHECK(refused_text("index_base", "2") == "model: index_base is '2', not 0 or 1");
  CHECK(refused_text("layer_norm", "yes") == "model: layer_norm is 'yes', not 0 or 1");
  CHECK(refused_text("layer_norm", "0") == "model: a model with layers of 4,3,1 has 27 numbers, and the file 33");
  for (const char* key :
       {"format", "format_version", "layer_sizes", "activation", "dropout", "layer_norm", "index_base"}) {
    CAPTURE(key);
    CHECK(refused([&](SafetensorsFile& file) { file.metadata.erase(key); }).starts_with("model: "));
  }
}

TEST_CASE("ranking model: tensors that do not fit") {
  CHECK(refused([](SafetensorsFile& file) {
          tensor_of(file, "layers.0.weight") = Tensor::zeros(Shape{3, 4});
        }) == "model: tensor 'layers.0.weight' is [3, 4] float32, and by the layer sizes must be [4, 3] float32");
  CHECK(refused([](SafetensorsFile& file) {
          tensor_of(file, "layers.0.bias") = Tensor::zeros(Shape{3}, {.dtype = DType::float64});
        }) == "model: tensor 'layers.0.bias' is [3] float64, and by the layer sizes must be [3] float32");
  CHECK(refused([](SafetensorsFile& file) { tensor_of(file, "scaler.mean") = Tensor::zeros(Shape{4}); }) ==
        "model: tensor 'scaler.mean' is [4] float32, and by the layer sizes must be [4] float64");
  CHECK(refused([](SafetensorsFile& file) {
          tensor_of(file, "norms.0.bias") = Tensor::from({0, std::nan(""), 0}, Shape{3});
        }) == "model: tensor 'norms.0.bias' is nan at element 1");
  CHECK(refused([](SafetensorsFile& file) {
          tensor_of(file, "scaler.scale") =
              Tensor::from({1, 1, 1, std::numeric_limits<double>::infinity()}, {.dtype = DType::float64});
        }) == "model: tensor 'scaler.scale' is inf at element 3");
  CHECK(refused([](SafetensorsFile& file) {
          file.tensors.push_back({"more", Tensor::zeros(Shape{0})});
        }) == "model: tensor 'more' belongs to no part of the model");
  CHECK(refused([](SafetensorsFile& file) {
          for (NamedTensor& entry : file.tensors) {
            entry.name = entry.name == "layers.1.bias" ? "layers.9.bias" : entry.name;
          }
        }).starts_with("model: "));
}

TEST_CASE("ranking model: no cut or flipped byte crashes, and none goes unnoticed") {
  const std::string bytes = make_model().to_bytes();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK_THROWS_AS(RankingModel::from_bytes(bytes.substr(0, size)), FormatError);
  }
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string flipped = bytes;
    flipped[i] = static_cast<char>(flipped[i] ^ (1 << (i % 7)));
    CAPTURE(i);
    try {
      RankingModel::from_bytes(flipped);
      // Only the name of the checksum's own key may change without being noticed: the file then has none.
      CHECK_FALSE(parse_safetensors(flipped, "flipped").has_checksum);
    } catch (const FormatError&) {
    }
  }
}
