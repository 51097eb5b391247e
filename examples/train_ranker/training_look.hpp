#pragma once

#include <ranktape/core/inspect/inspection.hpp>
#include <ranktape/ranktape.hpp>

#include <cstdint>
#include <vector>

namespace train_ranker {

/// Some queries that the loss learns from, evenly over the data: at most 32, and together at most some 5,000 documents.
std::vector<std::int64_t> queries_to_look_at(const ranktape::Dataset& data, const ranktape::NamedLoss& loss);

/// How the gradient of the loss flows through the model on these queries, in a step that is not taken: without dropout,
/// and the model stays as it is.
ranktape::Inspection look_at(const ranktape::ScoringModel& model, const ranktape::Dataset& data,
                             const std::vector<std::int64_t>& queries, const ranktape::NamedLoss& loss,
                             std::uint64_t seed, const ranktape::TrainingHistory& history = {});

}  // namespace train_ranker
