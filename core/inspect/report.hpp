#pragma once

#include <ranktape/core/inspect/inspection.hpp>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace ranktape {

/// A small table of the caller's for the report: results, for example.
struct ReportTable {
  std::string caption = {};
  std::vector<std::string> columns = {};
  std::vector<std::vector<std::string>> rows = {};  ///< the first cell is the row's name
};

struct ReportOptions {
  std::string title = "ranktape: gradient flow";
  std::vector<std::string> facts = {};  ///< sentences at the top
  std::vector<ReportTable> tables = {};
  /// Name and value: command line, seed, data. The library's version and build are there anyway.
  std::vector<std::pair<std::string, std::string>> provenance = {};
};

/// The report as one HTML page that needs nothing else: no network, light and dark, keyboard and screen reader,
/// readable without scripts. Every number in it is in the page's JSON (docs/inspection.md has its form), as the
/// inspection has it.
std::string report_html(const Inspection& inspection, const ReportOptions& options = {});
/// The JSON alone.
std::string report_json(const Inspection& inspection, const ReportOptions& options = {});

/// Writes the page, in one step: a failure throws Error and leaves an old file as it was.
void write_report(const std::filesystem::path& path, const Inspection& inspection, const ReportOptions& options = {});
void write_report(const std::filesystem::path& path, const Tape& tape, const Gradients& gradients,
                  const TrainingHistory& history = {}, const ReportOptions& options = {});

}  // namespace ranktape
