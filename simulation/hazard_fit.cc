#include "simulation/hazard_fit.h"

#include <algorithm>
#include <numeric>

#include "simulation/estimators.h"
#include "simulation/portable_math.h"

namespace quotacast::simulation {
namespace {

double ToDays(int64_t weight) {
  return static_cast<double>(weight) / static_cast<double>(kWeightOne);
}

class CauseFit {
 public:
  CauseFit(const CellStatistics& cell, const CauseStatistics& cause,
           const std::vector<int>& months_seen, const ModelOptions& options)
      : cell_(cell),
        cause_(cause),
        months_seen_(months_seen),
        options_(options),
        row_(cause.events.size()),
        bucket_count_(row_ / kDayClassCount),
        theta_(cause.rep_events.size(), 1.0) {
    for (size_t r = 0; r < theta_.size(); ++r) {
      const int64_t* days = &cell.exposure[r * row_];
      if (std::any_of(days, days + row_, [](int64_t d) { return d != 0; })) seen_.push_back(r);
    }
    weekday_.fill(1);
    month_.fill(1);
  }

  Cause Run() {
    Cause fitted;
    fitted.next_stage = cause_.next_stage;
    for (int sweep = 0; sweep < options_.sweep_count; ++sweep) {
      PoolExposure();
      fitted.hazards = BaseHazards();
      if (options_.weekday_factors) FitWeekdays(fitted);
      if (options_.month_of_quarter_factors) FitMonths(fitted);
      FitReps(fitted);
    }
    PoolExposure();
    fitted.hazards = BaseHazards();
    // Not divided by 1 - bias, which shocks without bounds could bring to 0.
    const double bias = BiasOfSlowPeriods();
    for (GammaPosterior& hazard : fitted.hazards) hazard.rate /= 1 + bias;
    fitted.reps.pop_back();
    for (const int64_t events : cause_.events) fitted.events += ToDays(events);
    return fitted;
  }

 private:
  double BiasOfSlowPeriods() const {
    double exits = 0, own = 0, days = 0;
    for (const CauseStatistics& cause : cell_.causes) {
      for (const int64_t events : cause.events) exits += ToDays(events);
    }
    for (const int64_t events : cause_.events) own += ToDays(events);
    for (const double exposure : pooled_) days += exposure;
    if (own <= 0 || days <= 0) return 0;
    const double variance =
        (1 + 1 / options_.rep_shock_shape) * (1 + 1 / options_.company_shock_shape) - 1;
    return SlowPeriodBias(variance, own / exits, exits / days * options_.shock_days);
  }

  // Days of exposure by bucket and class, each rep's times its effect.
  void PoolExposure() {
    pooled_.assign(row_, 0);
    for (const size_t r : seen_) {
      const int64_t* days = &cell_.exposure[r * row_];
      for (size_t i = 0; i < row_; ++i) pooled_[i] += theta_[r] * ToDays(days[i]);
    }
  }

  std::vector<GammaPosterior> BaseHazards() {
    std::vector<double> events(bucket_count_), exposure(bucket_count_);
    for (size_t i = 0; i < row_; ++i) {
      events[i / kDayClassCount] += ToDays(cause_.events[i]);
      exposure[i / kDayClassCount] += pooled_[i] * FactorOf(i % kDayClassCount);
    }
    std::vector<GammaPosterior> hazards = BucketHazards(
        events, exposure, options_.bucket_prior_events, options_.cause_prior_exposure_days);
    base_.clear();
    for (const GammaPosterior& hazard : hazards) base_.push_back(hazard.shape / hazard.rate);
    return hazards;
  }

  double FactorOf(size_t day_class) const {
    return weekday_[day_class % kWeekdayCount] * month_[day_class / kWeekdayCount];
  }

  void FitWeekdays(Cause& fitted) {
    std::vector<double> observed(kWeekdayCount), expected(kWeekdayCount);
    for (size_t i = 0; i < row_; ++i) {
      const size_t day_class = i % kDayClassCount;
      observed[day_class % kWeekdayCount] += ToDays(cause_.events[i]);
      expected[day_class % kWeekdayCount] +=
          pooled_[i] * base_[i / kDayClassCount] * month_[day_class / kWeekdayCount];
    }
    const std::vector<LogFactor> factors =
        ClassFactors(observed, expected, std::vector<double>(kWeekdayCount, 0));
    for (size_t w = 0; w < factors.size(); ++w) {
      fitted.weekday.mean_log[w] = factors[w].mean;
      fitted.weekday.variance_log[w] = factors[w].variance;
      weekday_[w] = Exp(factors[w].mean);
    }
  }

  void FitMonths(Cause& fitted) {
    std::vector<double> observed(kMonthOfQuarterCount), expected(kMonthOfQuarterCount);
    for (size_t i = 0; i < row_; ++i) {
      const size_t day_class = i % kDayClassCount;
      observed[day_class / kWeekdayCount] += ToDays(cause_.events[i]);
      expected[day_class / kWeekdayCount] +=
          pooled_[i] * base_[i / kDayClassCount] * weekday_[day_class % kWeekdayCount];
    }
    std::vector<double> noise;
    for (const int months : months_seen_) {
      noise.push_back(options_.month_of_quarter_noise / std::max(1, months));
    }
    const std::vector<LogFactor> factors = ClassFactors(observed, expected, noise);
    for (size_t m = 0; m < factors.size(); ++m) {
      fitted.month_of_quarter.mean_log[m] = factors[m].mean;
      fitted.month_of_quarter.variance_log[m] = factors[m].variance;
      month_[m] = Exp(factors[m].mean);
    }
  }

  void FitReps(Cause& fitted) {
    std::vector<double> hazard(row_);
    for (size_t i = 0; i < row_; ++i) {
      hazard[i] = base_[i / kDayClassCount] * FactorOf(i % kDayClassCount);
    }
    fitted.reps.assign(theta_.size(), RepEffect(0, 0, options_.rep_credibility_events));
    for (const size_t r : seen_) {
      if (r + 1 == theta_.size()) continue;  // "No rep" is as the company.
      const int64_t* days = &cell_.exposure[r * row_];
      double expected = 0;
      for (size_t i = 0; i < row_; ++i) expected += hazard[i] * ToDays(days[i]);
      fitted.reps[r] =
          RepEffect(ToDays(cause_.rep_events[r]), expected, options_.rep_credibility_events);
      theta_[r] = fitted.reps[r].shape / fitted.reps[r].rate;
    }
  }

  const CellStatistics& cell_;
  const CauseStatistics& cause_;
  const std::vector<int>& months_seen_;
  const ModelOptions& options_;
  size_t row_, bucket_count_;
  std::vector<size_t> seen_;  // Reps with any exposure.
  std::vector<double> theta_, base_, pooled_;
  std::array<double, kWeekdayCount> weekday_;
  std::array<double, kMonthOfQuarterCount> month_;
};

}  // namespace

Cause FitCause(const CellStatistics& cell, const CauseStatistics& cause,
               const std::vector<int>& months_seen, const ModelOptions& options) {
  return CauseFit(cell, cause, months_seen, options).Run();
}

}  // namespace quotacast::simulation
