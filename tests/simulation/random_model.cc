#include "tests/simulation/random_model.h"

#include <algorithm>
#include <boost/random/mersenne_twister.hpp>
#include <boost/random/uniform_int_distribution.hpp>
#include <boost/random/uniform_real_distribution.hpp>
#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "simulation/history.h"
#include "simulation/random.h"

namespace quotacast::simulation {
namespace {

constexpr Day kToday = 19'795;  // 2024-03-13.
constexpr double kInfinite = std::numeric_limits<double>::infinity();

class Maker {
 public:
  Maker(const CompanyShape& shape, uint64_t seed) : shape_(shape), random_(seed) {}

  FittedModel Make() {
    model_.options.parameter_uncertainty = shape_.uncertain;
    if (!shape_.uncertain) {
      model_.options.rep_shock_shape = model_.options.company_shock_shape = kInfinite;
      model_.options.arrival_company_shock_shape = kInfinite;
    }
    model_.bucket_starts = model_.options.bucket_starts;
    model_.as_of_day = kToday;
    model_.first_day = kToday - 400;
    model_.first_day_fraction = shape_.first_day_fraction;
    model_.team_parents = {kNone};
    for (int r = 0; r < shape_.reps; ++r) {
      model_.reps.push_back({.key = NaturalKey(absl::StrCat("rep", r)), .team = 0});
    }
    if (shape_.ratios) AddRatios();
    for (int p = 0; p < shape_.pipelines; ++p) AddPipeline(p);
    for (int r = 0; r < shape_.reps; ++r) AddOpen(r);
    AddBooked();
    return std::move(model_);
  }

 private:
  double Uniform(double low, double high) {
    return boost::random::uniform_real_distribution<double>(low, high)(random_);
  }
  int Whole(int low, int high) {  // Both inclusive.
    return boost::random::uniform_int_distribution<int>(low, high)(random_);
  }
  GammaPosterior Posterior(double mean, double events) { return {events, events / mean}; }

  template <int kCount>
  LogFactors<kCount> Factors() {
    LogFactors<kCount> factors;
    for (int i = 0; i < kCount; ++i) {
      factors.mean_log[i] = Uniform(-1, 0.7);
      factors.variance_log[i] = i % 2 == 0 ? Uniform(0, 0.1) : 0;
    }
    return factors;
  }

  Cause MakeCause(int16_t next_stage, double mean) {
    Cause cause;
    cause.next_stage = next_stage;
    for (size_t b = 0; b < model_.bucket_starts.size(); ++b) {
      cause.hazards.push_back(
          Posterior(mean * Uniform(0.3, 1.7), shape_.events * Uniform(0.1, 1.9)));
    }
    cause.weekday = Factors<kWeekdayCount>();
    cause.month_of_quarter = Factors<kMonthOfQuarterCount>();
    for (int r = 0; r < shape_.reps; ++r) {
      const double expected = Uniform(0, 30);
      cause.reps.push_back({20 + expected * Uniform(0.5, 1.5), 20 + expected});
    }
    return cause;
  }

  void AddPipeline(int p) {
    const auto stages = static_cast<int16_t>(shape_.stages);
    const auto won = stages, lost = static_cast<int16_t>(stages + 1);
    FittedPipeline pipeline;
    pipeline.key = NaturalKey(absl::StrCat("pipeline", p));
    pipeline.stage_kinds.assign(stages, StageKind::kOpen);
    pipeline.stage_kinds.push_back(StageKind::kWon);
    pipeline.stage_kinds.push_back(StageKind::kLost);
    for (int16_t s = 0; s < stages; ++s) {
      Cell cell;
      cell.pipeline = p;
      cell.stage = s;
      cell.key = CombineKeys(pipeline.key, static_cast<uint64_t>(s));
      if (shape_.backward && s > 0) {
        cell.causes.push_back(MakeCause(static_cast<int16_t>(Whole(0, s - 1)), 0.05));
      }
      // Long pipelines move faster, so that something is won in the period.
      cell.causes.push_back(MakeCause(static_cast<int16_t>(s + 1), 0.04 * stages));
      if (shape_.skips && s + 2 <= won) {
        cell.causes.push_back(MakeCause(static_cast<int16_t>(Whole(s + 2, won)), 0.03));
      }
      if (s % 3 != 2) cell.causes.push_back(MakeCause(lost, 0.02));
      if (shape_.cured) {
        const double entering = Uniform(0.1, 0.5);
        for (size_t b = 0; b < model_.bucket_starts.size(); ++b) {
          cell.cure_fractions.push_back(std::min(0.98, entering * (1 + 0.1 * b)));
        }
      }
      pipeline.cell_of_stage.push_back(static_cast<int32_t>(model_.cells.size()));
      model_.cells.push_back(std::move(cell));
    }
    pipeline.cell_of_stage.insert(pipeline.cell_of_stage.end(), 2, kNone);
    AddArrivals(pipeline.arrivals);
    model_.pipelines.push_back(std::move(pipeline));
  }

