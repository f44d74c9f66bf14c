#ifndef QUOTACAST_SIMULATION_FITTED_MODEL_H_
#define QUOTACAST_SIMULATION_FITTED_MODEL_H_

// What was learnt from a history as of an instant, and the state it left: all that a forecast
// needs.
//
// A *cell* is an open stage of a pipeline; an open opportunity is in a cell at an age, the days
// since the day on which it entered (0 on that day). It leaves by a *cause*, one for each possible
// next stage. On day t at age a the cause k of cell s has the daily hazard
//
//   h = hazard[bucket(a)] * weekday[t] * month_of_quarter[t] * theta[rep] * rep shock * company
//   shock
//
// and P(leaves on the day) = 1 - exp(-sum_k h), by cause k with probability h_k / sum_k h. A day of
// which only the fraction f lies ahead (the first, see first_day_fraction) has f times the hazards.
// Of what is in a cell a share may never leave it (Cell::cure_fractions); the hazards are those of
// the rest.
//
// A cause that leads forward (to a later open stage of the pipeline) continues on the same day at
// age 0 of the next cell; one that leads backward continues on the next day at age 1. Won and lost
// end it.
//
// Every parameter is a posterior, from which a forecast draws once per parameter draw,
// independently: hazard ~ Gamma(shape, rate) by bucket, log factor ~ Normal(mean_log, variance_log)
// by class, theta ~ Gamma(shape, rate) by rep. Shocks ~ Gamma(k, k), one for each (cause, cell) and
// for each (rep, cause, cell), constant over the rest of the period (ModelOptions).

#include <array>
#include <compare>
#include <cstdint>
#include <initializer_list>
#include <vector>

#include "simulation/calendar.h"
#include "simulation/daily_bookings.h"
#include "simulation/history.h"
#include "simulation/model_options.h"

namespace quotacast::simulation {

// Gamma distribution by shape and rate; mean shape / rate.
struct GammaPosterior {
  double shape = 0;
  double rate = 0;
};

// Posteriors of the logarithms of multiplicative factors, one for each class of days.
template <int kClassCount>
struct LogFactors {
  std::array<double, kClassCount> mean_log{};
  std::array<double, kClassCount> variance_log{};
};

struct Cause {
  int16_t next_stage = 0;               // Index into the pipeline's stages.
  std::vector<GammaPosterior> hazards;  // By age bucket; per day.
  LogFactors<kWeekdayCount> weekday;
  LogFactors<kMonthOfQuarterCount> month_of_quarter;
  std::vector<GammaPosterior> reps;  // theta, by rep; mean 1 where a rep has no record.
  double events = 0;                 // Recency-weighted events it was estimated from.
};

struct Cell {
  int32_t pipeline = 0;
  int16_t stage = 0;
  uint64_t key = 0;               // Natural key of the stage, for the random numbers.
  Day observed_from = INT32_MIN;  // First day whose exits could be observed.
  std::vector<Cause> causes;
  // By age bucket, the share of what is there that will never leave; what enters takes that of the
  // first. Empty: none.
  std::vector<double> cure_fractions;
  // The share that may leave.
  double MayLeave(int bucket) const {
    return cure_fractions.empty() ? 1 : 1 - cure_fractions[static_cast<size_t>(bucket)];
  }
};

// What an opportunity was when it was won; in order by amount, then units.
struct WonSize {
  int64_t amount_micros = 0;
  int64_t units = 0;
  auto operator<=>(const WonSize&) const = default;
};

// Sizes to be drawn again, each equally likely: ascending by amount, then units.
class WonSizes {
 public:
  WonSizes() = default;
  explicit WonSizes(std::vector<WonSize> sizes);
  WonSizes(std::initializer_list<WonSize> sizes) : WonSizes(std::vector<WonSize>(sizes)) {}
  const std::vector<WonSize>& sizes() const { return sizes_; }
  bool empty() const { return sizes_.empty(); }
  // In micro units or pieces; 0 where empty.
  double mean(Measure measure) const { return means_[static_cast<size_t>(measure)]; }
  bool equal(Measure measure) const { return equal_[static_cast<size_t>(measure)]; }

