#include "simulation/hazard_fit.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "simulation/estimators.h"
#include "simulation/portable_math.h"
#include "simulation/row_kernels.h"

namespace quotacast::simulation {
namespace {

double ToDays(int64_t weight) {
  return static_cast<double>(weight) / static_cast<double>(kWeightOne);
}

class CauseFit {
 public:
  CauseFit(const CellExposure& cell, const CauseStatistics& cause,
           const std::vector<int>& months_seen, const ModelOptions& options)
      : cell_(cell),
        cause_(cause),
        months_seen_(months_seen),
        options_(options),
        row_(cause.events.size()),
        bucket_count_(row_ / kDayClassCount),
        theta_(cause.rep_events.size(), 1.0) {
    weekday_.fill(1);
    month_.fill(1);
  }

  // `pooled`: the days of all reps, each rep's times its effect.
  void Pool(const std::vector<double>& pooled) { pooled_ = pooled; }

  // The factors given the reps' effects.
  void FitFactors() {
    fitted_.hazards = BaseHazards();
    if (options_.weekday_factors) FitWeekdays();
    if (options_.month_of_quarter_factors) FitMonths();
  }

  // Reps' effects given the factors, one by one in ascending order, and with them the days of
  // exposure by bucket and class, each rep's times its effect: at once, since reading the rows
  // costs more than the sums.
  void BeginReps() {
    hazard_.assign(cell_.width, 0);
    for (size_t i = 0; i < row_; ++i) {
      hazard_[i] = base_[i / kDayClassCount] * FactorOf(i % kDayClassCount);
    }
    fitted_.reps.assign(theta_.size(), RepEffect(0, 0, options_.rep_credibility_events));
    pooled_.assign(cell_.width, 0);
  }
  void FitRep(size_t r, const double* row) {
    if (r + 1 < theta_.size()) {  // "No rep" is as the company.
      fitted_.reps[r] =
          RepEffect(ToDays(cause_.rep_events[r]), Dot(hazard_.data(), row, cell_.width),
                    options_.rep_credibility_events);
      theta_[r] = fitted_.reps[r].shape / fitted_.reps[r].rate;
    }
    AddScaled(theta_[r], row, cell_.width, pooled_.data());
  }

  Cause Finish() {
    fitted_.next_stage = cause_.next_stage;
    fitted_.hazards = BaseHazards();
    fitted_.reps.pop_back();
    for (const int64_t events : cause_.events) fitted_.events += ToDays(events);
    return std::move(fitted_);
  }

 private:
  std::vector<GammaPosterior> BaseHazards() {
    std::vector<double> events(bucket_count_), exposure(bucket_count_);
    for (size_t i = 0; i < row_; ++i) {
      events[i / kDayClassCount] += cell_.information * ToDays(cause_.events[i]);
      exposure[i / kDayClassCount] += cell_.information * pooled_[i] * FactorOf(i % kDayClassCount);
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

  void FitWeekdays() {
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
      fitted_.weekday.mean_log[w] = factors[w].mean;
      fitted_.weekday.variance_log[w] = factors[w].variance;
      weekday_[w] = Exp(factors[w].mean);
    }
  }

  void FitMonths() {
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
      fitted_.month_of_quarter.mean_log[m] = factors[m].mean;
      fitted_.month_of_quarter.variance_log[m] = factors[m].variance;
      month_[m] = Exp(factors[m].mean);
    }
  }

  const CellExposure& cell_;
  const CauseStatistics& cause_;
  const std::vector<int>& months_seen_;
  const ModelOptions& options_;
  size_t row_, bucket_count_;
  Cause fitted_;
  std::vector<double> theta_, base_, hazard_, pooled_;
  std::array<double, kWeekdayCount> weekday_;
  std::array<double, kMonthOfQuarterCount> month_;
};

}  // namespace

CellExposure::CellExposure(const CellStatistics& cell, size_t bucket_count, double gone, int today,
                           double worth)
    : information(worth),
      row(bucket_count * kDayClassCount),
      width((row + kRowLanes - 1) / kRowLanes * kRowLanes),
      days(cell.exposure.size() / row * width) {
  const int64_t part = std::llround(static_cast<double>(kWeightOne) * gone);
  std::vector<int64_t> weights(row);
  for (size_t r = 0; r < days.size() / width; ++r) {
    std::copy_n(&cell.exposure[r * row], row, weights.begin());
    for (size_t b = 0; b < bucket_count; ++b) {
      weights[b * kDayClassCount + static_cast<size_t>(today)] +=
          part * cell.there_today[r * bucket_count + b];
    }
    for (size_t i = 0; i < row; ++i) days[r * width + i] = ToDays(weights[i]);
    if (std::any_of(weights.begin(), weights.end(), [](int64_t w) { return w != 0; })) {
      seen.push_back(r);
    }
  }
}

std::vector<double> CellExposure::ByBucket() const {
  std::vector<double> sums(row / kDayClassCount);
  for (const size_t r : seen) {
    const double* day = &days[r * width];
    for (double& sum : sums) {
      double with_rep = sum;
      for (int c = 0; c < kDayClassCount; ++c) with_rep += *day++;
      sum = with_rep;
    }
  }
  return sums;
}

void CellExposure::LeaveOut(absl::Span<const double> cure_fractions) {
  for (const size_t r : seen) {
    double* day = &days[r * width];
    for (const double cured : cure_fractions) {
      const double left = 1 - cured;
      for (int c = 0; c < kDayClassCount; ++c) *day++ *= left;
    }
  }
}

std::vector<Cause> FitCauses(const CellExposure& cell, absl::Span<const CauseStatistics> causes,
                             const std::vector<int>& months_seen, const ModelOptions& options) {
  const auto row_of = [&cell](size_t rep) { return &cell.days[rep * cell.width]; };
  std::vector<double> pooled(cell.width, 0);
  for (const size_t r : cell.seen) AddScaled(1, row_of(r), cell.width, pooled.data());
  std::vector<CauseFit> fits;
  for (const CauseStatistics& cause : causes) {
    fits.emplace_back(cell, cause, months_seen, options).Pool(pooled);
  }
  for (int sweep = 0; sweep < options.sweep_count; ++sweep) {
    for (CauseFit& fit : fits) {
      fit.FitFactors();
      fit.BeginReps();
    }
    // All causes while a row is near: together the rows are larger than a cache.
    for (const size_t r : cell.seen) {
      for (CauseFit& fit : fits) fit.FitRep(r, row_of(r));
    }
  }
  std::vector<Cause> fitted;
  for (CauseFit& fit : fits) fitted.push_back(fit.Finish());
  return fitted;
}

}  // namespace quotacast::simulation
