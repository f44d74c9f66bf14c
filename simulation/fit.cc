#include "simulation/fit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>

#include "absl/strings/str_cat.h"
#include "simulation/arrival_fit.h"
#include "simulation/arrival_shock_fit.h"
#include "simulation/cure_fit.h"
#include "simulation/hazard_fit.h"
#include "simulation/observation.h"
#include "simulation/parallel.h"
#include "simulation/random.h"
#include "simulation/statistics.h"
#include "simulation/sufficient_statistics.h"

namespace quotacast::simulation {
namespace {

absl::Status OutOfRange(absl::string_view field, double given, absl::string_view allowed) {
  return absl::InvalidArgumentError(absl::StrCat(field, " must be ", allowed, "; got ", given));
}

void AddRepsAndTeams(const History& history, const SufficientStatistics& statistics,
                     FittedModel& model) {
  for (const Team& team : history.teams) model.team_parents.push_back(team.parent);
  for (size_t r = 0; r < history.reps.size(); ++r) {
    const Rep& rep = history.reps[r];
    model.reps.push_back({NaturalKey(rep.id), rep.team, rep.start_day, rep.end_day,
                          statistics.first_seen()[r].day()});
  }
}

void AddCells(const History& history, const SufficientStatistics& statistics, FittedModel& model) {
  const CellMap& cells = statistics.cell_map();
  for (size_t p = 0; p < history.pipelines.size(); ++p) {
    const Pipeline& pipeline = history.pipelines[p];
    FittedPipeline fitted;
    fitted.key = NaturalKey(pipeline.id);
    fitted.cell_of_stage = cells.cell_of[p];
    for (const Stage& stage : pipeline.stages) fitted.stage_kinds.push_back(stage.kind);
    model.pipelines.push_back(std::move(fitted));
  }
  for (size_t c = 0; c < cells.stages.size(); ++c) {
    Cell cell;
    cell.pipeline = cells.pipelines[c];
    cell.stage = cells.stages[c];
    cell.key = CombineKeys(model.pipelines[cell.pipeline].key,
                           NaturalKey(history.pipelines[cell.pipeline].stages[cell.stage].id));
    cell.observed_from = statistics.frames()[c].observed_from;
    model.cells.push_back(std::move(cell));
  }
}

void FitCure(const CellStatistics& statistics, CellExposure& exposure, const FittedModel& model,
             Cell& cell) {
  std::vector<double> events(model.bucket_starts.size());
  for (const CauseStatistics& cause : statistics.causes) {
    for (size_t i = 0; i < cause.events.size(); ++i) {
      events[i / kDayClassCount] +=
          static_cast<double>(cause.events[i]) / static_cast<double>(kWeightOne);
    }
  }
  cell.cure_fractions = CureFractions(events, exposure.ByBucket(), model.bucket_starts,
                                      model.options.cure_prior_events);
  if (!cell.cure_fractions.empty()) exposure.LeaveOut(cell.cure_fractions);
}

void FitCell(const SufficientStatistics& statistics, size_t index, FittedModel& model) {
  const CellStatistics& counted = statistics.cells()[index];
  Cell& cell = model.cells[index];
  const Day observed_from = std::max(model.first_day, cell.observed_from);
  CellExposure exposure(
      counted, model.bucket_starts.size(), 1 - model.first_day_fraction,
      DayClassOf(model.as_of_day, model.calendar),
      statistics.hazard_weights().Information(observed_from, model.as_of_day + 1));
  FitCure(counted, exposure, model, cell);
  cell.causes =
      FitCauses(exposure, counted.causes,
                MonthsSeen(observed_from, model.as_of_day, model.calendar), model.options);
}

void AddSizes(const WinStatistics& wins, size_t label_count, FittedModel& model) {
  for (size_t p = 0; p < model.pipelines.size(); ++p) {
    std::vector<WonSize> company = wins.company_sizes[p];
    if (company.empty()) {
      // Before the first win: as large as what is open.
      for (const OpenOpportunity& open : model.open) {
        if (model.cells[open.cell].pipeline != static_cast<int32_t>(p)) continue;
        company.push_back({open.amount_micros, open.units});
      }
    }
    // Resampled by rank, so that the order of the history does not matter.
    Arrivals& arrivals = model.pipelines[p].arrivals;
    arrivals.company_sizes = WonSizes(std::move(company));
    for (const std::vector<WonSize>& sizes : wins.rep_sizes[p]) {
      arrivals.rep_sizes.emplace_back(sizes);
    }
  }
  model.ratios.all = Ratios(wins.ratios);
  for (const std::vector<double>& ratios : wins.label_ratios) {
    model.ratios.by_label.emplace_back(ratios);
  }
  model.ratios.by_label.resize(label_count);
}

void AddOpen(const History& history, const SufficientStatistics& statistics, FittedModel& model) {
  for (const auto& [index, open] : statistics.open()) {
    const Opportunity& opportunity = history.opportunities[index];
    OpenOpportunity added;
    added.key = NaturalKey(opportunity.id);
    added.opportunity = index;
    added.rep = open.rep;
    added.cell = model.pipelines[open.pipeline].cell_of_stage[open.stage];
    added.label = opportunity.label;
    added.entry_day = open.entry_day;
    added.amount_micros = open.amount_micros;
    added.units = opportunity.units;
    model.open.push_back(added);
  }
}

}  // namespace

absl::Status ValidateModelOptions(const ModelOptions& options) {
  const std::vector<int>& starts = options.bucket_starts;
  if (starts.empty() || starts[0] != 0 || starts.size() > 64 ||
      std::adjacent_find(starts.begin(), starts.end(), std::greater_equal<>()) != starts.end()) {
    return absl::InvalidArgumentError(
        "model.bucket_starts must be 1 to 64 increasing ages in days, the first 0");
  }
  const std::pair<const char*, double> positive[] = {
      {"model.hazard_half_life_days", options.hazard_half_life_days},
      {"model.arrival_half_life_days", options.arrival_half_life_days},
      {"model.bucket_prior_events", options.bucket_prior_events},
      {"model.cause_prior_exposure_days", options.cause_prior_exposure_days},
      {"model.cure_prior_events", options.cure_prior_events},
      {"model.rep_credibility_events", options.rep_credibility_events},
      {"model.rep_shock_shape", options.rep_shock_shape},
      {"model.company_shock_shape", options.company_shock_shape},
      {"model.arrival_prior_events", options.arrival_prior_events},
      {"model.arrival_rep_shock_shape", options.arrival_rep_shock_shape},
      {"model.arrival_company_shock_shape", options.arrival_company_shock_shape},
      {"model.arrival_shock_prior_stretches", options.arrival_shock_prior_stretches},
      {"model.shock_days", options.shock_days}};
  for (const auto& [field, value] : positive) {
    if (!(value > 0)) return OutOfRange(field, value, "> 0");
  }
  if (!(options.month_of_quarter_noise >= 0)) {
    return OutOfRange("model.month_of_quarter_noise", options.month_of_quarter_noise, ">= 0");
  }
  if (options.sweep_count < 1 || options.sweep_count > 100) {
    return OutOfRange("model.sweep_count", options.sweep_count, "1 to 100");
  }
  if (!(options.own_amount_wins >= 0)) {
    return OutOfRange("model.own_amount_wins", options.own_amount_wins, ">= 0");
  }
  if (!(options.unseen_exits_limit >= 0)) {
    return OutOfRange("model.unseen_exits_limit", options.unseen_exits_limit, ">= 0");
  }
  return absl::OkStatus();
}

absl::StatusOr<FittedModel> FitModel(const History& history, int64_t as_of_us,
                                     const ModelOptions& options, int thread_count) {
  if (absl::Status status = ValidateModelOptions(options); !status.ok()) return status;
  return FitModel(history, SufficientStatistics(history, as_of_us, options, thread_count), as_of_us,
                  thread_count);
}

absl::StatusOr<FittedModel> FitModel(const History& history, const SufficientStatistics& statistics,
                                     int64_t as_of_us, int thread_count) {
  if (statistics.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("no opportunity is known before as_of ",
                     absl::FormatTime(absl::FromUnixMicros(as_of_us), history.time_zone)));
  }
  FittedModel model;
  model.options = statistics.options();
  model.bucket_starts = statistics.bucket_starts();
  model.calendar = statistics.calendar();
  model.as_of_us = as_of_us;
  model.as_of_day = statistics.as_of_day();
  model.first_day_fraction = PartAhead(as_of_us, model.as_of_day, history.time_zone);
  model.first_day = statistics.first_day();
  AddRepsAndTeams(history, statistics, model);
  AddCells(history, statistics, model);
  const Day first_close = statistics.first_close_us() == INT64_MAX
                              ? INT32_MAX
                              : DayOf(statistics.first_close_us(), history.time_zone);
  std::array<std::optional<DailyBookings>, 2> bookings;
  const auto add_bookings = [&](Measure measure) {
    bookings[static_cast<size_t>(measure)].emplace(statistics.bookings(), model.as_of_day,
                                                   first_close, measure);
  };
  const std::array<std::function<void()>, 3> others = {[&] { AddOpen(history, statistics, model); },
                                                       [&] { add_bookings(Measure::kAmount); },
                                                       [&] { add_bookings(Measure::kUnits); }};
  const size_t cell_count = model.cells.size();
  ParallelFor(thread_count, cell_count + others.size(), [&](int, size_t i) {
    i < cell_count ? FitCell(statistics, i, model) : others[i - cell_count]();
  });
  for (std::optional<DailyBookings>& of_measure : bookings) {
    model.bookings.push_back(*std::move(of_measure));
  }
  const ArrivalShockShapes shocks = FitArrivalShocks(model, statistics.stretches());
  model.options.arrival_rep_shock_shape = shocks.rep;
  model.options.arrival_company_shock_shape = shocks.company;
  for (size_t p = 0; p < model.pipelines.size(); ++p) {
    model.pipelines[p].arrivals =
        FitArrivals(model, statistics.creations()[p], statistics.arrival_weights());
  }
  AddSizes(statistics.wins(), history.labels.size(), model);
  return model;
}

}  // namespace quotacast::simulation
