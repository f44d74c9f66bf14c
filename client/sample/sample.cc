#include "client/sample/sample.h"

#include <cerrno>
#include <cmath>
#include <filesystem>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/sample/company.h"
#include "client/sample/process.h"
#include "client/sample/quotas.h"
#include "client/sample/rep_history.h"
#include "client/sample/truth.h"
#include "client/sample/writer.h"

namespace quotacast::sample {
namespace {

constexpr double kOpenPerRep = 40;
constexpr double kMonthDays = 30.4375;

// SplitMix64's finalizer (Steele, Lea, Flood, 2014): engines of neighbouring reps share nothing,
// and a rep's history does not depend on how many other reps there are.
uint64_t Mix(uint64_t seed, uint64_t stream) {
  uint64_t z = seed + (stream + 1) * 0x9E3779B97F4A7C15;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

absl::Status CheckOptions(const SampleOptions& options) {
  const auto out_of_range = [](absl::string_view name, absl::string_view allowed, double given) {
    return absl::InvalidArgumentError(absl::StrCat(name, " must be ", allowed, "; got ", given));
  };
  if (options.rep_count < 1 || options.rep_count > 100'000) {
    return out_of_range("reps", "1 to 100000", options.rep_count);
  }
  if (options.month_count < 1 || options.month_count > 240) {
    return out_of_range("months", "1 to 240", options.month_count);
  }
  if (!(options.contact_rate >= 0 && options.contact_rate <= .25)) {
    return out_of_range("contact-rate", "0 to 0.25", options.contact_rate);
  }
  if (!(options.follow_up_effect >= .1 && options.follow_up_effect <= 10)) {
    return out_of_range("follow-up-effect", "0.1 to 10", options.follow_up_effect);
  }
  if (options.end.year() < 1991 || options.end.year() > 2190) {
    return out_of_range("end", "a date in the years 1991 to 2190",
                        static_cast<double>(options.end.year()));
  }
  return absl::OkStatus();
}

absl::Status PrepareFolder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return absl::ErrnoToStatus(error.value(), absl::StrCat("cannot create the folder ", folder));
  }
  for (const char* name : {"teams.csv", "reps.csv", "stages.csv", "opportunities.csv",
                           "stage_events.csv", "activities.csv", "quotas.csv", "truth.json"}) {
    const std::string path = absl::StrCat(folder, "/", name);
    if (std::filesystem::exists(path, error)) {
      return absl::AlreadyExistsError(
          absl::StrCat(path, " exists already; name a new or empty folder"));
    }
  }
  return absl::OkStatus();
}

absl::Status WriteTeams(const std::string& folder, const Company& company) {
  CsvFile file(folder + "/teams.csv", "team_id,name,parent_team_id");
  for (const Team& team : company.teams) {
    absl::StrAppend(&file.text(), team.id, ",", team.name, ",",
                    team.parent < 0 ? "" : company.teams[static_cast<size_t>(team.parent)].id,
                    "\n");
    file.CommitRow();
  }
  return file.Close();
}

absl::Status WriteReps(const std::string& folder, const Company& company) {
  CsvFile file(folder + "/reps.csv", "rep_id,name,team_id,start_date,end_date");
  for (const Rep& rep : company.reps) {
    std::string& text = file.text();
    absl::StrAppend(&text, rep.id, ",", rep.name, ",",
                    company.teams[static_cast<size_t>(rep.team)].id, ",");
    AppendDay(rep.start_day, text);
    text.push_back(',');
    if (rep.end_day != INT32_MAX) AppendDay(rep.end_day, text);
    text.push_back('\n');
    file.CommitRow();
  }
  return file.Close();
}

absl::Status WriteStages(const std::string& folder, const Process& process) {
  CsvFile file(folder + "/stages.csv", "pipeline_id,stage_id,name,position,kind");
  int position = 0;
  for (const StageProcess& stage : process.stages) {
    absl::StrAppend(&file.text(), "sales,", stage.id, ",", stage.name, ",", ++position, ",open\n");
    file.CommitRow();
  }
  absl::StrAppend(&file.text(), "sales,won,Won,", position + 1, ",won\nsales,lost,Lost,",
                  position + 2, ",lost\n");
  file.CommitRow();
  return file.Close();
}

absl::Status WriteTruth(const std::string& folder, const std::string& truth) {
  CsvFile file(folder + "/truth.json", "");
  file.text() = truth;
  return file.Close();
}

}  // namespace

absl::StatusOr<SampleCounts> WriteSample(const std::string& folder, const SampleOptions& options) {
  if (absl::Status status = CheckOptions(options); !status.ok()) return status;
  if (absl::Status status = PrepareFolder(folder); !status.ok()) return status;
  const auto end_day = static_cast<int32_t>(options.end - absl::CivilDay(1970, 1, 1));
  const auto start_day =
      end_day - static_cast<int32_t>(std::lround(options.month_count * kMonthDays));
  const Process process =
      MakeProcess(start_day, end_day, kOpenPerRep, options.contact_rate, options.follow_up_effect);
  Engine engine(Mix(options.seed, 0));
  const Company company =
      MakeCompany(process, options.rep_count, start_day, end_day, options.seed, engine);

  HistoryFiles files{
      CsvFile(folder + "/opportunities.csv",
              "opportunity_id,pipeline_id,rep_id,name,amount,currency,units,create_time,"
              "expected_close_date"),
      CsvFile(folder + "/stage_events.csv", "opportunity_id,time,stage_id,rep_id,amount"),
      CsvFile(folder + "/activities.csv",
              "activity_id,rep_id,opportunity_id,time,type,outcome,duration_seconds")};
  CsvFile quotas(folder + "/quotas.csv",
                 "owner_type,owner_id,period_start,period_end,measure,target,currency");
  QuotaWriter quota_writer(process, company, start_day, end_day, quotas);
  for (int rep = 0; rep < options.rep_count; ++rep) {
    Engine rep_engine(Mix(options.seed, static_cast<uint64_t>(rep) + 1));
    quota_writer.WriteRep(rep, WriteRepHistory(process, company, rep, end_day, rep_engine, files));
  }
  quota_writer.WriteTeams();
  for (absl::Status status :
       {WriteTeams(folder, company), WriteReps(folder, company), WriteStages(folder, process),
        files.opportunities.Close(), files.stage_events.Close(), files.activities.Close(),
        quotas.Close(),
        WriteTruth(folder, TruthJson(options, process, company, start_day, end_day))}) {
    if (!status.ok()) return status;
  }
  return SampleCounts{static_cast<int64_t>(company.reps.size()),
                      static_cast<int64_t>(company.teams.size()),
                      files.opportunities.row_count(),
                      files.stage_events.row_count(),
                      files.activities.row_count(),
                      quotas.row_count()};
}

}  // namespace quotacast::sample
