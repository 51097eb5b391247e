#pragma once

#include <ranktape/core/groups.hpp>
#include <ranktape/core/source_location.hpp>
#include <ranktape/core/sparse_matrix.hpp>
#include <ranktape/optim/scaler.hpp>
#include <ranktape/optim/scoring_model.hpp>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace ranktape {

/// A trained network with what prediction needs besides: how features are scaled, and how files number them.
struct RankingModel {
  ScoringModel model;
  FeatureScaler scaler;
  int index_base = 1;  ///< of the training file (Dataset::index_base): read others with the same
  /// How it came about, for people: saved with it, in keys that begin with "training.".
  std::map<std::string, std::string> notes = {};

  /// The scores [documents] of features [documents, features], on the CPU as they stand in a file: scales them, then
  /// evaluates the network on its device (see ranking_scores for one with several outputs).
  /// Features that are missing at the end of a row are 0, as in a file that leaves them out. More than the model was
  /// trained on throw ShapeError: LetorOptions{.features = ..., .extra_features = ...} reads a file at the model's
  /// width.
  [[nodiscard]] Tensor score(const Tensor& features, const Groups& groups,
                             SourceLocation where = SourceLocation::current()) const;
  /// The same of sparse features; through a dense copy if the scaler centres.
  [[nodiscard]] Tensor score(const SparseMatrix& features, const Groups& groups,
                             SourceLocation where = SourceLocation::current()) const;
  /// The same of documents whose queries nobody told. Throws ShapeError from a model that looks at them.
  [[nodiscard]] Tensor score(const Tensor& features, SourceLocation where = SourceLocation::current()) const;
  [[nodiscard]] std::int64_t feature_count() const { return model.feature_count(); }

  /// A safetensors file, replaced in one step: the parameters by their names, "scaler.mean" and "scaler.scale" in
  /// float64, the rest as text. Throws NumericError for a parameter that is NaN or infinite, Error if the file cannot
  /// be written.
  void save(const std::filesystem::path& path, SourceLocation where = SourceLocation::current()) const;
  /// Reads such a file, of this version or an older one, which anybody may have made. Throws FormatError for one that
  /// is damaged or contradicts itself, Error for one that cannot be read. Allocates no more than a few times the size
  /// of the file.
  static RankingModel load(const std::filesystem::path& path);

  /// The same bytes in memory; `source` stands for the file in messages.
  [[nodiscard]] std::string to_bytes(SourceLocation where = SourceLocation::current()) const;
  static RankingModel from_bytes(std::string_view bytes, std::string_view source = "(memory)");
};

}  // namespace ranktape
