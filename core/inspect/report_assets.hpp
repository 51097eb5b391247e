#pragma once

#include <string_view>

// Internal: report.js and report.css as cmake/EmbedReport.cmake puts them into the library, and their SHA-256 in
// base64, by which the page's content security policy knows them.
namespace ranktape::detail {

extern const std::string_view report_script;
extern const std::string_view report_script_hash;
extern const std::string_view report_style;
extern const std::string_view report_style_hash;

}  // namespace ranktape::detail
