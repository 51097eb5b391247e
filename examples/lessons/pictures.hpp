#pragma once

#include <string>

// Each draws the picture of one lesson from the library's own numbers, as the text of an SVG file.
namespace lessons {

std::string draw_scores();
std::string draw_hard_rank();
std::string draw_soft_rank_and_blocks();
std::string draw_gradient_through_a_block();
std::string draw_strength();
std::string draw_ties();
std::string draw_training_step();

}  // namespace lessons
