#include <ranktape/core/fail.hpp>
#include <ranktape/core/tensor_access.hpp>
#include <ranktape/optim/ranking_model.hpp>

#include <algorithm>

namespace ranktape {
namespace {

constexpr const char* operation = "RankingModel::score";

// With zeros for what is missing at the end of each row.
Tensor filled(const Tensor& features, std::int64_t width, SourceLocation where) {
  const std::int64_t given = features.shape()[1];
  Tensor wider = Tensor::zeros(features.shape().with(1, width), {.dtype = features.dtype()});
  detail::dispatch(features.dtype(), [&]<class Scalar>() {
    const Scalar* from = features.values<Scalar>(where).data();
    for (std::int64_t row = 0; row < features.shape()[0]; ++row) {
      std::copy_n(from + row * given, given, detail::data<Scalar>(wider) + row * width);
    }
  });
  return wider;
}

}  // namespace

Tensor RankingModel::score(const Tensor& features, const Groups& groups, SourceLocation where) const {
  const std::int64_t width = feature_count();
  if (!features.defined() || features.shape().rank() != 2 || features.shape()[1] > width) {
    detail::fail<ShapeError>(where, operation,
                             "features {} are not [documents, {}] or less; read a file with "
                             "LetorOptions{{.features = {}, .extra_features = ExtraFeatures::ignore}}",
                             detail::describe(features), width, width);
  }
  const Tensor whole = features.shape()[1] < width ? filled(features, width, where) : features;
  const Tensor scaled = scaler.apply(whole, where).to(model.dtype(), where).to(model.device(), where);
  return ranking_scores(model(Operand(scaled, where), groups));
}

Tensor RankingModel::score(const SparseMatrix& features, const Groups& groups, SourceLocation where) const {
  const std::int64_t width = feature_count();
  if (features.columns() > width) {
    detail::fail<ShapeError>(where, operation,
                             "sparse features [{}, {}] are not [documents, {}] or less; use "
                             "with_columns({})",
                             features.rows(), features.columns(), width, width);
  }
  const SparseMatrix whole = features.with_columns(width, where);
  if (scaler.centres()) {
    return score(whole.to_dense(DType::float32, where), groups, where);
  }
  return ranking_scores(model(scaler.apply(whole, where).to(model.device(), where), groups, where));
}

Tensor RankingModel::score(const Tensor& features, SourceLocation where) const {
  if (model.get_if<Mlp>() == nullptr) {
    detail::fail<ShapeError>(where, operation,
                             "this model scores a document beside the others of its query; give the groups");
  }
  return score(features, Groups(), where);
}

}  // namespace ranktape
