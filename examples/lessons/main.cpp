// Draws the pictures of docs/lessons.
//   lesson_pictures DIRECTORY
#include "pictures.hpp"

#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>

namespace {

struct Picture {
  const char* file;
  std::string (*draw)();
};
constexpr Picture pictures[] = {
    {"1_scores.svg", lessons::draw_scores},
    {"2_hard_rank.svg", lessons::draw_hard_rank},
    {"3_soft_rank_and_blocks.svg", lessons::draw_soft_rank_and_blocks},
    {"4_gradient_through_a_block.svg", lessons::draw_gradient_through_a_block},
    {"5_strength.svg", lessons::draw_strength},
    {"6_ties.svg", lessons::draw_ties},
    {"7_a_training_step.svg", lessons::draw_training_step},
};

void write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  if (!file.flush()) throw std::runtime_error(path.string() + " cannot be written");
}

}  // namespace

int main(int argument_count, char** arguments) {
  if (argument_count != 2) {
    std::cerr << "usage: lesson_pictures DIRECTORY\n";
    return 2;
  }
  try {
    std::filesystem::create_directories(arguments[1]);
    for (const Picture& picture : pictures) {
      write(std::filesystem::path(arguments[1]) / picture.file, picture.draw());
    }
  } catch (const std::exception& error) {
    std::cerr << "lesson_pictures: " << error.what() << "\n";
    return 1;
  }
}
