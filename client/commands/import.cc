#include "client/import.h"

#include <memory>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "client/commands/commands.h"
#include "client/commands/selection.h"
#include "client/exit_code.h"

namespace quotacast::client {
namespace {

constexpr size_t kShownIssues = 20;

struct Options {
  std::string folder;
  std::string format = "canonical";
  bool skip_bad_rows = false;
};

void NoteIssues(const char* kind, const std::vector<ImportIssue>& issues, int64_t count) {
  for (size_t i = 0; i < std::min(issues.size(), kShownIssues); ++i) {
    Note(absl::StrCat(kind, IssueText(issues[i])));
  }
  const int64_t more = count - static_cast<int64_t>(std::min(issues.size(), kShownIssues));
  if (more > 0) Note(absl::StrCat(kind, "and ", Thousands(more), " more"));
}

nlohmann::ordered_json ReportJson(const ImportReport& report) {
  nlohmann::ordered_json json = {{"files", nlohmann::ordered_json::array()}};
  for (CanonicalFile file : kCanonicalFiles) {
    const FileCounts& counts = report.counts[static_cast<size_t>(file)];
    json["files"].push_back({{"file", std::string(FileName(file))},
                             {"read", counts.read},
                             {"created", counts.created},
                             {"unchanged", counts.unchanged},
                             {"skipped", counts.bad},
                             {"doubted", counts.doubted}});
  }
  for (const auto& [key, issues] :
       {std::pair("errors", &report.errors), std::pair("doubts", &report.doubts)}) {
    json[key] = nlohmann::ordered_json::array();
    for (const ImportIssue& issue : *issues) {
      json[key].push_back({{"file", issue.file},
                           {"line", issue.line},
                           {"column", issue.column},
                           {"reason", issue.reason}});
    }
  }
  return json;
}

int PrintReport(const Session& session, const ImportReport& report) {
  if (session.is_json()) {
    return session.Print(
        ReportJson(report).dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  }
  const std::vector<std::string> names = {"file",      "read",    "created",
                                          "unchanged", "skipped", "doubted"};
  std::string csv = CsvLine(names);
  std::vector<Column> columns;
  for (const std::string& name : names) columns.push_back({name, name != "file"});
  Table table(std::move(columns));
  const auto add = [&](absl::string_view name, const FileCounts& counts) {
    std::vector<std::string> values = {std::string(name)};
    std::vector<Cell> cells = {{std::string(name)}};
    for (int64_t count :
         {counts.read, counts.created, counts.unchanged, counts.bad, counts.doubted}) {
      values.push_back(absl::StrCat(count));
      cells.push_back({Thousands(count)});
    }
    csv += CsvLine(values);
    table.AddRow(std::move(cells));
  };
  for (CanonicalFile file : kCanonicalFiles) {
    add(FileName(file), report.counts[static_cast<size_t>(file)]);
  }
  if (session.is_csv()) return session.Print(csv);
  table.AddRule();
  add("all", {report.Sum(&FileCounts::read), report.Sum(&FileCounts::created),
              report.Sum(&FileCounts::unchanged), report.Sum(&FileCounts::bad),
              report.Sum(&FileCounts::doubted)});
  return session.Print(table);
}

int Reject(Session& session, ImportReport& report) {
  report.Sort();
  NoteIssues("", report.errors, report.error_count);
  return session.Fail(kRejected,
                      "nothing of the folder is stored; mend it, or leave bad rows out "
                      "with --skip-bad-rows");
}

// A pass that ended early. A check counts as created what it would create.
int FailPass(Session& session, const grpc::Status& status, bool was_check, ImportReport& report) {
  report.Sort();
  NoteIssues("", report.errors, report.error_count);
  const int exit_code = session.Fail(status);
  const int64_t stored = was_check ? 0 : report.Sum(&FileCounts::created);
  if (exit_code == kUnavailable || exit_code == kDeadline || exit_code == kInterrupted) {
    Note(absl::StrCat(Thousands(stored),
                      " rows of this import are known to be stored. Run the same "
                      "command again to go on: what is stored is left alone."));
  }
  return exit_code;
}

int Run(Session& session, const Options& options) {
  v1::Organization organization;
  if (!session.GetOrganization(organization)) return session.exit_code();
  ImportOptions import{options.folder, organization.name(), {}, options.skip_bad_rows};
  if (!LoadZone(organization, import.zone)) return kFailure;
  const absl::Time start = absl::Now();
  ImportReport headers;
  CheckFolder(options.folder, headers);
  if (headers.error_count > 0) return Reject(session, headers);
  if (!options.skip_bad_rows) {
    ImportReport check;
    const grpc::Status status = ImportPass(session.connection(), import, true).Run(check);
    if (!status.ok()) return FailPass(session, status, true, check);
    if (check.error_count > 0) return Reject(session, check);
  }
  ImportReport report;
  const grpc::Status status = ImportPass(session.connection(), import, false).Run(report);
  if (!status.ok()) return FailPass(session, status, false, report);
  report.doubts.insert(report.doubts.begin(), headers.doubts.begin(), headers.doubts.end());
  report.doubt_count += headers.doubt_count;
  report.Sort();
  NoteIssues(options.skip_bad_rows ? "skipped: " : "", report.errors, report.error_count);
  NoteIssues("doubt: ", report.doubts, report.doubt_count);
  const double seconds = std::max(1e-3, absl::ToDoubleSeconds(absl::Now() - start));
  const int64_t rows = report.Sum(&FileCounts::read);
  Note(absl::StrCat("imported ", Thousands(rows), " rows into ", IdOf(organization.name()), " in ",
                    absl::StrFormat("%.1f s", seconds), " (",
                    Thousands(static_cast<int64_t>(static_cast<double>(rows) / seconds)),
                    " rows/s)"));
  return PrintReport(session, report);
}

}  // namespace

void AddImportCommand(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("import", "Load a folder of CSV files");
  const auto options = std::make_shared<Options>();
  command->add_option("FOLDER", options->folder, "Folder with teams.csv, reps.csv, ...")
      ->required();
  command->add_option("--format", options->format, "Format of the files: canonical")
      ->check(CLI::IsMember({"canonical"}))
      ->capture_default_str();
  command->add_flag("--skip-bad-rows", options->skip_bad_rows,
                    "Leave out rows that cannot be read, and say which");
  command->footer(
      "Importing the same folder twice changes nothing. Unless bad rows are skipped, the whole\n"
      "folder is checked first, and on any fault nothing of it is stored.\n"
      "\nExamples:\n  quotacast --org acme import /tmp/acme\n"
      "  quotacast --org acme import exports/2026-03 --skip-bad-rows -o json");
  command->callback([&session, options] {
    session.action = [&session, options] { return Run(session, *options); };
  });
}

}  // namespace quotacast::client
