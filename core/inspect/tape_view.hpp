#pragma once

#include <ranktape/core/inspect/record_summary.hpp>

#include <cstdint>
#include <string>
#include <vector>

// Internal: what tables, graphs and inspections all ask of a tape.
namespace ranktape::detail {

/// The number of the record that made a tensor of the tape; -1 for a parameter. Cost: a binary search.
std::int64_t maker_of(const Tape& tape, std::uint32_t tensor);
/// The same for all tensors, by their numbers.
std::vector<std::int64_t> makers_of(const Tape& tape);

/// What the last backward({.keep_intermediate = true}) found for a tensor of the tape; null if nothing came.
const Tensor* kept_gradient(const Tape& tape, std::uint32_t tensor);

/// `gradient` of the record's output may be null.
RecordSummary summarize_record(const Tape& tape, std::int64_t record, const Tensor* gradient);

/// "soft_rank(regularization_strength=0.5)", before any escaping.
std::string operation_with_options(const std::string& operation, const std::string& options);

/// "'scores' [24]", or "[24]" without a name, before any escaping.
std::string name_and_shape(const std::string& name, const Shape& shape);

/// The name of a source file without its folders, before any escaping.
std::string file_name(const SourceLocation& where);

}  // namespace ranktape::detail
