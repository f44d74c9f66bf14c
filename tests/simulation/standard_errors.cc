// Whether the standard error that forecasts state of their chances is true: standard_errors
// [SEEDS].
//
// Made-up companies are asked for the chances of their reps with one seed after the other; the
// spread of the answers is set beside the error that they state. For trials given, and for a
// precision asked, where the run ends because the stated error is small enough.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "simulation/forecast.h"
#include "tests/simulation/random_model.h"

namespace quotacast::simulation {
namespace {

constexpr int kReps = 4;

std::vector<FittedModel> Companies() {
  std::vector<FittedModel> models;
  for (const int stages : {1, 3, 6}) {
    for (const int open : {0, 5, 40}) {
      for (const double events : {20., 200.}) {
        CompanyShape shape;
        shape.reps = kReps;
        shape.stages = stages;
        shape.open_opportunities = open;
        shape.events = events;
        models.push_back(RandomModel(shape, models.size() + 1));
      }
    }
  }
  return models;
}

// A quarter's chances of every rep, some likely, some even, some unlikely.
std::vector<Question> QuestionsOf(const FittedModel& model) {
  std::vector<Question> questions;
  for (int32_t rep = 0; rep < kReps; ++rep) {
    questions.push_back({.owner = rep,
                         .period_start = model.as_of_day,
                         .period_end = model.as_of_day + 90,
                         .target = 1});
  }
  const auto forecasts = ForecastAttainment(model, questions, {});
  const double parts[] = {0.6, 0.85, 1.0, 1.4};
  for (size_t i = 0; i < questions.size(); ++i) {
    questions[i].target = std::max<int64_t>(1, std::llround((*forecasts)[i].mean * parts[i]));
  }
  return questions;
}

// For each question: spread of the answers over the seeds, over the error stated.
std::vector<double> Ratios(const FittedModel& model, ForecastOptions options, int seeds) {
  const std::vector<Question> questions = QuestionsOf(model);
  std::vector<double> sum(questions.size()), squares(questions.size()), stated(questions.size());
  for (int seed = 0; seed < seeds; ++seed) {
    options.seed = static_cast<uint64_t>(seed);
    const auto forecasts = ForecastAttainment(model, questions, options);
    for (size_t i = 0; i < questions.size(); ++i) {
      const double p = (*forecasts)[i].attainment_probability;
      const double error = (*forecasts)[i].standard_error;
      sum[i] += p;
      squares[i] += p * p;
      stated[i] += error * error;
    }
  }
  std::vector<double> ratios;
  for (size_t i = 0; i < questions.size(); ++i) {
    const double mean = sum[i] / seeds;
    // Of a chance that is certain nothing can be told.
    if (mean < 0.01 || mean > 0.99) continue;
    const double variance = (squares[i] - seeds * mean * mean) / (seeds - 1);
    ratios.push_back(std::sqrt(variance / (stated[i] / seeds)));
  }
  return ratios;
}

void Report(const char* what, const ForecastOptions& options, int seeds) {
  std::vector<double> ratios;
  for (const FittedModel& model : Companies()) {
    const std::vector<double> some = Ratios(model, options, seeds);
    ratios.insert(ratios.end(), some.begin(), some.end());
  }
  std::sort(ratios.begin(), ratios.end());
  const auto at = [&](double level) {
    return ratios[static_cast<size_t>(level * static_cast<double>(ratios.size() - 1))];
  };
  std::printf("%-24s %9zu %8.2f %8.2f %8.2f %8.2f %8.2f\n", what, ratios.size(), at(0), at(0.1),
              at(0.5), at(0.9), at(1));
}

int Main(int argc, char** argv) {
  const int seeds = argc > 1 ? std::atoi(argv[1]) : 1000;
  if (seeds < 2) {
    std::fprintf(stderr, "standard_errors: SEEDS must be a whole number from 2 on\n");
    return 2;
  }
  std::printf(
      "spread of the answers over %d seeds / standard error stated (itself known to %.1f %%)\n",
      seeds, 100 / std::sqrt(2.0 * (seeds - 1)));
  std::printf("%-24s %9s %8s %8s %8s %8s %8s\n", "asked", "chances", "lowest", "10 %", "median",
              "90 %", "highest");
  ForecastOptions options;
  options.thread_count = 2;
  Report("10,000 trials", options, seeds);
  options.trial_count = 40'000;
  Report("40,000 trials", options, seeds);
  options.precision_pp = 0.5;
  Report("precision of 0.5 points", options, seeds);
  options.precision_pp = 0.2;
  Report("precision of 0.2 points", options, seeds);
  return 0;
}

}  // namespace
}  // namespace quotacast::simulation

int main(int argc, char** argv) { return quotacast::simulation::Main(argc, argv); }
