#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace ranktape::tests {

/// What is wrong with a page written by a program that closes every element and quotes every attribute; empty if
/// nothing. Stricter than HTML: a browser repairs most of it, and so would hide that a name has broken out.
inline std::string html_fault(std::string_view page) {
  constexpr std::string_view name_characters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
  const std::set<std::string_view> without_content = {"meta", "input", "br", "hr"};
  const std::set<std::string_view> entities = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
  const auto near = [&](std::size_t at) { return " near: " + std::string(page.substr(at, 60)); };
  const auto text_fault = [&](std::size_t begin, std::size_t end) -> std::string {
    for (std::size_t at = page.find('&', begin); at < end; at = page.find('&', at + 1)) {
      if (entities.count(page.substr(at, page.find(';', at) + 1 - at)) == 0) return "a bare &" + near(at);
    }
    return "";
  };
  std::vector<std::string_view> open;
  std::set<std::string_view> ids;
  constexpr std::string_view doctype = "<!doctype html>\n";
  if (!page.starts_with(doctype)) return "no doctype";
  for (std::size_t at = doctype.size(); at < page.size();) {
    if (page[at] != '<') {
      const std::size_t end = std::min(page.find('<', at), page.size());
      if (const std::string fault = text_fault(at, end); !fault.empty()) return fault;
      if (const std::size_t sign = page.substr(at, end - at).find_first_of(">\"'"); sign != std::string_view::npos) {
        // Apostrophes and quotation marks do no harm in a text, but names have none left.
        if (page[at + sign] == '>') return "a bare >" + near(at + sign);
      }
      at = end;
      continue;
    }
    const std::size_t begin = at++;
    const bool closes = page[at] == '/';
    at += closes ? 1 : 0;
    const std::size_t name_end = page.find_first_not_of(name_characters, at);
    const std::string_view name = page.substr(at, name_end - at);
    if (name.empty()) return "a bare <" + near(begin);
    at = name_end;
    while (page[at] == ' ') {
      const std::size_t attribute_end = page.find_first_not_of(name_characters, ++at);
      const std::string_view attribute = page.substr(at, attribute_end - at);
      if (attribute.empty() || closes || attribute.starts_with("on") || attribute == "style")
        return "an attribute" + near(begin);
      at = attribute_end;
      if (page[at] != '=') continue;  // hidden
      if (page[at + 1] != '"') return "an unquoted attribute" + near(begin);
      const std::size_t value_end = page.find('"', at + 2);
      const std::string_view value = page.substr(at + 2, value_end - at - 2);
      if (value.find_first_of("<>") != std::string_view::npos) return "a bare < in an attribute" + near(begin);
      if (const std::string fault = text_fault(at + 2, value_end); !fault.empty()) return fault;
      if (attribute == "id" && !ids.insert(value).second) return "an id twice" + near(begin);
      at = value_end + 1;
    }
    const bool closes_itself = page[at] == '/';
    at += closes_itself ? 1 : 0;
    if (at >= page.size() || page[at++] != '>') return "a tag without end" + near(begin);
    if (closes) {
      if (open.empty() || open.back() != name) return "closes what is not open" + near(begin);
      open.pop_back();
    } else if (!closes_itself && without_content.count(name) == 0) {
      open.push_back(name);
      if (name == "script" || name == "style") {
        at = std::min(page.find("</" + std::string(name) + ">", at), page.size());
      }
    }
  }
  return open.empty() ? "" : "never closed: " + std::string(open.back());
}

}  // namespace ranktape::tests