  void AddArrivals(Arrivals& arrivals) {
    arrivals.weekday = Factors<kWeekdayCount>();
    arrivals.entry_share.assign(shape_.stages + 2, 0);
    arrivals.entry_share[0] = shape_.skips ? 0.7 : 1;
    if (shape_.skips) arrivals.entry_share[Whole(0, shape_.stages + 1)] += 0.3;
    std::vector<WonSize> company;
    for (int r = 0; r < shape_.reps; ++r) {
      arrivals.reps.push_back(shape_.arrivals_per_day > 0
                                  ? Posterior(shape_.arrivals_per_day * Uniform(0.5, 1.5), 20)
                                  : GammaPosterior{});
      std::vector<WonSize> own;
      for (int i = Whole(0, 4); i > 0; --i) {
        const WonSize size{Whole(1, 9) * int64_t{1'000'000}, Whole(1, 3)};
        company.push_back(size);
        own.push_back(size);
      }
      arrivals.rep_sizes.emplace_back(std::move(own));
    }
    arrivals.company_sizes = WonSizes(std::move(company));
  }

  void AddRatios() {
    std::vector<double> all, labelled;
    for (int i = 0; i < 8; ++i) {
      const double ratio = 0.5 + 0.125 * Whole(0, 6);
      all.push_back(ratio);
      if (i % 2 == 0) labelled.push_back(ratio);
    }
    model_.ratios.all = Ratios(std::move(all));
    model_.ratios.by_label = {Ratios(std::move(labelled)), Ratios()};
  }

  void AddOpen(int32_t rep) {
    for (int i = 0; i < shape_.open_opportunities; ++i) {
      OpenOpportunity open;
      open.key = NaturalKey(absl::StrCat("open", rep, "-", i));
      open.opportunity = static_cast<int32_t>(model_.open.size());
      open.rep = rep;
      open.cell = Whole(0, static_cast<int>(model_.cells.size()) - 1);
      open.label = shape_.ratios ? Whole(-1, 1) : kNone;
      open.entry_day = kToday - Whole(0, shape_.oldest_age_days);
      open.amount_micros = Whole(1, 9) * int64_t{1'000'000};
      open.units = Whole(1, 3);
      model_.open.push_back(open);
    }
  }

  // Each rep booked something on the day before.
  void AddBooked() {
    History history;
    history.pipelines = {{"p", {{"won", StageKind::kWon}}}};
    history.reps.resize(shape_.reps);
    for (int r = 0; r < shape_.reps; ++r) {
      Opportunity opportunity;
      opportunity.rep = r;
      opportunity.amount_micros = 2'000'000;
      history.opportunities.push_back(opportunity);
      history.events.push_back({StartOfDayUs(kToday - 1, history.time_zone), r, 0});
    }
    IndexEvents(history);
    model_.as_of_us = StartOfDayUs(kToday, history.time_zone);
    model_.bookings.emplace_back(history, INT64_MAX, Measure::kAmount);
    model_.bookings.emplace_back(history, INT64_MAX, Measure::kUnits);
  }

  CompanyShape shape_;
  boost::random::mt19937_64 random_;
  FittedModel model_;
};

}  // namespace

FittedModel RandomModel(const CompanyShape& shape, uint64_t seed) {
  return Maker(shape, seed).Make();
}

}  // namespace quotacast::simulation