 private:
  std::vector<WonSize> sizes_;
  std::array<double, 2> means_{};
  std::array<bool, 2> equal_ = {true, true};
};

// Ratios to be drawn again, each equally likely; ascending.
class Ratios {
 public:
  Ratios() = default;
  explicit Ratios(std::vector<double> ratios);
  Ratios(std::initializer_list<double> ratios) : Ratios(std::vector<double>(ratios)) {}
  const std::vector<double>& ratios() const { return ratios_; }
  bool empty() const { return ratios_.empty(); }
  double mean() const { return mean_; }  // 0 where empty.

 private:
  std::vector<double> ratios_;
  double mean_ = 0;
};

// A pipeline's opportunities not yet created. On day t a rep creates Poisson(nu * weekday[t] *
// shocks) of them; nu ~ reps[rep]; shocks of rep and company ~ Gamma(k, k), constant over the rest
// of the period. They start in stage s, at age 0 of the cell of stage s with probability
// entry_share[s].
struct Arrivals {
  LogFactors<kWeekdayCount> weekday;
  std::vector<GammaPosterior> reps;  // By rep, per day; shape 0: creates none.
  std::vector<double> entry_share;   // By stage of the pipeline; sums to 1.
  // Sizes of past wins. A future win of a rep with n own ones takes one of those with probability
  // n / (n + own_amount_wins), else one of the company's, each equally likely.
  WonSizes company_sizes;
  std::vector<WonSizes> rep_sizes;  // By rep.
};

struct FittedPipeline {
  uint64_t key = 0;
  std::vector<int32_t>
      cell_of_stage;  // Index into FittedModel::cells; kNone for won and lost stages.
  std::vector<StageKind> stage_kinds;
  Arrivals arrivals;
};

// Ratios of the amount obtained to the amount known just before the win. An open opportunity of a
// label with n wins takes one of the label's with probability n / (n + own_amount_wins), else one
// of all; all equal to 1 where amounts never change at the win.
struct AmountRatios {
  Ratios all;                    // Empty: ratio 1.
  std::vector<Ratios> by_label;  // By label.
};

struct OpenOpportunity {
  uint64_t key = 0;         // Natural key, for the random numbers.
  int32_t opportunity = 0;  // Index into History::opportunities.
  int32_t rep = kNone;
  int32_t cell = 0;
  int32_t label = kNone;
  Day entry_day = 0;  // Day on which it entered its stage.
  int64_t amount_micros = 0;
  int64_t units = 0;
};

// From `from` on the rep creates `factor` times as much: a what-if.
struct CreationChange {
  Day from = 0;
  double factor = 1;  // >= 0.
};

struct FittedRep {
  uint64_t key = 0;
  int32_t team = kNone;
  Day start_day = INT32_MIN;   // Creates nothing before it; INT32_MIN where unknown.
  Day end_day = INT32_MAX;     // Creates nothing from it on.
  Day first_seen = INT32_MAX;  // First day of any opportunity of theirs; INT32_MAX where none.
  std::vector<CreationChange> creation_changes = {};
};

struct FittedModel {
  ModelOptions options;            // As used: the shapes of shocks on arrivals as estimated.
  std::vector<int> bucket_starts;  // As used.
  FiscalCalendar calendar;
  int64_t as_of_us = 0;
  Day as_of_day = 0;              // The day on which as_of falls: the first day ahead.
  double first_day_fraction = 1;  // What of it is ahead: 1 at midnight.
  Day first_day = 0;              // The first day with an event or a created opportunity.
  std::vector<Cell> cells;
  std::vector<FittedPipeline> pipelines;
  std::vector<FittedRep> reps;
  std::vector<int32_t> team_parents;  // By team; kNone at the root.
  AmountRatios ratios;
  std::vector<OpenOpportunity> open;
  std::vector<DailyBookings> bookings;  // As of the instant: of amounts, of units.
};

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_FITTED_MODEL_H_
