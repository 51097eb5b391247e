#include <ranktape/core/fail.hpp>
#include <ranktape/core/tensor_access.hpp>
#include <ranktape/optim/ranking_model.hpp>

#include <algorithm>

namespace ranktape {

Tensor RankingModel::score(const Tensor& features, SourceLocation where) const {
  constexpr const char* operation = "RankingModel::score";
  const std::int64_t width = feature_count();
  if (!features.defined() || features.shape().rank() != 2 || features.shape()[1] > width) {
    detail::fail<ShapeError>(where, operation,
                             "features {} are not [documents, {}] or less; read a file with "
                             "LetorOptions{{.features = {}, .extra_features = ExtraFeatures::ignore}}",
                             detail::describe(features), width, width);
  }
  Tensor filled = features;
  if (features.shape()[1] < width) {
    const std::int64_t given = features.shape()[1];
    filled = Tensor::zeros(features.shape().with(1, width), {.dtype = features.dtype()});
    detail::dispatch(features.dtype(), [&]<class Scalar>() {
      const Scalar* from = features.values<Scalar>(where).data();
      for (std::int64_t row = 0; row < features.shape()[0]; ++row) {
        std::copy_n(from + row * given, given, detail::data<Scalar>(filled) + row * width);
      }
    });
  }
  const Tensor scaled = scaler.apply(filled, where).to(model.options().dtype, where).to(model.device(), where);
  return model(Operand(scaled, where));
}

}  // namespace ranktape
