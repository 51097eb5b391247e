#pragma once

#include <ranktape/core/io/dataset_rows.hpp>
#include <ranktape/core/sparse_matrix.hpp>
#include <ranktape/core/tensor.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace ranktape::detail {

struct RowFeatures {
  Tensor table = {};  ///< [documents, features], or undefined
  std::optional<SparseMatrix> sparse = {};
  std::int64_t ignored_values = 0;
  int index_base = 1;
};

/// The entries of the rows as a table or a sparse matrix, as the options and the entries want it; takes the entries out
/// of `rows`. Row i becomes document documents[i], or i where `documents` is empty. Throws FormatError.
RowFeatures make_features(DatasetRows& rows, std::span<const std::int64_t> documents, std::string_view source,
                          const LetorOptions& options);

}  // namespace ranktape::detail
