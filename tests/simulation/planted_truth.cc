// How true estimates and chances are on companies whose true parameters are known:
//
//   planted_truth [COMPANIES [SEED [SETTINGS]]]
//
// SETTINGS (model_settings.h) change the model that is fitted.
// Prints how often the true rates lie in their 90 % intervals, and, by tenths of the forecast
// chance, the mean forecast beside the mean true chance; how far the two are apart, what part of
// that is bias, and how often the true chance lies in the forecast's interval for it.

#include <algorithm>
#include <boost/random/mersenne_twister.hpp>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "simulation/fit.h"
#include "simulation/forecast.h"
#include "simulation/path_simulator.h"
#include "simulation/point_parameters.h"
#include "simulation/scores.h"
#include "tests/simulation/model_settings.h"
#include "tests/simulation/planted_company.h"

namespace quotacast::simulation {
namespace {

constexpr Day kHorizonDays = 30;
constexpr int kPosteriorDraws = 400;
constexpr int64_t kTruePaths = 1'000;

struct Coverage {
  int64_t count = 0, inside = 0, below = 0;  // Below: the truth is less than the interval.
  double estimates = 0, truths = 0;          // Sums.
};

struct Bin {
  int64_t count = 0;
  double forecast = 0, truth = 0;
};

struct Report {
  std::map<std::string, Coverage> coverage;
  std::vector<Bin> bins = std::vector<Bin>(10);
  double gap = 0, square_gap = 0, noise = 0;
  std::vector<double> company_gaps;                 // Mean of each.
  double expected_bookings = 0, true_bookings = 0;  // Summed.
  int64_t count = 0, inside = 0;  // Inside: the true chance is in the forecast's interval.
};

// Rates that can be compared whatever part of them an estimate puts into which factor: whole
// hazards and creations of a Wednesday in the month after the history.
std::map<std::string, std::vector<double>> RatesOf(const FittedModel& model,
                                                   const PointParameters& point) {
  std::map<std::string, std::vector<double>> rates;
  const Day wednesday = model.as_of_day + 9 - (model.as_of_day + 3) % 7;
  std::vector<double> hazards;
  for (size_t c = 0; c < model.cells.size(); ++c) {
    for (const int age : {0, 4, 12, 25}) {
      HazardsOf(model, point, static_cast<int32_t>(c), kNone, age, wednesday, hazards);
      for (size_t k = 0; k < hazards.size(); ++k) rates["hazard"].push_back(hazards[k]);
    }
    for (size_t r = 0; r < model.reps.size(); ++r) {
      HazardsOf(model, point, static_cast<int32_t>(c), static_cast<int32_t>(r), 4, wednesday,
                hazards);
      for (const double hazard : hazards) rates["hazard of a rep"].push_back(hazard);
    }
  }
  for (size_t r = 0; r < model.reps.size(); ++r) {
    rates["creations of a rep"].push_back(
        ArrivalsOn(model, point, 0, static_cast<int32_t>(r), wednesday));
  }
  return rates;
}

void CountIntervals(const FittedModel& fitted, const FittedModel& truth, Report& report) {
  FittedModel unshocked = fitted;
  const double infinite = std::numeric_limits<double>::infinity();
  unshocked.options.rep_shock_shape = unshocked.options.company_shock_shape = infinite;
  unshocked.options.arrival_rep_shock_shape = infinite;
  unshocked.options.arrival_company_shock_shape = infinite;
  const auto true_rates = RatesOf(truth, MeanParameters(truth));
  std::map<std::string, std::vector<std::vector<double>>> draws;
  boost::random::mt19937_64 random(1);
  for (int d = 0; d < kPosteriorDraws; ++d) {
    for (const auto& [name, rates] : RatesOf(unshocked, DrawParameters(unshocked, random))) {
      draws[name].resize(rates.size());
      for (size_t i = 0; i < rates.size(); ++i) draws[name][i].push_back(rates[i]);
    }
  }
  for (auto& [name, by_rate] : draws) {
    const std::vector<double>& right = true_rates.at(name);
    if (right.size() != by_rate.size()) continue;  // A cause never seen has no estimate.
    Coverage& coverage = report.coverage[name];
    for (size_t i = 0; i < right.size(); ++i) {
      std::sort(by_rate[i].begin(), by_rate[i].end());
      coverage.estimates +=
          std::accumulate(by_rate[i].begin(), by_rate[i].end(), 0.0) / kPosteriorDraws;
      coverage.truths += right[i];
      const double low = by_rate[i][kPosteriorDraws / 20];
      const double high = by_rate[i][kPosteriorDraws - 1 - kPosteriorDraws / 20];
      ++coverage.count;
      coverage.inside += right[i] >= low && right[i] <= high;
      coverage.below += right[i] < low;
    }
  }
}

bool CompareChances(const PlantedCompany& company, const FittedModel& fitted, uint64_t seed,
                    Report& report) {
  std::vector<Question> questions;
  for (size_t r = 0; r < fitted.reps.size(); ++r) {
    questions.push_back({.owner = static_cast<int32_t>(r),
                         .period_start = fitted.as_of_day,
                         .period_end = fitted.as_of_day + kHorizonDays});
  }
  ForecastOptions options;
  options.run_rate_share = 0;
  options.keep_samples = true;
  for (Question& question : questions) question.target = 1;
  auto forecasts = ForecastAttainment(fitted, questions, options);
  for (size_t q = 0; forecasts.ok() && q < questions.size(); ++q) {
    // Quotas from easy to hard, and from what the forecaster knows alone: a quota that knows the
    // truth is beaten less often by a skewed forecast, however right that is.
    const double level = UniformOf(seed, {static_cast<int64_t>(q)});
    questions[q].target = std::max<int64_t>(1, QuantileOf((*forecasts)[q].samples, level));
  }
  auto paths = SimulatePaths(company.truth, questions, {.trial_count = kTruePaths, .seed = seed});
  for (std::vector<int64_t>& values : paths) std::sort(values.begin(), values.end());
  options.keep_samples = false;
  if (forecasts.ok()) forecasts = ForecastAttainment(fitted, questions, options);
  if (!forecasts.ok()) {
    std::fprintf(stderr, "%s\n", forecasts.status().ToString().c_str());
    return false;
  }
  const double gap_before = report.gap;
  for (size_t q = 0; q < questions.size(); ++q) {
    const double right = ShareAtLeast(paths[q], static_cast<double>(questions[q].target));
    const double said = (*forecasts)[q].attainment_probability;
    Bin& bin = report.bins[std::clamp(static_cast<int>(said * 10), 0, 9)];
    ++bin.count;
    bin.forecast += said;
    bin.truth += right;
    ++report.count;
    report.inside +=
        right >= (*forecasts)[q].probability_low && right <= (*forecasts)[q].probability_high;
    const double paths_sum = std::accumulate(paths[q].begin(), paths[q].end(), 0.0);
    report.true_bookings += paths_sum / static_cast<double>(paths[q].size());
    report.expected_bookings += (*forecasts)[q].mean;
    report.gap += said - right;
    report.square_gap += (said - right) * (said - right);
    report.noise += right * (1 - right) / static_cast<double>(kTruePaths) +
                    std::pow((*forecasts)[q].standard_error, 2);
  }
  report.company_gaps.push_back((report.gap - gap_before) / static_cast<double>(questions.size()));
  return true;
}

void Print(const Report& report) {
  std::printf("%-20s %8s %10s %12s %12s %18s\n", "true rate", "n", "inside", "below", "above",
              "estimate / truth");
  for (const auto& [name, c] : report.coverage) {
    const double n = static_cast<double>(c.count);
    std::printf(
        "%-20s %8ld %9.1f%% %11.1f%% %11.1f%% %18.3f\n", name.c_str(), static_cast<long>(c.count),
        100 * static_cast<double>(c.inside) / n, 100 * static_cast<double>(c.below) / n,
        100 * static_cast<double>(c.count - c.inside - c.below) / n, c.estimates / c.truths);
  }
  std::printf("%-20s %8s %10s %12s\n", "chance", "n", "forecast", "truth");
  for (size_t i = 0; i < report.bins.size(); ++i) {
    const Bin& bin = report.bins[i];
    const double n = std::max<double>(1, static_cast<double>(bin.count));
    std::printf("%3zu to %3zu %%%9s %8ld %10.3f %12.3f\n", 10 * i, 10 * i + 10, "",
                static_cast<long>(bin.count), bin.forecast / n, bin.truth / n);
  }
  const double n = static_cast<double>(report.count);
  double mean = 0, variance = 0;
  const double companies = static_cast<double>(report.company_gaps.size());
  for (const double gap : report.company_gaps) mean += gap / companies;
  for (const double gap : report.company_gaps) variance += (gap - mean) * (gap - mean);
  std::printf(
      "mean gap %+.4f (standard error %.4f), root mean square gap %.4f, of which simulation noise "
      "%.4f\n",
      report.gap / n, std::sqrt(variance / companies / (companies - 1)),
      std::sqrt(report.square_gap / n), std::sqrt(report.noise / n));
  const double mean_square = report.square_gap / n;
  std::printf(
      "of the mean square gap: bias %.1f%%, simulation noise %.1f%%, error of estimation the rest; "
      "true chances in their 90 %% intervals %.1f%%\n",
      100 * std::pow(report.gap / n, 2) / mean_square, 100 * report.noise / n / mean_square,
      100 * static_cast<double>(report.inside) / n);
  std::printf("expected bookings, forecast over true: %.3f\n",
              report.expected_bookings / report.true_bookings);
}

int Run(int companies, uint64_t seed, const ModelOptions& settings) {
  for (const bool shocks : {false, true}) {
    Report report;
    for (int i = 0; i < companies; ++i) {
      PlantedOptions options;
      options.shocks = shocks;
      options.stages = 2 + i % 5;
      options.reps = 5 + i % 11;
      options.days = 180 + 30 * (i % 7);
      const uint64_t company_seed = seed + static_cast<uint64_t>(i);
      const PlantedCompany company = PlantCompany(options, company_seed);
      ModelOptions model_options = settings;
      if (!shocks) {
        const ModelOptions& known = company.truth.options;
        model_options.rep_shock_shape = known.rep_shock_shape;
        model_options.company_shock_shape = known.company_shock_shape;
        model_options.arrival_rep_shock_shape = known.arrival_rep_shock_shape;
        model_options.arrival_company_shock_shape = known.arrival_company_shock_shape;
      }
      const auto fitted = FitModel(company.history, company.truth.as_of_us, model_options);
      if (!fitted.ok()) {
        std::fprintf(stderr, "%s\n", fitted.status().ToString().c_str());
        return 1;
      }
      CountIntervals(*fitted, company.truth, report);
      if (!CompareChances(company, *fitted, company_seed, report)) return 1;
    }
    std::printf("%d companies, periods %s shocks\n", companies, shocks ? "with" : "without");
    Print(report);
  }
  return 0;
}

}  // namespace
}  // namespace quotacast::simulation

int main(int argc, char** argv) {
  quotacast::simulation::ForecastOptions settings;
  const absl::Status status =
      quotacast::simulation::ApplySettings(argc > 3 ? argv[3] : "", settings);
  if (!status.ok()) {
    std::fprintf(stderr, "%s\n", status.ToString().c_str());
    return 2;
  }
  return quotacast::simulation::Run(argc > 1 ? std::atoi(argv[1]) : 200,
                                    argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1,
                                    settings.model);
}
