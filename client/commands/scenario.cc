#include <map>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/changes.h"
#include "client/commands/commands.h"
#include "client/commands/selection.h"
#include "client/exit_code.h"
#include "client/scenario_text.h"
#include "quotacast/v1/planning_service.grpc.pb.h"
#include "quotacast/v1/scenario_service.grpc.pb.h"

namespace quotacast::client {
namespace {

struct Options {
  Selection selection;
  int64_t trial_count = 0;
  CLI::Option* seed = nullptr;
  uint64_t seed_value = 1;
  std::vector<std::pair<std::string, std::string>> changes;  // Flag and text, in their order.
  std::vector<std::string> given;  // Written by those flags, read by none.
  double target_probability = .8;
  std::string activity = "call";
};

void AddSimulationOptions(CLI::App& command, Options& options) {
  command.add_option("--trials", options.trial_count,
                     "Simulated endings of a period, 100 to 1000000 (default: 10000)");
  options.seed = command.add_option("--seed", options.seed_value,
                                    "Of the random numbers; the same gives the same answer");
}

// The organization and how to show it; false, with the reason said, where it cannot be had.
bool Open(Session& session, v1::Organization& organization, ForecastView& view, int& exit_code) {
  if (!session.GetOrganization(organization)) {
    exit_code = session.exit_code();
    return false;
  }
  view.fiscal_year_start_month = organization.fiscal_year_start_month();
  exit_code = kFailure;
  return LoadZone(organization, view.zone);
}

template <typename Request>
bool FillSimulation(const Options& options, absl::TimeZone zone, Request& request) {
  request.set_period(options.selection.period);
  if (MeasureOf(options.selection) != v1::MEASURE_UNSPECIFIED) {
    request.set_measure(MeasureOf(options.selection));
  }
  request.set_trial_count(options.trial_count);
  if (options.seed->count() > 0) request.set_seed(options.seed_value);
  return options.selection.as_of.empty() ||
         ReadAsOf(options.selection, zone, *request.mutable_as_of());
}

bool FillQuotas(const Options& options, const std::string& organization, absl::TimeZone zone,
                v1::QuotaSelection& selection) {
  for (const std::string& rep : options.selection.reps) {
    selection.add_reps(ResourceName(organization, "reps", rep));
  }
  for (const std::string& team : options.selection.teams) {
    selection.add_teams(ResourceName(organization, "teams", team));
  }
  return FillSimulation(options, zone, selection);
}

void PrepareView(Session& session, const std::string& organization, ForecastView& view) {
  view.display_names = DisplayNames(session.connection(), organization);
  view.width = TerminalWidth();
  view.color = session.Colored();
}

// The scenarios of the command line: one, and another for each --scenario after a change.
absl::Status ReadScenarios(const Options& options, const std::string& organization,
                           v1::SimulateScenariosRequest& request) {
  v1::Scenario* scenario = request.add_scenarios();
  for (const auto& [flag, text] : options.changes) {
    if (flag == "scenario") {
      if (scenario->changes_size() > 0) scenario = request.add_scenarios();
      scenario->set_name(text);
      continue;
    }
    auto change = ParseChange(flag, text, organization);
    if (!change.ok()) return change.status();
    *scenario->add_changes() = *std::move(change);
  }
  return absl::OkStatus();
}

int RunWhatIf(Session& session, const Options& options) {
  v1::Organization organization;
  ForecastView view;
  int exit_code = 0;
  if (!Open(session, organization, view, exit_code)) return exit_code;
  v1::SimulateScenariosRequest request;
  request.set_parent(organization.name());
  if (!FillQuotas(options, organization.name(), view.zone, *request.mutable_selection())) {
    return kUsage;
  }
  const absl::Status read = ReadScenarios(options, organization.name(), request);
  if (!read.ok()) return session.Fail(kUsage, std::string(read.message()));
  v1::SimulateScenariosResponse response;
  const auto stub = v1::ScenarioService::NewStub(session.connection().channel());
  const grpc::Status status = session.connection().Call(
      *stub, &v1::ScenarioService::Stub::SimulateScenarios, request, response);
  if (!status.ok()) return session.Fail(status);
  for (const v1::ForecastWarning& warning : response.warnings()) {
    Note(absl::StrCat("warning: ", warning.message()));
  }
  if (session.is_json()) return session.Print(response);
  if (session.is_csv()) return session.Print(ScenarioCsv(response));
  PrepareView(session, organization.name(), view);
  return session.Print(ScenarioText(response, view));
}

int RunDeals(Session& session, const Options& options) {
  v1::Organization organization;
  ForecastView view;
  int exit_code = 0;
  if (!Open(session, organization, view, exit_code)) return exit_code;
  v1::AnalyzeDealsRequest request;
  request.set_parent(organization.name());
  if (!FillQuotas(options, organization.name(), view.zone, *request.mutable_selection())) {
    return kUsage;
  }
  v1::AnalyzeDealsResponse response;
  const auto stub = v1::ScenarioService::NewStub(session.connection().channel());
  const grpc::Status status =
      session.connection().Call(*stub, &v1::ScenarioService::Stub::AnalyzeDeals, request, response);
  if (!status.ok()) return session.Fail(status);
  if (session.is_json()) return session.Print(response);
  if (session.is_csv()) return session.Print(DealsCsv(response));
  PrepareView(session, organization.name(), view);
  return session.Print(DealsText(response, view));
}

int RunPlan(Session& session, const Options& options) {
  v1::Organization organization;
  ForecastView view;
  int exit_code = 0;
  if (!Open(session, organization, view, exit_code)) return exit_code;
  v1::PlanActivityRequest request;
  request.set_parent(organization.name());
  if (options.selection.reps.size() + options.selection.teams.size() != 1) {
    return session.Fail(kUsage, "plan takes one --rep or one --team");
  }
  if (!options.selection.reps.empty()) {
    request.set_rep(ResourceName(organization.name(), "reps", options.selection.reps.front()));
  } else {
    request.set_team(ResourceName(organization.name(), "teams", options.selection.teams.front()));
  }
  request.set_target_probability(options.target_probability);
  if (options.activity == "opportunity") {
    request.set_lever(v1::NEW_OPPORTUNITIES);
  } else {
    request.set_lever(options.activity == "follow_up" ? v1::FOLLOW_UPS : v1::PROSPECTING);
    request.set_activity(ActivityTypeOf(options.activity));
  }
  if (!FillSimulation(options, view.zone, request)) return kUsage;
  v1::PlanActivityResponse response;
  const auto stub = v1::PlanningService::NewStub(session.connection().channel());
  const grpc::Status status =
      session.connection().Call(*stub, &v1::PlanningService::Stub::PlanActivity, request, response);
  if (!status.ok()) return session.Fail(status);
  if (session.is_json()) return session.Print(response);
  if (session.is_csv()) return session.Print(PlanCsv(response));
  PrepareView(session, organization.name(), view);
  return session.Print(PlanText(response, view));
}

// Keeps what was given for the flags of changes, in the order of the command line.
void CollectChanges(const CLI::App& command, Options& options) {
  std::map<const CLI::Option*, size_t> used;
  options.changes.clear();
  for (const CLI::Option* option : command.parse_order()) {
    const std::string flag = option->get_lnames().empty() ? "" : option->get_lnames().front();
    const size_t index = used[option]++;
    if (flag != "scenario" && !IsChangeFlag(flag)) continue;
    options.changes.emplace_back(flag, option->results()[index]);
  }
}

}  // namespace

void AddWhatIfCommand(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("whatif", "The chances if something were different");
  const auto options = std::make_shared<Options>();
  AddSelectionOptions(*command, options->selection);
  AddMeasureOption(*command, options->selection, "both");
  AddSimulationOptions(*command, *options);
  const std::pair<const char*, const char*> flags[] = {
      {"--activity", "More or less of an activity: call=+20%, call=x1.2, call=25 (a week)"},
      {"--conversion", "Conversion of a stage: proposal=+5pp, proposal=x1.2"},
      {"--speed", "Speed of a stage: proposal=x1.5"},
      {"--win", "An open deal is won now"},
      {"--lose", "An open deal is lost now"},
      {"--move", "An open deal goes to another rep: DEAL=REP"},
      {"--slip", "Nothing happens to an open deal before a day: DEAL=2026-04-15"},
      {"--amount", "An open deal is for another amount: DEAL=25000"},
      {"--new", "A new deal of the selected rep enters a stage: proposal=25000"},
      {"--quota", "Another quota of each selected rep"},
      {"--days-off", "Days without work: 2026-04-06..2026-04-11, the end not included"},
      {"--rep-leaves", "A rep leaves: REP=2026-04-01"},
      {"--scenario", "Names the scenario; after a change it begins another"}};
  for (const auto& [name, description] : flags) {
    command->add_option(name, options->given, description)->allow_extra_args(false);
  }
  command->footer(
      "All changes together are one scenario; what it changes is compared over the same simulated\n"
      "endings, so small differences show. Activity: built on what went together with it in the\n"
      "records, which is no proof of what more of it would bring.\n"
      "\nExamples:\n  quotacast --org acme whatif --rep eva --activity call=+20%\n"
      "  quotacast --org acme whatif --team north --conversion proposal=+5pp --measure amount\n"
      "  quotacast --org acme whatif --rep eva --scenario good --win OP-7 --scenario bad --lose "
      "OP-7");
  command->callback([&session, options, command] {
    CollectChanges(*command, *options);
    session.action = [&session, options] { return RunWhatIf(session, *options); };
  });
}

void AddDealsCommand(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("deals", "What each open deal is worth to the quota");
  const auto options = std::make_shared<Options>();
  AddSelectionOptions(*command, options->selection);
  AddMeasureOption(*command, options->selection, "both");
  AddSimulationOptions(*command, *options);
  command->footer(
      "The deals that matter most first: the chance of the quota if a deal is won, and if it is\n"
      "lost.\n"
      "\nExample:\n  quotacast --org acme deals --rep eva --measure amount");
  command->callback([&session, options] {
    session.action = [&session, options] { return RunDeals(session, *options); };
  });
}

void AddPlanCommand(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("plan", "The activity that brings a chance to a target");
  const auto options = std::make_shared<Options>();
  AddSelectionOptions(*command, options->selection);
  AddMeasureOption(*command, options->selection, "amount, where there is such a quota");
  AddSimulationOptions(*command, *options);
  command->add_option("--target-probability", options->target_probability,
                      "The chance to reach, above 0 and below 1 (default: 0.8)");
  command
      ->add_option("--activity", options->activity,
                   "call, email, meeting, other: a week; follow_up: a week on each open deal;\n"
                   "opportunity: new ones a week (default: call)")
      ->check(CLI::IsMember({"call", "email", "meeting", "other", "follow_up", "opportunity"}));
  command->footer(
      "One --rep, or one --team for the team's total with every rep on the same level.\n"
      "\nExample:\n  quotacast --org acme plan --rep eva --target-probability 0.8 --activity call");
  command->callback([&session, options] {
    session.action = [&session, options] { return RunPlan(session, *options); };
  });
}

}  // namespace quotacast::client
