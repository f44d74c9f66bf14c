// Appends or checks resolved facts, and tells the store's conflicts in the terms of the file.
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/import/session.h"

namespace quotacast::importing {
namespace {

using storage::AppendReport;
using storage::Key;

// Whether the fact's natural key can be stored at all, though the import only validates.
bool CanBeStored(const storage::OpportunityFact&) { return true; }
bool CanBeStored(const storage::StageEventFact& fact) { return fact.opportunity > 0; }
bool CanBeStored(const storage::ActivityFact&) { return true; }
bool CanBeStored(const storage::QuotaFact& fact) { return fact.owner > 0; }

absl::StatusOr<AppendReport> Check(storage::ReadTransaction& reading, Key organization,
                                   const std::vector<storage::OpportunityFact>& facts) {
  return reading.CheckOpportunities(organization, facts);
}
absl::StatusOr<AppendReport> Check(storage::ReadTransaction& reading, Key organization,
                                   const std::vector<storage::StageEventFact>& facts) {
  return reading.CheckStageEvents(organization, facts);
}
absl::StatusOr<AppendReport> Check(storage::ReadTransaction& reading, Key organization,
                                   const std::vector<storage::ActivityFact>& facts) {
  return reading.CheckActivities(organization, facts);
}
absl::StatusOr<AppendReport> Check(storage::ReadTransaction& reading, Key organization,
                                   const std::vector<storage::QuotaFact>& facts) {
  return reading.CheckQuotas(organization, facts);
}

absl::StatusOr<AppendReport> Append(storage::WriteTransaction& writing, Key organization,
                                    const std::vector<storage::OpportunityFact>& facts) {
  return writing.AppendOpportunities(organization, facts);
}
absl::StatusOr<AppendReport> Append(storage::WriteTransaction& writing, Key organization,
                                    const std::vector<storage::StageEventFact>& facts) {
  return writing.AppendStageEvents(organization, facts);
}
absl::StatusOr<AppendReport> Append(storage::WriteTransaction& writing, Key organization,
                                    const std::vector<storage::ActivityFact>& facts) {
  return writing.AppendActivities(organization, facts);
}
absl::StatusOr<AppendReport> Append(storage::WriteTransaction& writing, Key organization,
                                    const std::vector<storage::QuotaFact>& facts) {
  return writing.AppendQuotas(organization, facts);
}

// The column of the file and the text in it, for a field of a record and its value as text.
struct Shown {
  const char* field;
  const char* column;
  std::string (*text)(int64_t);
};
std::string TypeText(int64_t type) {
  static constexpr const char* kTypes[] = {"call", "email", "meeting", "follow_up", "other"};
  return type >= 0 && type < 5 ? kTypes[type] : "";
}
std::string OutcomeText(int64_t outcome) {
  return outcome == 1 ? "connected" : outcome == 2 ? "no_answer" : "";
}
std::string DayOrBlank(int64_t day) {
  return day == storage::kNoDay ? "" : FormatDay(static_cast<Day>(day));
}
std::string MoneyOrBlank(int64_t micros) {
  return micros == storage::kUnchanged ? "" : FormatMicros(micros);
}
std::string NumberOrBlank(int64_t number) { return number < 0 ? "" : absl::StrCat(number); }

constexpr Shown kShown[] = {
    {"pipeline", "pipeline_id", nullptr},
    {"rep", "rep_id", nullptr},
    {"opportunity", "opportunity_id", nullptr},
    {"attributes", "", nullptr},
    {"amount_micros", "amount", MoneyOrBlank},
    {"create_time_us", "create_time", FormatTimeUs},
    {"expected_close_day", "expected_close_date", DayOrBlank},
    {"time_us", "time", FormatTimeUs},
    {"type", "type", TypeText},
    {"outcome", "outcome", OutcomeText},
    {"duration_seconds", "duration_seconds", NumberOrBlank},
};

void ReportConflict(const storage::Conflict& conflict, int64_t line, bool money, Report& report) {
  Report::Row row(report, line);
  const char* column = conflict.field.c_str();
  std::string (*text)(int64_t) = conflict.field == "target" && money ? FormatMicros : nullptr;
  for (const Shown& shown : kShown) {
    if (conflict.field == shown.field) {
      column = shown.column;
      text = shown.text;
    }
  }
  const auto as_given = [text](const std::string& value) {
    int64_t number = 0;
    return text != nullptr && absl::SimpleAtoi(value, &number) ? text(number) : value;
  };
  row.Error(column, "differs from what is stored: the row is a duplicate with other content",
            as_given(conflict.given), as_given(conflict.stored));
}

bool IsMoney(const storage::QuotaFact& fact) { return fact.measure == Measure::kAmount; }
template <typename Fact>
bool IsMoney(const Fact&) {
  return false;
}

}  // namespace

template <typename Fact>
absl::StatusOr<AppendReport> Session::StoreFacts(const std::vector<Fact>& facts,
                                                 const std::vector<int64_t>& lines,
                                                 Report& report) {
  const Key organization = directory_.organization().key;
  AppendReport appended;
  const auto report_conflicts = [&](const std::vector<Fact>& asked,
                                    const std::vector<int64_t>& asked_lines) {
    for (const storage::Conflict& conflict : appended.conflicts) {
      ReportConflict(conflict, asked_lines[conflict.row], IsMoney(asked[conflict.row]), report);
    }
    report.AddCreated(appended.created);
    report.AddUnchanged(appended.unchanged);
  };
  if (options_.validate_only) {
    std::vector<Fact> asked;
    std::vector<int64_t> asked_lines;
    for (size_t i = 0; i < facts.size(); ++i) {
      if (!CanBeStored(facts[i])) continue;
      asked.push_back(facts[i]);
      asked_lines.push_back(lines[i]);
    }
    auto reading = store_.Read();
    if (!reading.ok()) return reading.status();
    auto checked = Check(**reading, organization, asked);
    if (!checked.ok()) return checked.status();
    appended = *std::move(checked);
    appended.created += static_cast<int64_t>(facts.size() - asked.size());
    report_conflicts(asked, asked_lines);
    return appended;
  }
  if (Refused(report)) return appended;
  constexpr char kRefused[] = "refused for its bad rows";
  const auto written = store_.Write(
      std::nullopt, [&](storage::WriteTransaction& writing) -> absl::StatusOr<std::string> {
        auto done = Append(writing, organization, facts);
        if (!done.ok()) return done.status();
        appended = *std::move(done);
        if (!appended.conflicts.empty() && !options_.skip_bad_rows) {
          return absl::CancelledError(kRefused);
        }
        return std::string();
      });
  if (!written.ok() && written.status().message() != kRefused) return written.status();
  report_conflicts(facts, lines);
  return appended;
}

template absl::StatusOr<AppendReport> Session::StoreFacts(
    const std::vector<storage::OpportunityFact>&, const std::vector<int64_t>&, Report&);
template absl::StatusOr<AppendReport> Session::StoreFacts(
    const std::vector<storage::StageEventFact>&, const std::vector<int64_t>&, Report&);
template absl::StatusOr<AppendReport> Session::StoreFacts(const std::vector<storage::ActivityFact>&,
                                                          const std::vector<int64_t>&, Report&);
template absl::StatusOr<AppendReport> Session::StoreFacts(const std::vector<storage::QuotaFact>&,
                                                          const std::vector<int64_t>&, Report&);

}  // namespace quotacast::importing
