#include "tests/simulation/planted_company.h"

#include <boost/random/gamma_distribution.hpp>
#include <boost/random/mersenne_twister.hpp>
#include <boost/random/normal_distribution.hpp>
#include <boost/random/poisson_distribution.hpp>
#include <boost/random/uniform_01.hpp>
#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "simulation/point_parameters.h"
#include "simulation/random.h"

namespace quotacast::simulation {
namespace {

constexpr Day kFirstDay = 19'723;  // Monday, 2024-01-01.
constexpr int kPeriodDays = 30;
constexpr int64_t kMicros = 1'000'000;
constexpr int64_t kMorningUs = int64_t{9} * 3'600 * kMicros;
constexpr double kInfinite = std::numeric_limits<double>::infinity();

struct Open {
  int32_t opportunity = 0;
  int32_t rep = 0;
  int16_t stage = 0;
  Day entry_day = 0;
  int64_t time_us = 0;  // Of its last event.
};

class Planter {
 public:
  Planter(const PlantedOptions& options, uint64_t seed) : options_(options), random_(seed) {}

  PlantedCompany Plant() {
    MakeTruth();
    MakeFrame();
    const PointParameters parameters = MeanParameters(truth_);
    PointParameters shocked = parameters;
    for (Day day = kFirstDay; day < EndDay(); ++day) {
      if ((day - kFirstDay) % kPeriodDays == 0 && options_.shocks) {
        shocked = DrawParameters(truth_, random_);
      }
      RunDay(shocked, day);
    }
    IndexEvents(history_);
    FinishTruth();
    return {std::move(history_), std::move(truth_)};
  }

 private:
  Day EndDay() const { return kFirstDay + options_.days; }
  double Uniform(double low, double high) { return low + (high - low) * uniform_(random_); }
  double Gamma(double shape) {
    return boost::random::gamma_distribution<double>(shape, 1 / shape)(random_);
  }
  double LogNormal(double deviation) {
    return std::exp(boost::random::normal_distribution<double>(0, deviation)(random_));
  }
  static GammaPosterior Known(double value) { return {value, 1}; }

  LogFactors<kWeekdayCount> Weekdays() {
    LogFactors<kWeekdayCount> factors;
    for (int i = 0; i < kWeekdayCount; ++i) {
      factors.mean_log[i] = std::log(i < 5 ? 1.2 * LogNormal(0.15) : 0.15);
    }
    return factors;
  }

  Cause MakeCause(int16_t next_stage, double hazard) {
    Cause cause;
    cause.next_stage = next_stage;
    // Falls or rises with age, evenly in the logarithm.
    const double slope = Uniform(-0.35, 0.2);
    for (const int start : truth_.bucket_starts) {
      cause.hazards.push_back(Known(hazard * std::pow(1 + start / 10.0, slope)));
    }
    cause.weekday = Weekdays();
    for (double& log : cause.month_of_quarter.mean_log) log = std::log(LogNormal(0.1));
    // A mean of 1, so that the hazards are those of the mean rep.
    std::vector<double> thetas;
    double sum = 0;
    for (int r = 0; r < options_.reps; ++r) sum += thetas.emplace_back(Gamma(20));
    for (const double theta : thetas) cause.reps.push_back(Known(theta * options_.reps / sum));
    return cause;
  }

