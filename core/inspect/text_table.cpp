#include <ranktape/core/inspect/text_table.hpp>

#include <algorithm>
#include <array>
#include <span>

namespace ranktape::detail {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// Combining marks, joiners and variation selectors.
constexpr std::array<Range, 6> joining = {
    {{0x300, 0x36F}, {0x1AB0, 0x1AFF}, {0x200C, 0x200D}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}}};

// East Asian Wide and Fullwidth of Unicode's EastAsianWidth.txt, in its larger blocks, and emoji.
constexpr std::array<Range, 9> wide = {{{0x1100, 0x115F},
                                        {0x2E80, 0x303E},
                                        {0x3041, 0xA4CF},
                                        {0xAC00, 0xD7A3},
                                        {0xF900, 0xFAFF},
                                        {0xFE30, 0xFE6F},
                                        {0xFF00, 0xFF60},
                                        {0x1F300, 0x1FAFF},
                                        {0x20000, 0x3FFFD}}};

bool contains(std::span<const Range> ranges, char32_t character) {
  return std::ranges::any_of(ranges,
                             [&](const Range& range) { return range.first <= character && character <= range.last; });
}

void append_padded(std::string& line, const std::string& cell, std::size_t width, Align align) {
  const std::string padding(width - display_width(cell), ' ');
  line += align == Align::left ? cell + padding : padding + cell;
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t bytes = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t character = bytes == 1 ? lead : lead & (0x7FU >> bytes);
    for (std::size_t k = 1; k < bytes && i + k < text.size(); ++k) {
      character = character << 6U | (static_cast<unsigned char>(text[i + k]) & 0x3FU);
    }
    width += contains(joining, character) ? 0 : contains(wide, character) ? 2 : 1;
    i += bytes;
  }
  return width;
}

std::string text_table(const std::vector<TableColumn>& columns, const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths(columns.size(), 0);  // 0: left out
  for (const std::vector<std::string>& row : rows) {
    for (std::size_t i = 0; i < row.size() && row.size() > 1; ++i) {
      widths[i] = std::max(widths[i], display_width(row[i]));
    }
  }
  std::vector<std::string> headings;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    headings.push_back(columns[i].heading);
    widths[i] = widths[i] == 0 ? 0 : std::max(widths[i], display_width(headings[i]));
  }

  std::string text;
  const auto append_row = [&](const std::vector<std::string>& row) {
    std::string line;
    if (row.size() == 1) {
      line = row.front();
    }
    for (std::size_t i = 0; i < row.size() && row.size() > 1; ++i) {
      if (widths[i] > 0) {
        line += line.empty() ? "" : "  ";
        append_padded(line, row[i], widths[i], columns[i].align);
      }
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  };
  append_row(headings);
  std::ranges::for_each(rows, append_row);
  return text;
}

}  // namespace ranktape::detail
