#include "simulation/fit.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "absl/strings/str_cat.h"
#include "simulation/arrival_fit.h"
#include "simulation/arrival_shock_fit.h"
#include "simulation/hazard_fit.h"
#include "simulation/observation.h"
#include "simulation/parallel.h"
#include "simulation/random.h"
#include "simulation/statistics.h"

namespace quotacast::simulation {
namespace {

absl::Status OutOfRange(absl::string_view field, double given, absl::string_view allowed) {
  return absl::InvalidArgumentError(absl::StrCat(field, " must be ", allowed, "; got ", given));
}

Day FirstDay(const Observation& observation) {
  Day first = observation.as_of_day;
  for (const Visit& visit : observation.visits) first = std::min(first, visit.first_day);
  for (const Creation& creation : observation.creations) first = std::min(first, creation.day);
  for (const WinRecord& win : observation.wins) first = std::min(first, win.day);
  return first;
}

void AddRepsAndTeams(const History& history, const Observation& observation, FittedModel& model) {
  for (const Team& team : history.teams) model.team_parents.push_back(team.parent);
  for (const Rep& rep : history.reps) {
    model.reps.push_back({NaturalKey(rep.id), rep.team, rep.start_day, rep.end_day, INT32_MAX});
  }
  const auto see = [&](int32_t rep, Day day) {
    if (rep != kNone) model.reps[rep].first_seen = std::min(model.reps[rep].first_seen, day);
  };
  for (const Creation& creation : observation.creations) see(creation.rep, creation.day);
  for (const Visit& visit : observation.visits) see(visit.rep, visit.first_day);
}

void AddCells(const History& history, FittedModel& model) {
  for (size_t p = 0; p < history.pipelines.size(); ++p) {
    const Pipeline& pipeline = history.pipelines[p];
    FittedPipeline fitted;
    fitted.key = NaturalKey(pipeline.id);
    for (size_t s = 0; s < pipeline.stages.size(); ++s) {
      const bool open = pipeline.stages[s].kind == StageKind::kOpen;
      fitted.stage_kinds.push_back(pipeline.stages[s].kind);
      fitted.cell_of_stage.push_back(open ? static_cast<int32_t>(model.cells.size()) : kNone);
      if (!open) continue;
      Cell cell;
      cell.pipeline = static_cast<int32_t>(p);
      cell.stage = static_cast<int16_t>(s);
      cell.key = CombineKeys(fitted.key, NaturalKey(pipeline.stages[s].id));
      model.cells.push_back(std::move(cell));
    }
    model.pipelines.push_back(std::move(fitted));
  }
}

// What can follow without having been seen: the next open stage, or won after the last; and lost.
std::set<int16_t> ExpectedNextStages(const Pipeline& pipeline, int16_t stage) {
  std::set<int16_t> next;
  const auto add_first = [&](size_t from, StageKind kind) {
    for (size_t s = from; s < pipeline.stages.size(); ++s) {
      if (pipeline.stages[s].kind != kind) continue;
      next.insert(static_cast<int16_t>(s));
      return true;
    }
    return false;
  };
  if (!add_first(static_cast<size_t>(stage) + 1, StageKind::kOpen)) add_first(0, StageKind::kWon);
  add_first(0, StageKind::kLost);
  return next;
}

void FitCells(const History& history, const Observation& observation, int thread_count,
              FittedModel& model) {
  std::vector<std::vector<int32_t>> cell_of;
  for (const FittedPipeline& pipeline : model.pipelines) cell_of.push_back(pipeline.cell_of_stage);
  std::vector<std::set<int16_t>> next(model.cells.size());
  for (size_t c = 0; c < next.size(); ++c) {
    next[c] = ExpectedNextStages(history.pipelines[model.cells[c].pipeline], model.cells[c].stage);
  }
  std::vector<std::vector<bool>> seen(next.size(), std::vector<bool>(INT16_MAX + 1));
  for (const Visit& visit : observation.visits) {
    if (visit.next_stage != kNone) {
      seen[cell_of[visit.pipeline][visit.stage]][static_cast<size_t>(visit.next_stage)] = true;
    }
  }
  for (size_t c = 0; c < next.size(); ++c) {
    const size_t stages = history.pipelines[model.cells[c].pipeline].stages.size();
    for (size_t s = 0; s < stages; ++s) {
      if (seen[c][s]) next[c].insert(static_cast<int16_t>(s));
    }
  }
  const std::vector<Day> observed_from =
      ObservedFrom(observation, cell_of, model.cells.size(), model.bucket_starts,
                   model.options.unseen_exits_limit);
  std::vector<CellFrame> frames;
  for (size_t c = 0; c < next.size(); ++c) {
    model.cells[c].observed_from = observed_from[c];
    frames.push_back({observed_from[c], {next[c].begin(), next[c].end()}});
  }
  const RecencyWeights weights(model.first_day, model.as_of_day,
                               model.options.hazard_half_life_days, model.calendar);
  const std::vector<CellStatistics> statistics = CountCells(
      observation, cell_of, frames, weights, model.bucket_starts, model.reps.size(), thread_count);
  struct Place {
    size_t cell, cause;
    std::vector<int> months;
  };
  std::vector<Place> places;
  for (size_t c = 0; c < statistics.size(); ++c) {
    model.cells[c].causes.resize(statistics[c].causes.size());
    const std::vector<int> months =
        MonthsSeen(std::max(model.first_day, observed_from[c]), model.as_of_day, model.calendar);
    for (size_t k = 0; k < statistics[c].causes.size(); ++k) places.push_back({c, k, months});
  }
  ParallelFor(thread_count, places.size(), [&](int, size_t i) {
    const Place& place = places[i];
    const CellStatistics& cell = statistics[place.cell];
    model.cells[place.cell].causes[place.cause] =
        FitCause(cell, cell.causes[place.cause], place.months, model.options);
  });
}

void AddSizes(const Observation& observation, size_t label_count, FittedModel& model) {
  std::vector<std::vector<WonSize>> company(model.pipelines.size());
  std::vector<std::vector<std::vector<WonSize>>> by_rep(
      model.pipelines.size(), std::vector<std::vector<WonSize>>(model.reps.size()));
  std::vector<double> all;
  std::vector<std::vector<double>> by_label(label_count);
  for (const WinRecord& win : observation.wins) {
    const WonSize size = {win.amount_micros, win.units};
    company[win.pipeline].push_back(size);
    if (win.rep != kNone) by_rep[win.pipeline][win.rep].push_back(size);
    if (win.amount_before_micros <= 0) continue;
    const double ratio =
        static_cast<double>(win.amount_micros) / static_cast<double>(win.amount_before_micros);
    all.push_back(ratio);
    if (win.label != kNone) by_label[win.label].push_back(ratio);
  }
  for (size_t p = 0; p < company.size(); ++p) {
    if (company[p].empty()) {
      // Before the first win: as large as what is open.
      for (const OpenOpportunity& open : model.open) {
        if (model.cells[open.cell].pipeline != static_cast<int32_t>(p)) continue;
        company[p].push_back({open.amount_micros, open.units});
      }
    }
    // Resampled by rank, so that the order of the history does not matter.
    Arrivals& arrivals = model.pipelines[p].arrivals;
    arrivals.company_sizes = WonSizes(std::move(company[p]));
    for (std::vector<WonSize>& sizes : by_rep[p]) arrivals.rep_sizes.emplace_back(std::move(sizes));
  }
  model.ratios.all = Ratios(std::move(all));
  for (std::vector<double>& ratios : by_label) {
    model.ratios.by_label.emplace_back(std::move(ratios));
  }
}

void AddOpen(const History& history, const Observation& observation, FittedModel& model) {
  for (const OpenNow& open : observation.open) {
    const Opportunity& opportunity = history.opportunities[open.opportunity];
    OpenOpportunity added;
    added.key = NaturalKey(opportunity.id);
    added.opportunity = open.opportunity;
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
  const Observation observation = Observe(history, as_of_us, thread_count);
  if (observation.creations.empty() && observation.visits.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("no opportunity is known before as_of ",
                     absl::FormatTime(absl::FromUnixMicros(as_of_us), history.time_zone)));
  }
  FittedModel model;
  model.options = options;
  model.bucket_starts = options.age_buckets ? options.bucket_starts : std::vector<int>{0};
  model.calendar = {history.fiscal_year_start_month, options.holidays};
  model.as_of_us = as_of_us;
  model.as_of_day = observation.as_of_day;
  model.first_day_fraction = observation.first_day_fraction;
  model.first_day = FirstDay(observation);
  AddRepsAndTeams(history, observation, model);
  AddCells(history, model);
  FitCells(history, observation, thread_count, model);
  const RecencyWeights weights(model.first_day, model.as_of_day, options.arrival_half_life_days,
                               model.calendar);
  const ArrivalShockShapes shocks = FitArrivalShocks(model, observation);
  model.options.arrival_rep_shock_shape = shocks.rep;
  model.options.arrival_company_shock_shape = shocks.company;
  for (size_t p = 0; p < model.pipelines.size(); ++p) {
    model.pipelines[p].arrivals = FitArrivals(model, observation, static_cast<int32_t>(p),
                                              model.pipelines[p].stage_kinds.size(), weights);
  }
  AddOpen(history, observation, model);
  AddSizes(observation, history.labels.size(), model);
  for (const Measure measure : {Measure::kAmount, Measure::kUnits}) {
    model.bookings.emplace_back(history, as_of_us, measure);
  }
  return model;
}

}  // namespace quotacast::simulation
