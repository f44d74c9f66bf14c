#ifndef QUOTACAST_CLIENT_COMMANDS_SIMULATION_OPTIONS_H_
#define QUOTACAST_CLIENT_COMMANDS_SIMULATION_OPTIONS_H_

// What the commands that simulate changes and plans have in common: which quotas, how many trials.

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "client/commands/selection.h"
#include "client/forecast_text.h"
#include "client/session.h"
#include "quotacast/v1/organization.pb.h"
#include "quotacast/v1/scenario_service.pb.h"

namespace quotacast::client {

struct SimulationOptions {
  Selection selection;
  int64_t trial_count = 0;
  CLI::Option* seed = nullptr;
  uint64_t seed_value = 1;
};

// Adds --rep, --team, --period, --as-of, --measure (`preset` says what holds without it), --trials
// and --seed.
void AddSimulationOptions(CLI::App& command, SimulationOptions& options, const char* preset);

// The organization and how to show it; false, with the reason said, where it cannot be had.
bool OpenOrganization(Session& session, v1::Organization& organization, ForecastView& view,
                      int& exit_code);

// Puts period, measure, trials, seed and as-of into a request that has them. False as ReadAsOf.
template <typename Request>
bool FillSimulation(const SimulationOptions& options, absl::TimeZone zone, Request& request) {
  request.set_period(options.selection.period);
  if (MeasureOf(options.selection) != v1::MEASURE_UNSPECIFIED) {
    request.set_measure(MeasureOf(options.selection));
  }
  request.set_trial_count(options.trial_count);
  if (options.seed->count() > 0) request.set_seed(options.seed_value);
  return options.selection.as_of.empty() ||
         ReadAsOf(options.selection, zone, *request.mutable_as_of());
}

// The same with reps and teams. `organization` is its resource name.
bool FillQuotas(const SimulationOptions& options, const std::string& organization,
                absl::TimeZone zone, v1::QuotaSelection& selection);

// Names for people, and the terminal.
void PrepareView(Session& session, const std::string& organization, ForecastView& view);

}  // namespace quotacast::client

#endif  // QUOTACAST_CLIENT_COMMANDS_SIMULATION_OPTIONS_H_
