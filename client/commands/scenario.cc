#include <map>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/changes.h"
#include "client/commands/commands.h"
#include "client/commands/simulation_options.h"
#include "client/exit_code.h"
#include "client/scenario_text.h"
#include "quotacast/v1/scenario_service.grpc.pb.h"

namespace quotacast::client {
namespace {

struct Options {
  SimulationOptions simulation;
  std::vector<std::pair<std::string, std::string>> changes;  // Flag and text, in their order.
  std::vector<std::string> given;  // Written by those flags, read by none.
  std::string from;                // Of why.
};

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
  if (!OpenOrganization(session, organization, view, exit_code)) return exit_code;
  v1::SimulateScenariosRequest request;
  request.set_parent(organization.name());
  if (!FillQuotas(options.simulation, organization.name(), view.zone,
                  *request.mutable_selection())) {
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
  if (!OpenOrganization(session, organization, view, exit_code)) return exit_code;
  v1::AnalyzeDealsRequest request;
  request.set_parent(organization.name());
  if (!FillQuotas(options.simulation, organization.name(), view.zone,
                  *request.mutable_selection())) {
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

int RunWhy(Session& session, const Options& options) {
  v1::Organization organization;
  ForecastView view;
  int exit_code = 0;
  if (!OpenOrganization(session, organization, view, exit_code)) return exit_code;
  v1::ExplainChangeRequest request;
  request.set_parent(organization.name());
  Selection from;
  from.as_of = options.from;
  if (!ReadAsOf(from, view.zone, *request.mutable_from()) ||
      !FillQuotas(options.simulation, organization.name(), view.zone,
                  *request.mutable_selection())) {
    return kUsage;
  }
  v1::ExplainChangeResponse response;
  const auto stub = v1::ScenarioService::NewStub(session.connection().channel());
  const grpc::Status status = session.connection().Call(
      *stub, &v1::ScenarioService::Stub::ExplainChange, request, response);
  if (!status.ok()) return session.Fail(status);
  if (session.is_json()) return session.Print(response);
  if (session.is_csv()) return session.Print(ExplanationCsv(response));
  PrepareView(session, organization.name(), view);
  return session.Print(ExplanationText(response, view));
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
  AddSimulationOptions(*command, options->simulation, "both");
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
      {"--days-off",
       "Days without work, of all selected or one rep: 2026-04-06..2026-04-11, the "
       "end not included, or REP=2026-04-06..2026-04-11"},
      {"--rep-leaves", "A rep leaves: REP=2026-04-01"},
      {"--rep-joins", "A rep joins, who counts in totals: TEAM=2026-04-01, or only the date"},
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
  AddSimulationOptions(*command, options->simulation, "both");
  command->footer(
      "The deals that matter most first: the chance of the quota if a deal is won, and if it is\n"
      "lost.\n"
      "\nExample:\n  quotacast --org acme deals --rep eva --measure amount");
  command->callback([&session, options] {
    session.action = [&session, options] { return RunDeals(session, *options); };
  });
}

void AddWhyCommand(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("why", "Why a chance moved between two times");
  const auto options = std::make_shared<Options>();
  AddSimulationOptions(*command, options->simulation, "both");
  command
      ->add_option("--from", options->from,
                   "The earlier time: 2026-03-01 or an RFC 3339 instant; the later is --as-of")
      ->required();
  command->footer(
      "Splits the change into time passed, won, lost, stage moves, other amounts and owners, new\n"
      "deals, quota and rates estimated anew. The parts add up; each is made on top of those "
      "before\n"
      "it, so what one of them brings depends on their order.\n"
      "\nExamples:\n  quotacast --org acme why --from 2026-03-01 --rep eva --measure amount\n"
      "  quotacast --org acme why --from 2026-03-01 --as-of 2026-03-15 --team north");
  command->callback([&session, options] {
    session.action = [&session, options] { return RunWhy(session, *options); };
  });
}

}  // namespace quotacast::client
