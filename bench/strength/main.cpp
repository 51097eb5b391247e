#include "figures.hpp"

#include <fmt/core.h>

#include <cstdio>
#include <map>
#include <string>

int main(int count, char** arguments) {
  const std::map<std::string, void (*)()> tables = {{"blocks", strength_figures::print_blocks},
                                                    {"ranks", strength_figures::print_ranks},
                                                    {"training", strength_figures::print_training}};
  const auto chosen = tables.find(count == 2 ? arguments[1] : "");
  if (chosen == tables.end()) {
    fmt::print(stderr, "usage: strength_figures blocks|ranks|training\n");
    return 2;
  }
  chosen->second();
  return 0;
}
