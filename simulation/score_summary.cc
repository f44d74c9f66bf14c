#include "simulation/score_summary.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "absl/strings/str_format.h"

namespace quotacast::simulation {
namespace {

constexpr double kStandardErrorsToReport = 2;

// Standard error of the sum of `residuals`, whose mean is about 0.
double ErrorOfSum(absl::Span<const ForecastScore> scores, const std::vector<double>& residuals) {
  std::map<Day, double> by_period;
  double independent = 0;
  for (size_t i = 0; i < scores.size(); ++i) {
    by_period[scores[i].period_start] += residuals[i];
    independent += residuals[i] * residuals[i];
  }
  double clustered = 0;
  for (const auto& [period, sum] : by_period) clustered += sum * sum;
  const double periods = static_cast<double>(by_period.size());
  if (periods > 1) clustered *= periods / (periods - 1);
  return std::sqrt(std::max(clustered, independent));
}

}  // namespace

ForecastScore ScoreForecast(absl::Span<const int64_t> sorted, double probability, int64_t target,
                            int64_t actual, Day period_start, double uniform) {
  const double quota = static_cast<double>(target), outcome = static_cast<double>(actual);
  ForecastScore score;
  score.period_start = period_start;
  score.brier = BrierScore(probability, actual >= target);
  score.log_loss = LogLoss(probability, actual >= target);
  score.quota = quota;
  score.crps = Crps(sorted, actual);
  score.expected_crps = ExpectedCrps(sorted);
  score.error = outcome - Mean(sorted);
  score.pit = RandomizedPit(sorted, actual, uniform);
  for (size_t i = 0; i < kQuotaScales.size(); ++i) {
    const double scaled = kQuotaScales[i] * quota;
    score.chances[i] = {kQuotaScales[i] == 1 ? probability : ShareAtLeast(sorted, scaled),
                        outcome >= scaled};
  }
  return score;
}

ScoreSummary Summarize(absl::Span<const ForecastScore> scores) {
  ScoreSummary summary;
  summary.count = static_cast<int64_t>(scores.size());
  std::vector<Chance> chances, scaled;
  double expected = 0, quota = 0;
  for (const ForecastScore& score : scores) {
    summary.brier += score.brier;
    summary.log_loss += score.log_loss;
    summary.crps += score.crps;
    expected += score.expected_crps;
    quota += score.quota;
    summary.bias.value += score.error;
    summary.coverage_50 += InsideCentral(score.pit, 0.5);
    summary.coverage_80 += InsideCentral(score.pit, 0.8);
    summary.coverage_95 += InsideCentral(score.pit, 0.95);
    ++summary.pit_histogram[std::min(static_cast<int>(score.pit * kPitBinCount), kPitBinCount - 1)];
    for (size_t i = 0; i < kQuotaScales.size(); ++i) {
      scaled.push_back(score.chances[i]);
      if (kQuotaScales[i] == 1) chances.push_back(score.chances[i]);
    }
  }
  summary.reliability = ReliabilityTable(chances);
  summary.reliability_scaled = ReliabilityTable(scaled);
  summary.calibration_error = ExpectedCalibrationError(summary.reliability_scaled);
  summary.width.value = 1;
  if (scores.empty()) return summary;
  const double n = static_cast<double>(scores.size());
  for (double* mean : {&summary.brier, &summary.log_loss, &summary.coverage_50,
                       &summary.coverage_80, &summary.coverage_95}) {
    *mean /= n;
  }
  if (expected > 0) summary.width.value = summary.crps / expected;
  summary.bias.value /= quota;
  summary.crps /= quota;
  std::vector<double> bias, width;
  for (const ForecastScore& score : scores) {
    bias.push_back(score.error - summary.bias.value * score.quota);
    width.push_back(score.crps - summary.width.value * score.expected_crps);
  }
  // The delta method for ratios of sums.
  summary.bias.standard_error = ErrorOfSum(scores, bias) / quota;
  if (expected > 0) summary.width.standard_error = ErrorOfSum(scores, width) / expected;
  return summary;
}

std::vector<std::string> Findings(const ScoreSummary& summary, const std::string& subject) {
  std::vector<std::string> findings;
  const auto beyond = [](ScoreEstimate estimate, double right) {
    return std::abs(estimate.value - right) > kStandardErrorsToReport * estimate.standard_error;
  };
  if (summary.count < 2) return findings;
  if (beyond(summary.bias, 0)) {
    findings.push_back(absl::StrFormat(
        "%s: bookings came in %.1f %% of quota %s the forecast mean (standard error %.1f).",
        subject, 100 * std::abs(summary.bias.value), summary.bias.value > 0 ? "above" : "below",
        100 * summary.bias.standard_error));
  }
  if (beyond(summary.width, 1)) {
    findings.push_back(absl::StrFormat(
        "%s: misses were %.2f times as large as the forecasts expected (standard error %.2f); the "
        "intervals are too %s.",
        subject, summary.width.value, summary.width.standard_error,
        summary.width.value > 1 ? "narrow" : "wide"));
  }
  return findings;
}

}  // namespace quotacast::simulation