  void MakeTruth() {
    truth_.options.parameter_uncertainty = false;
    if (!options_.shocks) {
      truth_.options.rep_shock_shape = truth_.options.company_shock_shape = kInfinite;
      truth_.options.arrival_rep_shock_shape = kInfinite;
      truth_.options.arrival_company_shock_shape = kInfinite;
    }
    truth_.bucket_starts = truth_.options.bucket_starts;
    truth_.first_day = kFirstDay;
    truth_.team_parents = {};
    const auto stages = static_cast<int16_t>(options_.stages);
    FittedPipeline pipeline;
    pipeline.key = NaturalKey("pipeline");
    for (int16_t s = 0; s < stages; ++s) {
      Cell cell;
      cell.stage = s;
      cell.key = NaturalKey(absl::StrCat("stage", s));
      const double leaves = Uniform(0.05, 0.3), advances = Uniform(0.5, 0.85);
      cell.causes.push_back(MakeCause(static_cast<int16_t>(s + 1), leaves * advances));
      cell.causes.push_back(MakeCause(static_cast<int16_t>(stages + 1), leaves * (1 - advances)));
      pipeline.cell_of_stage.push_back(s);
      pipeline.stage_kinds.push_back(StageKind::kOpen);
      truth_.cells.push_back(std::move(cell));
    }
    pipeline.cell_of_stage.insert(pipeline.cell_of_stage.end(), 2, kNone);
    pipeline.stage_kinds.push_back(StageKind::kWon);
    pipeline.stage_kinds.push_back(StageKind::kLost);
    pipeline.arrivals.weekday = Weekdays();
    pipeline.arrivals.entry_share.assign(stages + 2, 0);
    pipeline.arrivals.entry_share[0] = 1;
    pipeline.arrivals.rep_sizes.resize(options_.reps);
    std::vector<WonSize> sizes;
    for (int i = 0; i < 2'000; ++i) sizes.push_back({DrawAmount(), 1});
    pipeline.arrivals.company_sizes = WonSizes(std::move(sizes));
    for (int r = 0; r < options_.reps; ++r) {
      pipeline.arrivals.reps.push_back(Known(options_.arrivals_per_day * Gamma(4)));
      truth_.reps.push_back({.key = NaturalKey(absl::StrCat("rep", r))});
    }
    truth_.pipelines.push_back(std::move(pipeline));
  }

  void MakeFrame() {
    Pipeline pipeline{"pipeline", {}};
    for (int s = 0; s < options_.stages; ++s) pipeline.stages.push_back({absl::StrCat("stage", s)});
    pipeline.stages.push_back({"won", StageKind::kWon});
    pipeline.stages.push_back({"lost", StageKind::kLost});
    history_.pipelines.push_back(std::move(pipeline));
    for (int r = 0; r < options_.reps; ++r) history_.reps.push_back({absl::StrCat("rep", r)});
  }

  int64_t DrawAmount() { return std::llround(10'000 * LogNormal(0.6)) * kMicros; }

  void RunDay(const PointParameters& parameters, Day day) {
    const size_t before = open_.size();
    for (int32_t rep = 0; rep < options_.reps; ++rep) {
      const double mean = ArrivalsOn(truth_, parameters, 0, rep, day);
      const int count = mean > 0 ? boost::random::poisson_distribution<int>(mean)(random_) : 0;
      for (int i = 0; i < count; ++i) Create(rep, day);
    }
    // Those of earlier days first: their stage has its age, those of today are new in theirs.
    std::vector<Open> left;
    for (size_t i = 0; i < open_.size(); ++i) {
      Open open = open_[i];
      if (i < before) open.time_us = StartOfDayUs(day, history_.time_zone) + kMorningUs;
      if (Move(parameters, day, open)) left.push_back(open);
    }
    open_ = std::move(left);
  }

  void Create(int32_t rep, Day day) {
    Opportunity opportunity;
    opportunity.id = absl::StrCat("o", history_.opportunities.size());
    opportunity.rep = rep;
    opportunity.amount_micros = DrawAmount();
    opportunity.create_time_us = StartOfDayUs(day, history_.time_zone) + kMorningUs;
    const auto index = static_cast<int32_t>(history_.opportunities.size());
    history_.events.push_back({opportunity.create_time_us, index, 0});
    open_.push_back({index, rep, 0, day, opportunity.create_time_us});
    history_.opportunities.push_back(std::move(opportunity));
  }

  // All moves of the day; whether it is open at its end.
  bool Move(const PointParameters& parameters, Day day, Open& open) {
    while (true) {
      const double sum =
          HazardsOf(truth_, parameters, open.stage, open.rep, day - open.entry_day, day, hazards_);
      if (uniform_(random_) >= -std::expm1(-sum)) return true;
      const bool advances = uniform_(random_) * sum < hazards_[0];
      open.stage = truth_.cells[open.stage].causes[advances ? 0 : 1].next_stage;
      open.entry_day = day;
      open.time_us += 60 * kMicros;
      history_.events.push_back({open.time_us, open.opportunity, open.stage});
      if (open.stage >= options_.stages) return false;
    }
  }

  void FinishTruth() {
    truth_.as_of_day = EndDay();
    truth_.as_of_us = StartOfDayUs(EndDay(), history_.time_zone);
    for (const Open& open : open_) {
      const Opportunity& opportunity = history_.opportunities[open.opportunity];
      truth_.open.push_back({.key = NaturalKey(opportunity.id),
                             .opportunity = open.opportunity,
                             .rep = open.rep,
                             .cell = open.stage,
                             .entry_day = open.entry_day,
                             .amount_micros = opportunity.amount_micros,
                             .units = 1});
    }
    truth_.bookings.emplace_back(history_, truth_.as_of_us, Measure::kAmount);
    truth_.bookings.emplace_back(history_, truth_.as_of_us, Measure::kUnits);
  }

  PlantedOptions options_;
  boost::random::mt19937_64 random_;
  boost::random::uniform_01<double> uniform_;
  FittedModel truth_;
  History history_;
  std::vector<Open> open_;
  std::vector<double> hazards_;
};

}  // namespace

PlantedCompany PlantCompany(const PlantedOptions& options, uint64_t seed) {
  return Planter(options, seed).Plant();
}

}  // namespace quotacast::simulation
