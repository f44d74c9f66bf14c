#include <memory>
#include <string>

#include "client/changes.h"
#include "client/commands/commands.h"
#include "client/commands/simulation_options.h"
#include "client/exit_code.h"
#include "client/planning_text.h"
#include "quotacast/v1/planning_service.grpc.pb.h"

namespace quotacast::client {
namespace {

struct PlanOptions {
  SimulationOptions simulation;
  double target_probability = .8;
  std::string activity = "call";
  bool each = false;
};

struct QuotaOptions {
  SimulationOptions simulation;
  double total = 0;
  double chance = 0;
  CLI::Option* total_option = nullptr;
  CLI::Option* chance_option = nullptr;
};

template <typename Request>
void FillPlan(const PlanOptions& options, Request& request) {
  request.set_target_probability(options.target_probability);
  if (options.activity == "opportunity") {
    request.set_lever(v1::NEW_OPPORTUNITIES);
    return;
  }
  if (options.activity == "follow_up") request.set_lever(v1::FOLLOW_UPS);
  request.set_activity(ActivityTypeOf(options.activity));
}

int RunPlanOfEach(Session& session, const PlanOptions& options,
                  const v1::Organization& organization, ForecastView view) {
  v1::PlanRepsRequest request;
  request.set_parent(organization.name());
  FillPlan(options, request);
  if (!FillQuotas(options.simulation, organization.name(), view.zone,
                  *request.mutable_selection())) {
    return kUsage;
  }
  v1::PlanRepsResponse response;
  const auto stub = v1::PlanningService::NewStub(session.connection().channel());
  const grpc::Status status =
      session.connection().Call(*stub, &v1::PlanningService::Stub::PlanReps, request, response);
  if (!status.ok()) return session.Fail(status);
  if (session.is_json()) return session.Print(response);
  if (session.is_csv()) return session.Print(PlansCsv(response));
  PrepareView(session, organization.name(), view);
  return session.Print(PlansText(response, view));
}

int RunPlan(Session& session, const PlanOptions& options) {
  v1::Organization organization;
  ForecastView view;
  int exit_code = 0;
  if (!OpenOrganization(session, organization, view, exit_code)) return exit_code;
  if (options.each) return RunPlanOfEach(session, options, organization, view);
  const Selection& selection = options.simulation.selection;
  if (selection.reps.size() + selection.teams.size() != 1) {
    return session.Fail(kUsage, "plan takes one --rep or one --team, or --each");
  }
  v1::PlanActivityRequest request;
  request.set_parent(organization.name());
  if (!selection.reps.empty()) {
    request.set_rep(ResourceName(organization.name(), "reps", selection.reps.front()));
  } else {
    request.set_team(ResourceName(organization.name(), "teams", selection.teams.front()));
  }
  FillPlan(options, request);
  if (!FillSimulation(options.simulation, view.zone, request)) return kUsage;
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

int RunSuggestQuotas(Session& session, const QuotaOptions& options) {
  if (options.total_option->count() + options.chance_option->count() == 0) {
    return session.Fail(kUsage, "suggest-quotas takes --total or --chance");
  }
  v1::Organization organization;
  ForecastView view;
  int exit_code = 0;
  if (!OpenOrganization(session, organization, view, exit_code)) return exit_code;
  v1::SuggestQuotasRequest request;
  request.set_parent(organization.name());
  if (options.total_option->count() > 0) {
    request.set_total(options.total);
  } else {
    request.set_attainment_probability(options.chance);
  }
  if (!FillQuotas(options.simulation, organization.name(), view.zone,
                  *request.mutable_selection())) {
    return kUsage;
  }
  v1::SuggestQuotasResponse response;
  const auto stub = v1::PlanningService::NewStub(session.connection().channel());
  const grpc::Status status = session.connection().Call(
      *stub, &v1::PlanningService::Stub::SuggestQuotas, request, response);
  if (!status.ok()) return session.Fail(status);
  if (session.is_json()) return session.Print(response);
  if (session.is_csv()) return session.Print(QuotasCsv(response));
  PrepareView(session, organization.name(), view);
  return session.Print(QuotasText(response, view));
}

}  // namespace

void AddPlanCommand(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("plan", "The activity that brings a chance to a target");
  const auto options = std::make_shared<PlanOptions>();
  AddSimulationOptions(*command, options->simulation, "amount, where there is such a quota");
  command->add_option("--target-probability", options->target_probability,
                      "The chance to reach, above 0 and below 1 (default: 0.8)");
  command
      ->add_option("--activity", options->activity,
                   "call, email, meeting, other: a week (on each open deal, where all of them\n"
                   "are about open deals); follow_up: a week on each open deal;\n"
                   "opportunity: new ones a week (default: call)")
      ->check(CLI::IsMember({"call", "email", "meeting", "other", "follow_up", "opportunity"}));
  command->add_flag("--each", options->each, "A plan for each selected rep, or for every rep");
  command->footer(
      "One --rep, or one --team for the team's total with every rep on the same level; with "
      "--each\n"
      "a line for every rep.\n"
      "\nExamples:\n"
      "  quotacast --org acme plan --rep eva --target-probability 0.8 --activity call\n"
      "  quotacast --org acme plan --team north --each --activity opportunity");
  command->callback([&session, options] {
    session.action = [&session, options] { return RunPlan(session, *options); };
  });
}

void AddSuggestQuotasCommand(CLI::App& app, Session& session) {
  CLI::App* command =
      app.add_subcommand("suggest-quotas", "Quotas that give every rep the same chance");
  const auto options = std::make_shared<QuotaOptions>();
  AddSimulationOptions(*command, options->simulation, "amount");
  command->get_option("--period")->required();
  options->total_option = command->add_option("--total", options->total,
                                              "Split this so that every rep has the same chance");
  options->chance_option = command->add_option("--chance", options->chance,
                                               "The quota that each rep can carry at this chance");
  options->total_option->excludes(options->chance_option);
  command->footer(
      "Nothing is stored. In the middle of a period what is booked counts.\n"
      "\nExamples:\n"
      "  quotacast --org acme suggest-quotas --period 2026-Q2 --team north --total 900000\n"
      "  quotacast --org acme suggest-quotas --period 2026-Q2 --chance 0.6");
  command->callback([&session, options] {
    session.action = [&session, options] { return RunSuggestQuotas(session, *options); };
  });
}

}  // namespace quotacast::client
