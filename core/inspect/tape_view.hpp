#pragma once

#include <ranktape/core/inspect/record_summary.hpp>

#include <cstdint>
#include <string>
#include <vector>

// Internal: what tables, graphs and inspections all ask of a tape.
namespace ranktape::detail {

/// What the last backward({.keep_intermediate = true}) found for a tensor of the tape; null if nothing came.
const Tensor* kept_gradient(const Tape& tape, std::uint32_t tensor);

/// Whether they are of a backward that kept those of intermediate tensors.
bool has_gradients_of_records(const Tape& tape, const Gradients& gradients);

/// `gradient` of the record's output may be null.
RecordSummary summarize_record(const Tape& tape, std::int64_t record, const Tensor* gradient);

/// "soft_rank(regularization_strength=0.5)", before any escaping.
std::string operation_with_options(const std::string& operation, const std::string& options);

/// "'scores' [24]", or "[24]" without a name, before any escaping.
std::string name_and_shape(const std::string& name, const Shape& shape);

/// The name of a source file without its folders, before any escaping.
std::string file_name(const SourceLocation& where);

}  // namespace ranktape::detail
