#include <memory>

#include "absl/strings/str_cat.h"
#include "client/commands/commands.h"
#include "client/exit_code.h"
#include "client/forecast_text.h"
#include "client/listing.h"
#include "client/values.h"
#include "quotacast/v1/forecast_service.grpc.pb.h"
#include "quotacast/v1/rep_service.grpc.pb.h"
#include "quotacast/v1/team_service.grpc.pb.h"

namespace quotacast::client {
namespace {

struct Options {
  std::vector<std::string> reps, teams;
  std::string period, measure, as_of;
  double precision_pp = 0;
  int64_t trial_count = 0;
  CLI::Option* seed = nullptr;
  uint64_t seed_value = 1;
};

// Display names of reps and teams; what cannot be had is shown by its identifier.
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

int Print(const Session& session, const v1::ForecastAttainmentResponse& response,
          ForecastView view) {
  if (session.is_json()) return session.Print(response);
  if (session.is_csv()) return session.Print(ForecastCsv(response));
  view.width = TerminalWidth();
  view.color = session.Colored();
  return session.Print(ForecastText(response, view));
}

int Run(Session& session, const Options& options) {
  v1::Organization organization;
  if (!session.GetOrganization(organization)) return session.exit_code();
  ForecastView view;
  view.fiscal_year_start_month = organization.fiscal_year_start_month();
  if (!absl::LoadTimeZone(organization.time_zone(), &view.zone)) {
    return session.Fail(kFailure, absl::StrCat("the time zone ", organization.time_zone(),
                                               " is not known on this machine"));
  }
  v1::ForecastAttainmentRequest request;
  request.set_parent(organization.name());
  for (const std::string& rep : options.reps) {
    request.add_reps(ResourceName(organization.name(), "reps", rep));
  }
  for (const std::string& team : options.teams) {
    request.add_teams(ResourceName(organization.name(), "teams", team));
  }
  request.set_period(options.period);
  if (!options.measure.empty()) {
    request.set_measure(options.measure == "amount" ? v1::AMOUNT : v1::UNITS);
  }
  if (!options.as_of.empty()) {
    int64_t time_us = 0;
    if (!TimeParser(view.zone).Parse(options.as_of, time_us)) {
      return session.Fail(
          kUsage, absl::StrCat("--as-of must be ", kTimeAllowed, "; got \"", options.as_of, "\""));
    }
    const absl::Time time = absl::FromUnixMicros(time_us);
    request.mutable_as_of()->set_seconds(absl::ToUnixSeconds(time));
    request.mutable_as_of()->set_nanos(static_cast<int32_t>(
        absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(absl::ToUnixSeconds(time)))));
  }
  request.set_precision_pp(options.precision_pp);
  request.set_trial_count(options.trial_count);
  if (options.seed->count() > 0) request.set_seed(options.seed_value);

  v1::ForecastAttainmentResponse response;
  const auto stub = v1::ForecastService::NewStub(session.connection().channel());
  const grpc::Status status = session.connection().Call(
      *stub, &v1::ForecastService::Stub::ForecastAttainment, request, response);
  if (!status.ok()) return session.Fail(status);
  for (const v1::ForecastWarning& warning : response.warnings()) {
    Note(absl::StrCat("warning: ", warning.message()));
  }
  if (!session.is_json() && !session.is_csv()) {
    view.display_names = DisplayNames(session.connection(), organization.name());
  }
  return Print(session, response, std::move(view));
}

}  // namespace

void AddForecastCommand(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("forecast", "The chance of hitting each quota");
  const auto options = std::make_shared<Options>();
  command->add_option("--rep", options->reps, "Only these reps (default: all with a quota)");
  command->add_option("--team", options->teams, "Also the reps of these teams and those below");
  command->add_option("--period", options->period,
                      "2026-Q1, 2026-03, 2026-W10 or 2026-03-02..2026-03-30, the end not included\n"
                      "(default: the period of each quota that is running)");
  command->add_option("--measure", options->measure, "amount or units (default: both)")
      ->check(CLI::IsMember({"amount", "units"}));
  command->add_option("--as-of", options->as_of,
                      "Answer from what happened before this time, such as 2026-03-18 or\n"
                      "2026-03-18T12:00:00+01:00 (default: now)");
  CLI::Option* trials = command->add_option("--trials", options->trial_count,
                                            "Simulated endings of a period, 100 to 10000000 "
                                            "(default: 10000)");
  command
      ->add_option("--precision", options->precision_pp,
                   "Simulate until the error of each chance is at most so many points, 0.05 to 10")
      ->excludes(trials);
  options->seed = command->add_option("--seed", options->seed_value,
                                      "Of the random numbers; the same gives the same answer");
  command->footer(
      "Sorted by what needs attention: the lowest chance first. The same data, options and seed\n"
      "give the same answer.\n"
      "\nExamples:\n  quotacast --org acme forecast\n"
      "  quotacast --org acme forecast --team north --period 2026-Q1 --measure amount\n"
      "  quotacast --org acme forecast --rep anna-visser --as-of 2026-03-18 -o json");
  command->callback([&session, options] {
    session.action = [&session, options] { return Run(session, *options); };
  });
}

}  // namespace quotacast::client
