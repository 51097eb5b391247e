#pragma once

#include <cstdint>
#include <string>

// Internal: numbers as tables and sentences show them.
namespace ranktape::detail {

/// Four significant digits: "0.02481", "1.2e-05", "NaN", "-infinity".
std::string readable(double number);

/// In groups of three digits: "1,048,376".
std::string grouped(std::int64_t number);

/// part / whole in percent: "12.3 %", "0 %"; what is neither none nor all is never rounded to that: "< 0.1 %". Empty
/// for a whole of 0.
std::string share(std::int64_t part, std::int64_t whole);

}  // namespace ranktape::detail
