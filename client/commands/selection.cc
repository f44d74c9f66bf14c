#include "client/commands/selection.h"

#include "absl/strings/str_cat.h"
#include "client/listing.h"
#include "client/values.h"
#include "quotacast/v1/rep_service.grpc.pb.h"
#include "quotacast/v1/team_service.grpc.pb.h"

namespace quotacast::client {

void AddSelectionOptions(CLI::App& command, Selection& selection) {
  command.add_option("--rep", selection.reps, "Only these reps (default: all)");
  command.add_option("--team", selection.teams, "The reps of these teams and of those below them");
  command.add_option("--period", selection.period,
                     "2026-Q1, 2026-03, 2026-W10 or 2026-03-02..2026-03-30, the end not\n"
                     "included (default: the period of the quota that is running)");
  command.add_option("--as-of", selection.as_of,
                     "Answer from what happened before this time, such as 2026-03-18 or\n"
                     "2026-03-18T12:00:00+01:00 (default: now)");
}

void AddMeasureOption(CLI::App& command, Selection& selection, const char* preset) {
  command
      .add_option("--measure", selection.measure,
                  absl::StrCat("amount or units (default: ", preset, ")"))
      ->check(CLI::IsMember({"amount", "units"}));
}

void AddCorrectionOption(CLI::App& command, std::string& correction, const char* note) {
  command
      .add_option(
          "--correction", correction,
          absl::StrCat("Correct by what forecasts before got wrong: off, where-better (where\n"
                       "that helped before) or on",
                       note))
      ->check(CLI::IsMember({"off", "where-better", "on"}));
}

v1::CorrectionMode CorrectionModeOf(const std::string& correction) {
  return correction == "off"            ? v1::OFF
         : correction == "where-better" ? v1::WHERE_BETTER
         : correction == "on"           ? v1::ON
                                        : v1::CORRECTION_MODE_UNSPECIFIED;
}

v1::Measure MeasureOf(const Selection& selection) {
  return selection.measure == "amount"  ? v1::AMOUNT
         : selection.measure == "units" ? v1::UNITS
                                        : v1::MEASURE_UNSPECIFIED;
}

bool ReadAsOf(const Selection& selection, absl::TimeZone zone,
              google::protobuf::Timestamp& timestamp) {
  int64_t time_us = 0;
  if (!TimeParser(zone).Parse(selection.as_of, time_us)) {
    Note(absl::StrCat("quotacast: --as-of must be ", kTimeAllowed, "; got \"", selection.as_of,
                      "\""));
    return false;
  }
  const absl::Time time = absl::FromUnixMicros(time_us);
  const int64_t seconds = absl::ToUnixSeconds(time);
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  return true;
}

bool LoadZone(const v1::Organization& organization, absl::TimeZone& zone) {
  if (absl::LoadTimeZone(organization.time_zone(), &zone)) return true;
  Note(absl::StrCat("quotacast: the time zone ", organization.time_zone(),
                    " is not known on this machine"));
  return false;
}

std::map<std::string, std::string> DisplayNames(const Connection& connection,
                                                const std::string& organization) {
  std::map<std::string, std::string> names;
  v1::ListRepsRequest reps_request;
  reps_request.set_parent(organization);
  v1::ListRepsResponse reps;
  ListAll(connection, *v1::RepService::NewStub(connection.channel()),
          &v1::RepService::Stub::ListReps, reps_request, &v1::ListRepsResponse::mutable_reps,
          kNoLimit, reps);
  for (const v1::Rep& rep : reps.reps()) names[rep.name()] = rep.display_name();
  v1::ListTeamsRequest teams_request;
  teams_request.set_parent(organization);
  v1::ListTeamsResponse teams;
  ListAll(connection, *v1::TeamService::NewStub(connection.channel()),
          &v1::TeamService::Stub::ListTeams, teams_request, &v1::ListTeamsResponse::mutable_teams,
          kNoLimit, teams);
  for (const v1::Team& team : teams.teams()) names[team.name()] = team.display_name();
  return names;
}

}  // namespace quotacast::client
