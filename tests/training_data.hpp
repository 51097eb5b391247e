#pragma once

#include <ranktape/core/io/dataset.hpp>
#include <ranktape/core/random.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace ranktape::tests {

/// Queries of 2 to 7 documents with 3 features, whose labels follow a linear function; then one with constant labels,
/// one of a single document, one empty.
inline Dataset make_training_data(std::int64_t queries) {
  Random random(21);
  std::vector<std::int64_t> sizes;
  for (std::int64_t i = 0; i < queries; ++i) {
    sizes.push_back(2 + i % 6);
  }
  sizes.insert(sizes.end(), {3, 1, 0});
  Dataset data;
  data.groups = Groups::from_sizes(sizes);
  data.features = Tensor::randn(Shape{data.groups.documents(), 3}, random);
  std::vector<float> labels;
  const std::span<const float> x = data.features.values<float>();
  for (std::size_t i = 0; i < x.size(); i += 3) {
    labels.push_back(x[i] - 2 * x[i + 1]);
  }
  std::fill(labels.end() - 4, labels.end() - 1, 1.F);
  data.labels = Tensor::from(labels);
  return data;
}

inline std::vector<double> values_of_parameters(const std::vector<Tensor>& parameters) {
  std::vector<double> values;
  for (const Tensor& parameter : parameters) {
    const std::vector<double> more = parameter.to_vector<double>();
    values.insert(values.end(), more.begin(), more.end());
  }
  return values;
}

}  // namespace ranktape::tests
