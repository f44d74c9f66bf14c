#include "client/commands/simulation_options.h"

#include "client/exit_code.h"
#include "client/table.h"

namespace quotacast::client {

void AddSimulationOptions(CLI::App& command, SimulationOptions& options, const char* preset) {
  AddSelectionOptions(command, options.selection);
  AddMeasureOption(command, options.selection, preset);
  command
      .add_option("--trials", options.trial_count, "Simulated endings of a period (default: 10000)")
      ->check(CLI::Range(100, 1'000'000));
  options.seed = command.add_option("--seed", options.seed_value,
                                    "Of the random numbers; the same gives the same answer");
}

bool OpenOrganization(Session& session, v1::Organization& organization, ForecastView& view,
                      int& exit_code) {
  if (!session.GetOrganization(organization)) {
    exit_code = session.exit_code();
    return false;
  }
  view.fiscal_year_start_month = organization.fiscal_year_start_month();
  exit_code = kFailure;
  return LoadZone(organization, view.zone);
}

bool FillQuotas(const SimulationOptions& options, const std::string& organization,
                absl::TimeZone zone, v1::QuotaSelection& selection) {
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

}  // namespace quotacast::client
