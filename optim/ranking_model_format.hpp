#pragma once

#include <string_view>

// Internal: what stands in every model file.
//
// Version 1 knew one architecture, the multi-layer perceptron without residual connections, and scaled features without
// options; a file of it lacks the keys of these.
namespace ranktape::detail {

inline constexpr std::string_view model_format = "ranktape.ranking_model";
inline constexpr std::string_view model_version = "2";
inline constexpr std::string_view first_model_version = "1";
inline constexpr std::string_view mlp_architecture = "mlp";
inline constexpr std::string_view attention_architecture = "attention";
inline constexpr std::string_view note_prefix = "training.";

}  // namespace ranktape::detail
