#include <ranktape/core/io/byte_stream.hpp>
#include <ranktape/core/io/file_error.hpp>
#include <ranktape/core/io/read_dataset.hpp>
#include <ranktape/core/tensor_access.hpp>

#include <algorithm>
#include <string_view>

namespace ranktape {
namespace {

DatasetFormat format_of(std::filesystem::path path) {
  if (path != detail::standard_input && is_dataset_cache(path)) {
    return DatasetFormat::cache;
  }
  if (path.extension() == ".gz") {
    path.replace_extension();
  }
  const std::filesystem::path ending = path.extension();
  return ending == ".csv" || ending == ".tsv" || ending == ".tab" ? DatasetFormat::table : DatasetFormat::letor;
}

Tensor first_columns(const Tensor& table, std::int64_t columns) {
  Tensor cut = detail::make_tensor_like(table, table.shape().with(1, columns));
  const float* from = detail::data<float>(table);
  float* to = detail::data<float>(cut);
  for (std::int64_t row = 0; row < table.shape()[0]; ++row, from += table.shape()[1]) {
    to = std::copy_n(from, columns, to);
  }
  return cut;
}

/// What LetorOptions say of the width and the index base, to data that have theirs.
void fit_width(Dataset& dataset, std::string_view source, const LetorOptions& options) {
  if (options.index_base && *options.index_base != dataset.index_base) {
    detail::fail_in_file(source, "has the index base {}, but {} is asked for; read the text with it",
                         dataset.index_base, *options.index_base);
  }
  const std::int64_t features = options.features;
  const std::int64_t found = dataset.feature_count();
  if (features == 0 || features == found) {
    return;
  }
  if (dataset.sparse_features && (features > found || options.extra_features == ExtraFeatures::ignore)) {
    dataset.sparse_features = dataset.sparse_features->with_columns(features);
  } else if (features < found && options.extra_features == ExtraFeatures::ignore) {
    dataset.features = first_columns(dataset.features, features);
    dataset.summary.ignored_values = (found - features) * dataset.document_count();
  } else {
    detail::fail_in_file(source, "has {} features, but {} are asked for{}", found, features,
                         features < found ? "; ExtraFeatures::ignore leaves the others out" : "");
  }
  if (!dataset.feature_names.empty()) {
    dataset.feature_names.resize(static_cast<std::size_t>(features));
  }
  const std::int64_t ignored = dataset.summary.ignored_values;
  dataset.summary = summarize(dataset);
  dataset.summary.ignored_values = ignored;
}

}  // namespace

Dataset read_dataset(const std::filesystem::path& path, const DatasetOptions& options, SourceLocation where) {
  const DatasetFormat format = options.format == DatasetFormat::automatic ? format_of(path) : options.format;
  if (format == DatasetFormat::letor || format == DatasetFormat::automatic) {
    return read_letor(path, options.text, where);
  }
  Dataset dataset = format == DatasetFormat::cache ? open_dataset_cache(path, options.cache)
                                                   : read_table(path, options.columns, options.text, where);
  LetorOptions text = options.text;
  if (format == DatasetFormat::table) {
    text.index_base.reset();  // a table has no indices
  }
  fit_width(dataset, detail::name_of_source(path), text);
  return dataset;
}

}  // namespace ranktape
