#ifndef QUOTACAST_SERVER_METRICS_OPPORTUNITY_OUTLOOK_H_
#define QUOTACAST_SERVER_METRICS_OPPORTUNITY_OUTLOOK_H_

// Every open opportunity beside those that were won from where it is.

#include <functional>
#include <vector>

#include "server/metrics/journey.h"
#include "server/metrics/rates.h"
#include "server/metrics/stage_index.h"
#include "simulation/fitted_model.h"
#include "simulation/history.h"
#include "simulation/periods.h"

namespace quotacast::metrics {

enum class Standing : uint8_t { kUsual, kPromising, kEmpty };

// At most this share of those won stayed as long in the stage as an empty one has, of at least so
// many.
inline constexpr double kEmptyShare = 0.05;
inline constexpr double kFewestWon = 20;
// A promising one is so many times as likely to be won as open ones are on average.
inline constexpr double kPromisingFactor = 2;

struct OpportunityOutlook {
  int32_t opportunity = 0;
  int32_t rep = simulation::kNone;
  size_t stage = 0;  // StageIndex number.
  double age_days = 0;
  int64_t amount_micros = 0;
  // Of the opportunities won in the 365 days before that had been in the stage, those that stayed
  // there at least as long (all their stays together), and the median of all their days.
  Counts won_stayed_as_long;
  double won_median_days = 0;
  double win_chance = 0;  // In the rest of the period.
  double weight = 0;      // Share won of those that reached the stage, in the 365 days before.
  Standing standing = Standing::kUsual;
};

// Of every open opportunity in an open stage as of an instant, in the order of the history.
// `win_chances` are those of model.open, by index.
std::vector<OpportunityOutlook> OutlooksOf(const simulation::History& history,
                                           const StageIndex& stages,
                                           const simulation::FittedModel& model,
                                           const std::vector<double>& win_chances, int64_t as_of_us,
                                           int thread_count);

// The chance of each of model.open to be won in what of the period lies ahead: the mean over
// kChanceBlocks blocks of the draws that a forecast makes, by its seed. 0 for those of nobody. The
// period must end after the model's day. Polls `cancelled` for each rep, and then returns early.
inline constexpr int kChanceBlocks = 4;
std::vector<double> WinChances(const simulation::FittedModel& model, simulation::Period period,
                               uint64_t seed, int thread_count,
                               const std::function<bool()>& cancelled);

}  // namespace quotacast::metrics

#endif  // QUOTACAST_SERVER_METRICS_OPPORTUNITY_OUTLOOK_H_
