#include "simulation/correction.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "simulation/portable_math.h"
#include "simulation/scores.h"

namespace quotacast::simulation {
namespace {

// Periods that must agree before a correction is believed by half; and how far it may ever go.
constexpr double kPriorPeriods = 4;
constexpr double kMostBias = 2;
constexpr double kMostWidth = 1.4;
constexpr int kThirds = 3;

double AsDouble(int64_t value) { return static_cast<double>(value); }

// A ratio learnt from so many periods, drawn towards 1 and kept within bounds.
double Shrunk(double numerator, double denominator, int period_count, double most) {
  if (numerator <= 0 || denominator <= 0) return 1;
  const double weight = period_count / (period_count + kPriorPeriods);
  const double log = weight * Log(numerator / denominator);
  return Exp(std::clamp(log, -Log(most), Log(most)));
}

int ThirdOf(double elapsed_share) {
  return std::clamp(static_cast<int>(std::lround(elapsed_share * kThirds)), 0, kThirds - 1);
}

// Weights exp(a z + b z^2), normalized, under which z has the mean `first` and the mean square
// `second`. They minimize the convex log sum exp(a z + b z^2) - a first - b second (Newton).
std::vector<double> Tilt(const std::vector<double>& z, double first, double second) {
  constexpr int kMostSteps = 40;
  constexpr double kLongestStep = 0.5, kMostTilt = 2, kClose = 1e-9;
  std::vector<double> weights(z.size());
  double a = 0, b = 0;
  for (int step = 0; step <= kMostSteps; ++step) {
    double largest = -std::numeric_limits<double>::infinity(), sum = 0;
    for (const double x : z) largest = std::max(largest, a * x + b * x * x);
    for (size_t i = 0; i < z.size(); ++i) {
      weights[i] = Exp(a * z[i] + b * z[i] * z[i] - largest);
      sum += weights[i];
    }
    std::array<double, 5> moment{};
    for (size_t i = 0; i < z.size(); ++i) {
      weights[i] /= sum;
      double power = weights[i];
      for (double& m : moment) {
        m += power;
        power *= z[i];
      }
    }
    const double off1 = moment[1] - first, off2 = moment[2] - second;
    if (step == kMostSteps || std::abs(off1) + std::abs(off2) < kClose) break;
    // The Hessian is the covariance of z and z^2; a little more than that where two values are all.
    const double h11 = moment[2] - moment[1] * moment[1] + kClose;
    const double h12 = moment[3] - moment[1] * moment[2];
    const double h22 = moment[4] - moment[2] * moment[2] + kClose;
    const double determinant = h11 * h22 - h12 * h12;
    double step_a = (h22 * off1 - h12 * off2) / determinant;
    double step_b = (h11 * off2 - h12 * off1) / determinant;
    // A spread out of reach sends b to its bound; the mean is then met alone.
    if (!(determinant > 0) || std::abs(b - step_b) > kMostTilt) {
      step_b = b - std::copysign(kMostTilt, b - step_b);
      step_a = (off1 - h12 * step_b) / h11;
    }
    const double longest = std::max(std::abs(step_a), std::abs(step_b));
    const double scale = longest > kLongestStep ? kLongestStep / longest : 1;
    a -= scale * step_a;
    b -= scale * step_b;
  }
  return weights;
}

double Deviation(double probability) {
  return std::sqrt(std::max(0.0, probability * (1 - probability)));
}

}  // namespace

std::vector<int64_t> Corrected(absl::Span<const int64_t> sorted, int64_t booked,
                               const Correction& correction) {
  std::vector<int64_t> corrected(sorted.begin(), sorted.end());
  if (correction.bias == 1 && correction.width == 1) return corrected;
  const double n = AsDouble(static_cast<int64_t>(sorted.size()));
  const double mean = Mean(sorted);
  double variance = 0;
  for (const int64_t value : sorted) {
    variance += (AsDouble(value) - mean) * (AsDouble(value) - mean) / n;
  }
  if (variance <= 0) return corrected;
  const double deviation = std::sqrt(variance);
  std::vector<double> standard;
  for (const int64_t value : sorted) standard.push_back((AsDouble(value) - mean) / deviation);
  const double shift = (correction.bias - 1) * (mean - AsDouble(booked)) / deviation;
  const double spread = correction.bias * correction.width;
  const std::vector<double> weights = Tilt(standard, shift, spread * spread + shift * shift);
  // Equally weighted again: the quantiles of the weighted sample at the levels (i + 1/2)/n.
  double below = 0;
  size_t from = 0;
  for (size_t i = 0; i < corrected.size(); ++i) {
    const double level = (AsDouble(static_cast<int64_t>(i)) + 0.5) / n;
    while (from + 1 < weights.size() && below + weights[from] < level) below += weights[from++];
    corrected[i] = sorted[from];
  }
  return corrected;
}

std::vector<int64_t> Remembered(absl::Span<const int64_t> sorted) {
  std::vector<int64_t> values(kRememberedValueCount);
  for (int i = 0; i < kRememberedValueCount; ++i) {
    values[i] = QuantileOf(sorted, (i + 0.5) / kRememberedValueCount);
  }
  return values;
}

void CorrectForecast(const Correction& correction, Forecast& forecast) {
  if (forecast.samples.empty() || (correction.bias == 1 && correction.width == 1)) return;
  const double before = forecast.attainment_probability, mean_before = forecast.mean;
  forecast.samples = Corrected(forecast.samples, forecast.booked, correction);
  forecast.mean = Mean(forecast.samples);
  forecast.attainment_probability =
      ShareAtLeast(forecast.samples, AsDouble(forecast.question.target));
  const double after = forecast.attainment_probability;
  if (Deviation(before) > 0) forecast.standard_error *= Deviation(after) / Deviation(before);
  forecast.standard_error = std::max(forecast.standard_error,
                                     1 / AsDouble(static_cast<int64_t>(forecast.samples.size())));
  for (double* end : {&forecast.probability_low, &forecast.probability_high}) {
    *end = std::clamp(*end + after - before, 0.0, 1.0);
  }
  for (Quantile& quantile : forecast.quantiles) {
    quantile.value = AsDouble(QuantileOf(forecast.samples, quantile.level));
  }
  const double rest_before = mean_before - AsDouble(forecast.booked);
  if (rest_before <= 0) return;
  const double scale = (forecast.mean - AsDouble(forecast.booked)) / rest_before;
  forecast.expected_from_open *= scale;
  forecast.expected_from_new *= scale;
}

LearntCorrections::LearntCorrections(std::vector<PastForecast> past) {
  // In the order of their instants, so that each is corrected by what came before it alone: its
  // period's sums are read only once the period has ended, when all of its forecasts are in them.
  std::stable_sort(past.begin(), past.end(), [](const PastForecast& a, const PastForecast& b) {
    return a.as_of_us < b.as_of_us;
  });
  for (const PastForecast& forecast : past) {
    const Key key{KindOf(forecast.period), forecast.several_reps, ThirdOf(forecast.elapsed_share)};
    const Correction learnt = Learn(key, forecast.as_of_us);
    const std::vector<int64_t> debiased =
        Corrected(forecast.values, forecast.booked, {learnt.bias, 1, learnt.period_count});
    Sums& sums = sums_[key][forecast.period_end_us];
    sums.rest_actual += AsDouble(forecast.actual - forecast.booked);
    sums.rest_mean += Mean(forecast.values) - AsDouble(forecast.booked);
    sums.debiased_crps += Crps(debiased, forecast.actual);
    sums.debiased_expected += ExpectedCrps(debiased);
    if (learnt.period_count == 0) continue;
    sums.judged = true;
    sums.crps += Crps(forecast.values, forecast.actual);
    sums.corrected_crps +=
        Crps(Corrected(forecast.values, forecast.booked, learnt), forecast.actual);
  }
}

Correction LearntCorrections::Learn(const Key& key, int64_t as_of_us) const {
  Correction correction;
  const auto found = sums_.find(key);
  if (found == sums_.end()) return correction;
  Sums total;
  for (const auto& [end_us, sums] : found->second) {
    if (end_us > as_of_us) break;
    ++correction.period_count;
    total.rest_actual += sums.rest_actual;
    total.rest_mean += sums.rest_mean;
    total.debiased_crps += sums.debiased_crps;
    total.debiased_expected += sums.debiased_expected;
  }
  const int periods = correction.period_count;
  correction.bias = Shrunk(total.rest_actual, total.rest_mean, periods, kMostBias);
  correction.width = Shrunk(total.debiased_crps, total.debiased_expected, periods, kMostWidth);
  return correction;
}

Correction LearntCorrections::At(int64_t as_of_us, PeriodKind kind, bool several_reps,
                                 double elapsed_share) const {
  return Learn({kind, several_reps, ThirdOf(elapsed_share)}, as_of_us);
}

CorrectionRecord LearntCorrections::RecordAt(int64_t as_of_us, PeriodKind kind,
                                             bool several_reps) const {
  std::map<int64_t, std::pair<double, double>> by_period;
  for (int third = 0; third < kThirds; ++third) {
    const auto found = sums_.find({kind, several_reps, third});
    if (found == sums_.end()) continue;
    for (const auto& [end_us, sums] : found->second) {
      if (end_us > as_of_us) break;
      if (!sums.judged) continue;
      by_period[end_us].first += sums.crps;
      by_period[end_us].second += sums.corrected_crps;
    }
  }
  CorrectionRecord record;
  record.period_count = static_cast<int>(by_period.size());
  for (const auto& [end_us, sums] : by_period) {
    record.crps += sums.first;
    record.corrected_crps += sums.second;
  }
  if (record.period_count < 2) return record;
  const double mean = (record.crps - record.corrected_crps) / record.period_count;
  double squares = 0;
  for (const auto& [end_us, sums] : by_period) {
    const double off = sums.first - sums.second - mean;
    squares += off * off;
  }
  record.standard_error = std::sqrt(squares * record.period_count / (record.period_count - 1));
  return record;
}

Correction LearntCorrections::Choose(CorrectionMode mode, int64_t as_of_us, PeriodKind kind,
                                     bool several_reps, double elapsed_share) const {
  const bool use = mode == CorrectionMode::kOn || (mode == CorrectionMode::kWhereBetter &&
                                                   RecordAt(as_of_us, kind, several_reps).better());
  return use ? At(as_of_us, kind, several_reps, elapsed_share) : Correction();
}

}  // namespace quotacast::simulation
