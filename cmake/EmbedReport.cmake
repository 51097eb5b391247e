# cmake -DOUTPUT=FILE.cpp -DSCRIPTS=A.js;B.js -DSTYLE=FILE.css -P EmbedReport.cmake
# Writes the report's script and style as strings of C++, with the hashes that its content security policy names.

# The SHA-256 of a text in base64.
function(base64_hash text result)
  string(SHA256 digits "${text}")
  string(APPEND digits "0000")  # 32 bytes are two short of a multiple of three: the last two characters become "="
  string(SUBSTRING "${digits}" 0 66 digits)
  set(alphabet "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
  set(base64 "")
  foreach(place RANGE 0 63 3)
    string(SUBSTRING "${digits}" ${place} 3 group)  # three hexadecimal digits are two characters
    math(EXPR high "0x${group} >> 6")
    math(EXPR low "0x${group} & 63")
    string(SUBSTRING "${alphabet}" ${high} 1 high)
    string(SUBSTRING "${alphabet}" ${low} 1 low)
    string(APPEND base64 "${high}${low}")
  endforeach()
  string(SUBSTRING "${base64}" 0 43 base64)
  set(${result} "${base64}=" PARENT_SCOPE)
endfunction()

set(script "")
foreach(file IN LISTS SCRIPTS)
  file(READ "${file}" part)
  string(APPEND script "${part}")
endforeach()
file(READ "${STYLE}" style)
base64_hash("${script}" script_hash)
base64_hash("${style}" style_hash)
set(text "// Made by cmake/EmbedReport.cmake.
#include <ranktape/core/inspect/report_assets.hpp>

namespace ranktape::detail {

")
foreach(name script style)
  string(APPEND text "const std::string_view report_${name}_hash = \"${${name}_hash}\";
const std::string_view report_${name} = R\"---(${${name}})---\";

")
endforeach()
file(WRITE "${OUTPUT}" "${text}}  // namespace ranktape::detail\n")
