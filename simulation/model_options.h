#ifndef QUOTACAST_SIMULATION_MODEL_OPTIONS_H_
#define QUOTACAST_SIMULATION_MODEL_OPTIONS_H_

// Every constant of the statistical model, with the reason for its default. Evidence:
// docs/model.md.

#include <vector>

#include "absl/status/status.h"

namespace quotacast::simulation {

struct ModelOptions {
  // First age, in days, of each bucket in which a hazard is constant; increasing, from 0. Fine
  // where most happens, coarse where few are left.
  std::vector<int> bucket_starts = {0,  1,  2,  3,  5,   7,   10,  14,  21,
                                    30, 45, 60, 90, 120, 150, 180, 270, 360};
  // A record counts half when it is so many days old; > 0. Shorter follows a drifting business,
  // longer wastes less. Creations come in waves that a short memory takes for a drift.
  double hazard_half_life_days = 45;
  double arrival_half_life_days = 90;
  // Weight of the prior of a hazard in a bucket: so many events at the rate of all ages together;
  // and days of exposure that pull that rate towards 0.
  double bucket_prior_events = 0.5;
  double cause_prior_exposure_days = 15;
  // How many exits must have been expected beyond the last age of an exit, and not come, for half
  // of what is left there to be taken for cured (cure_fit.h); > 0. Infinite: nothing is.
  double cure_prior_events = 10;
  // Between-class effects: off fixes every factor at 1.
  bool weekday_factors = true;
  bool month_of_quarter_factors = true;
  bool age_buckets = true;  // Off: one bucket for all ages.
  // Variance of the logarithm of what one calendar month does by itself, so that a month seen once
  // does not pass for a pattern.
  double month_of_quarter_noise = 0.01;
  int sweep_count = 6;  // Over the factors, each given the others; the changes are then < 1e-3.
  // Expected events at which a rep's own record weighs as much as the company's; > 0. Infinite: no
  // rep effects.
  double rep_credibility_events = 20;
  // Shapes of the Gamma(k, k) shocks on the hazards, by cause and stage, over the rest of the
  // period: of a rep and of the whole company. Infinite: none.
  double rep_shock_shape = 40;
  double company_shock_shape = 20;
  bool parameter_uncertainty = true;  // Off: every draw uses the posterior means.
  // Arrivals per rep: Gamma(prior, prior / company rate) before the rep's own record (4: reps
  // differ by half their mean); shocks Gamma(k, k) of a rep and of the company.
  bool arrivals = true;  // Off: nothing is expected from opportunities not yet created.
  double arrival_prior_events = 4;
  double arrival_rep_shock_shape = 2;
  double arrival_company_shock_shape = 30;
  // Weight of these two shapes against what the past shows, in stretches; > 0. Infinite: they are
  // taken as they are.
  double arrival_shock_prior_stretches = 20;
  // How long a shock of the past is thought to have lasted; > 0, at least a day is used. What
  // happened in each such stretch carries one shock.
  double shock_days = 60;
  // Wins at which a rep's own past amounts are used as often as the company's; the same for the
  // ratios of a label.
  double own_amount_wins = 10;
  // Observation starts at the first exit ever seen in a pipeline where the fitted hazards would
  // have expected more exits than this before it: exits were then not recorded (left truncation).
  double unseen_exits_limit = 10;
  // 25 and 26 December and 1 January count as Sundays.
  bool holidays = false;
};

// INVALID_ARGUMENT naming the first option out of range.
absl::Status ValidateModelOptions(const ModelOptions& options);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_MODEL_OPTIONS_H_
