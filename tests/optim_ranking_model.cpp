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

RankingModel make_attention_model() {
  Random random(13);
  const Tensor features = Tensor::randn(Shape{20, 4}, random);
  const AttentionScorerOptions options = {
      .width = 6, .heads = 3, .blocks = 1, .feed_forward = 10, .activation = Activation::gelu, .dropout = 0.25};
  return {AttentionScorer(4, random, options), FeatureScaler::fit(features, {.log1p = true, .limit = 10}), 1};
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
  const std::vector<MlpOptions> variants = {
      {},
      {.activation = Activation::silu, .dropout = 0.1, .layer_norm = true, .residual = true},
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
      const Mlp& network = *loaded.model.get_if<Mlp>();
      CHECK(network.sizes() == sizes);
      CHECK(network.options().activation == options.activation);
      CHECK(network.options().dropout == options.dropout);
      CHECK(network.options().layer_norm == options.layer_norm);
      CHECK(network.options().residual == options.residual);
      CHECK(network.options().dtype == options.dtype);
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
  CHECK(model.score(whole).to_vector<double>() == model.model(model.scaler.apply(whole), Groups()).to_vector<double>());
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
  CHECK(refused_text("format_version", "3") ==
        "model: format_version is '3', not '1' or '2'; it is no model of this library, or of a newer one");
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
  CHECK(refused_text("residual", "") == "model: residual is '', not 0 or 1");
  CHECK(refused_text("scaler_log1p", "2") == "model: scaler_log1p is '2', not 0 or 1");
  for (const std::string limit : {"0", "-1", "nan", "ten", ""}) {
    CHECK(refused_text("scaler_limit", limit) ==
          "model: scaler_limit is '" + limit + "', not a number above 0, or inf");
  }
  CHECK(refused_text("architecture", "forest") ==
        "model: architecture is 'forest', not 'mlp' or 'attention'; it is no model of this library, or of a newer one");
  CHECK(refused_text("index_base", "2") == "model: index_base is '2', not 0 or 1");
  CHECK(refused_text("layer_norm", "yes") == "model: layer_norm is 'yes', not 0 or 1");
  CHECK(refused_text("layer_norm", "0") == "model: a model with layers of 4,3,1 has 27 numbers, and the file 33");
  for (const char* key : {"format", "format_version", "layer_sizes", "activation", "dropout", "layer_norm", "residual",
                          "architecture", "scaler_log1p", "scaler_limit", "index_base"}) {
    CAPTURE(key);
    CHECK(refused([&](SafetensorsFile& file) { file.metadata.erase(key); }).starts_with("model: "));
  }
}

TEST_CASE("ranking model: attention scorers that contradict themselves") {
  const auto refused_attention = [](const std::string& key, const std::string& text) {
    SafetensorsFile file = parse_safetensors(make_attention_model().to_bytes(), "model");
    file.metadata[key] = text;
    const std::string bytes = format_safetensors(file);
    return error_text<FormatError>([&] { RankingModel::from_bytes(bytes, "model"); }, false);
  };
  for (const char* key : {"features", "width", "heads", "feed_forward"}) {
    for (const std::string text : {"0", "-1", "", "4.5", "16777217", "99999999999999999999"}) {
      CHECK(refused_attention(key, text) ==
            "model: " + std::string(key) + " is '" + text + "', not a number from 1 to 16777216");
    }
  }
  CHECK(refused_attention("blocks", "65") == "model: blocks is '65', not a number from 1 to 64");
  CHECK(refused_attention("heads", "4") == "model: 4 heads do not divide the width 6 into equal parts");
  const std::string numbers = " numbers, and the file 385";
  CHECK(refused_attention("width", "16777215").ends_with(numbers));
  CHECK(refused_attention("blocks", "64").ends_with(numbers));
  CHECK(refused_attention("feed_forward", "6") ==
        "model: a model with 4 features, width 6, 1 blocks and feed_forward 6 has 333" + numbers);
  CHECK(refused_attention("features", "5") ==
        "model: a model with 5 features, width 6, 1 blocks and feed_forward 10 has 393" + numbers);
  CHECK(refused_attention("architecture", "mlp").starts_with("model: "));
  CHECK(refused_attention("format_version", "1").starts_with("model: "));
  CHECK(refused_attention("activation", "swish") == "model: activation is 'swish', not an activation of this library");
  CHECK(refused_attention("dropout", "1") == "model: dropout is '1', not a number from 0 to below 1");
}

TEST_CASE("ranking model: a file of the first version, as the library wrote it") {
  const RankingModel model =
      RankingModel::load(std::string(RANKTAPE_GOLDEN_DIRECTORY) + "/ranking_model_1.safetensors");
  const Mlp& network = *model.model.get_if<Mlp>();
  CHECK(network.sizes() == std::vector<std::int64_t>{4, 3, 1});
  CHECK(network.options().activation == Activation::silu);
  CHECK(network.options().dropout == 0.1);
  CHECK(network.options().layer_norm);
  CHECK_FALSE(network.options().residual);
  CHECK(model.index_base == 0);
  CHECK_FALSE(model.scaler.options.log1p);
  CHECK(std::isinf(model.scaler.options.limit));
  const std::vector<double> scores =
      model.score(Tensor::from({1, 2, 3, 4, -1, 0.5, 0, 2}, Shape{2, 4})).to_vector<double>();
  CHECK(scores[0] == doctest::Approx(-0.217638776).epsilon(1e-6));
  CHECK(scores[1] == doctest::Approx(0.332440227).epsilon(1e-6));
  CHECK(RankingModel::from_bytes(model.to_bytes()).to_bytes() == model.to_bytes());
}

TEST_CASE("ranking model: an attention scorer saved and loaded scores the same") {
  const RankingModel model = make_attention_model();
  Random random(14);
  const Tensor features = Tensor::randn(Shape{6, 4}, random);
  const Groups groups = Groups::from_sizes({2, 0, 4});
  const std::vector<double> scores = model.score(features, groups).to_vector<double>();
  const RankingModel loaded = RankingModel::from_bytes(model.to_bytes());
  CHECK(loaded.score(features, groups).to_vector<double>() == scores);
  CHECK(loaded.to_bytes() == model.to_bytes());
  CHECK(loaded.scaler.options.log1p);
  CHECK(loaded.scaler.options.limit == 10);
  const AttentionScorerOptions& options = loaded.model.get_if<AttentionScorer>()->options();
  CHECK(options.width == 6);
  CHECK(options.heads == 3);
  CHECK(options.blocks == 1);
  CHECK(options.feed_forward == 10);
  CHECK(options.activation == Activation::gelu);
  CHECK(options.dropout == 0.25);
  CHECK(error_text<ShapeError>([&] { static_cast<void>(model.score(features)); }) ==
        "RankingModel::score: this model scores a document beside the others of its query; give the groups");
}

TEST_CASE("ranking model: sparse features score as dense ones") {
  Random random(15);
  const Tensor dense = Tensor::from({0, 1, 0, 2, 0, 0, 0, 0, -3, 0, 4, 0.5}, Shape{4, 3});
  const SparseMatrix sparse = SparseMatrix::from_dense(dense);
  const Groups groups = Groups::from_sizes({3, 1});
  for (const FeatureScaler& scaler : {FeatureScaler::fit(sparse.with_columns(4)),
                                      FeatureScaler::fit(sparse.with_columns(4).to_dense(), {.limit = 1})}) {
    const RankingModel model = {AttentionScorer(4, random, {.width = 4, .heads = 2}), scaler, 1};
    const std::vector<double> expected = model.score(dense, groups).to_vector<double>();
    const std::vector<double> got = model.score(sparse, groups).to_vector<double>();
    for (std::size_t i = 0; i < got.size(); ++i) {
      CHECK(got[i] == doctest::Approx(expected[i]).epsilon(1e-5));
    }
  }
  CHECK(error_text<ShapeError>([&] { static_cast<void>(make_model().score(sparse.with_columns(5), groups)); }) ==
        "RankingModel::score: sparse features [4, 5] are not [documents, 4] or less; use with_columns(4)");
}

TEST_CASE("ranking model: tensors that do not fit") {
  CHECK(refused([](SafetensorsFile& file) {
          tensor_of(file, "layers.0.weight") = Tensor::zeros(Shape{3, 4});
        }) == "model: tensor 'layers.0.weight' is [3, 4] float32, and by the model's sizes must be [4, 3] float32");
  CHECK(refused([](SafetensorsFile& file) {
          tensor_of(file, "layers.0.bias") = Tensor::zeros(Shape{3}, {.dtype = DType::float64});
        }) == "model: tensor 'layers.0.bias' is [3] float64, and by the model's sizes must be [3] float32");
  CHECK(refused([](SafetensorsFile& file) { tensor_of(file, "scaler.mean") = Tensor::zeros(Shape{4}); }) ==
        "model: tensor 'scaler.mean' is [4] float32, and by the model's sizes must be [4] float64");
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
  for (const std::string& bytes : {make_model().to_bytes(), make_attention_model().to_bytes()}) {
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
}
