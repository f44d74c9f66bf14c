#include "tests/simulation/worked_company.h"

#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "simulation/estimators.h"
#include "simulation/history.h"
#include "simulation/random.h"

namespace quotacast::simulation {
namespace {

constexpr Day kMonday = 19'723;  // 2024-01-01.
constexpr double kInfinite = std::numeric_limits<double>::infinity();

// A history in which each rep booked `booked` on the Monday before the period's rest begins.
History BookedHistory(int reps, int64_t booked) {
  History history;
  history.pipelines = {{"p", {{"won", StageKind::kWon}}}};
  for (int r = 0; r < reps; ++r) {
    history.reps.push_back({absl::StrCat("rep", r)});
    if (booked == 0) continue;
    history.opportunities.push_back(
        {.id = absl::StrCat("booked", r), .rep = r, .amount_micros = booked, .units = 1});
    history.events.push_back(
        {StartOfDayUs(kMonday - 3, history.time_zone), r, 0, kNone, kUnchanged});
  }
  IndexEvents(history);
  return history;
}

Cause MakeCause(int16_t next_stage, std::vector<double> events, std::vector<double> exposure,
                const LogFactors<kWeekdayCount>& weekday, int reps) {
  Cause cause;
  cause.next_stage = next_stage;
  cause.hazards = BucketHazards(events, exposure, 0.5, 15);
  cause.weekday = weekday;
  cause.reps.assign(reps, {1, 1});
  for (const double count : events) cause.events += count;
  return cause;
}

LogFactors<kWeekdayCount> Weekdays() {
  const std::vector<LogFactor> factors =
      ClassFactors({40, 46, 38, 35, 30, 4, 1}, {28, 27, 28, 27, 28, 28, 28}, {0, 0, 0, 0, 0, 0, 0});
  LogFactors<kWeekdayCount> weekday;
  for (int i = 0; i < kWeekdayCount; ++i) {
    weekday.mean_log[i] = factors[i].mean;
    weekday.variance_log[i] = factors[i].variance;
  }
  return weekday;
}

}  // namespace

FittedModel WorkedCase(const WorkedCaseOptions& options) {
  FittedModel model;
  model.options.parameter_uncertainty = false;
  model.options.rep_shock_shape = model.options.company_shock_shape = kInfinite;
  model.options.arrival_rep_shock_shape = model.options.arrival_company_shock_shape = kInfinite;
  model.bucket_starts = {0, 7, 14};
  model.options.bucket_starts = model.bucket_starts;
  model.as_of_day = kMonday;
  model.first_day = kMonday - 300;
  model.as_of_us = int64_t{kMonday} * 86'400 * 1'000'000;
  const LogFactors<kWeekdayCount> weekday = Weekdays();
  const std::vector<double> exposure[] = {{1000, 600, 800}, {400, 300, 100}};
  const std::vector<double> advance[] = {{30, 36, 20}, {48, 30, 5}};
  const std::vector<double> lost[] = {{5, 12, 40}, {8, 6, 5}};
  for (int16_t s = 0; s < 2; ++s) {
    Cell cell;
    cell.stage = s;
    cell.key = NaturalKey(absl::StrCat("stage", s));
    cell.causes = {
        MakeCause(static_cast<int16_t>(s + 1), advance[s], exposure[s], weekday, options.copies),
        MakeCause(3, lost[s], exposure[s], weekday, options.copies)};
    model.cells.push_back(std::move(cell));
  }
  FittedPipeline pipeline;
  pipeline.key = NaturalKey("pipeline");
  pipeline.cell_of_stage = {0, 1, kNone, kNone};
  pipeline.stage_kinds = {StageKind::kOpen, StageKind::kOpen, StageKind::kWon, StageKind::kLost};
  pipeline.arrivals.entry_share = {1, 0, 0, 0};
  const GammaPosterior rate = options.arrivals ? GammaPosterior{0.3, 1} : GammaPosterior{};
  pipeline.arrivals.reps.assign(options.copies, rate);
  pipeline.arrivals.company_sizes = {{1, 1}};
  pipeline.arrivals.rep_sizes.resize(options.copies);
  model.pipelines.push_back(std::move(pipeline));
  const std::pair<int, int> cells_and_ages[] = {{0, 1}, {0, 5}, {0, 20}, {1, 1}, {1, 8}, {1, 30}};
  for (int32_t r = 0; r < options.copies; ++r) {
    model.reps.push_back({.key = NaturalKey(absl::StrCat("rep", r))});
    for (int i = 0; i < 6; ++i) {
      OpenOpportunity open;
      open.key = NaturalKey(absl::StrCat("open", r, "-", i));
      open.rep = r;
      open.cell = cells_and_ages[i].first;
      open.entry_day = kMonday - cells_and_ages[i].second;
      open.amount_micros = options.amounts[i];
      open.units = 1;
      model.open.push_back(open);
    }
  }
  const History history = BookedHistory(options.copies, options.booked);
  model.bookings.emplace_back(history, model.as_of_us, Measure::kAmount);
  model.bookings.emplace_back(history, model.as_of_us, Measure::kUnits);
  return model;
}

Question WorkedQuestion(const WorkedCaseOptions& options, int32_t rep) {
  return {.owner = rep,
          .period_start = kMonday - 7,
          .period_end = kMonday + 10,
          .target = options.target};
}

}  // namespace quotacast::simulation
