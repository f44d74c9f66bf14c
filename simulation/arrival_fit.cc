#include "simulation/arrival_fit.h"

#include <algorithm>
#include <numeric>

#include "simulation/estimators.h"
#include "simulation/portable_math.h"

namespace quotacast::simulation {
namespace {

constexpr int kSweeps = 3;

using ByWeekday = std::array<double, kWeekdayCount>;

double ToDays(int64_t weight) {
  return static_cast<double>(weight) / static_cast<double>(kWeightOne);
}

// Weighted days at work by weekday, for each rep.
std::vector<ByWeekday> DaysAtWork(const FittedModel& model, const RecencyWeights& weights) {
  std::vector<ByWeekday> days(model.reps.size(), ByWeekday{});
  for (size_t r = 0; r < model.reps.size(); ++r) {
    const Day begin = std::max(model.first_day, model.reps[r].start_day);
    const Day end = std::min(model.as_of_day, model.reps[r].end_day);
    if (begin >= end) continue;
    std::vector<int64_t> by_class(kDayClassCount);
    weights.AddDays(begin, end, absl::MakeSpan(by_class));
    for (size_t c = 0; c < by_class.size(); ++c) days[r][c % kWeekdayCount] += ToDays(by_class[c]);
  }
  return days;
}

double Dot(const ByWeekday& a, const ByWeekday& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

}  // namespace

Arrivals FitArrivals(const FittedModel& model, const Observation& observation, int32_t pipeline,
                     size_t stage_count, const RecencyWeights& weights) {
  const ModelOptions& options = model.options;
  const size_t rep_count = model.reps.size();
  std::vector<int64_t> created(rep_count), by_weekday(kWeekdayCount), by_stage(stage_count);
  int64_t total = 0;
  for (const Creation& creation : observation.creations) {
    if (creation.pipeline != pipeline || creation.rep == kNone) continue;
    const int64_t weight = weights.Of(creation.day);
    created[creation.rep] += weight;
    by_weekday[weights.ClassOf(creation.day) % kWeekdayCount] += weight;
    by_stage[creation.stage] += weight;
    total += weight;
  }
  Arrivals arrivals;
  arrivals.reps.resize(rep_count);
  arrivals.entry_share.assign(stage_count, 0);
  if (total == 0 || !options.arrivals) return arrivals;
  for (size_t s = 0; s < stage_count; ++s) {
    arrivals.entry_share[s] = static_cast<double>(by_stage[s]) / static_cast<double>(total);
  }
  const std::vector<ByWeekday> days = DaysAtWork(model, weights);
  const std::vector<double> observed = [&] {
    std::vector<double> sums;
    for (const int64_t weight : by_weekday) sums.push_back(ToDays(weight));
    return sums;
  }();
  ByWeekday factors;
  factors.fill(1);
  for (int sweep = 0; sweep < kSweeps; ++sweep) {
    double all_days = 0;
    for (const ByWeekday& d : days) all_days += Dot(d, factors);
    // A company that began today has a creation but no day behind it: as if it had one.
    const double company_rate = ToDays(total) / std::max(all_days, 1.0);
    std::vector<double> expected(kWeekdayCount);
    for (size_t r = 0; r < rep_count; ++r) {
      const double prior = options.arrival_prior_events;
      arrivals.reps[r] = {prior + ToDays(created[r]), prior / company_rate + Dot(days[r], factors)};
      const double rate = arrivals.reps[r].shape / arrivals.reps[r].rate;
      for (int w = 0; w < kWeekdayCount; ++w) expected[w] += rate * days[r][w];
    }
    if (!options.weekday_factors || sweep + 1 == kSweeps) continue;
    const std::vector<LogFactor> fitted =
        ClassFactors(observed, expected, std::vector<double>(kWeekdayCount, 0));
    for (int w = 0; w < kWeekdayCount; ++w) {
      arrivals.weekday.mean_log[w] = fitted[w].mean;
      arrivals.weekday.variance_log[w] = fitted[w].variance;
      factors[w] = Exp(fitted[w].mean);
    }
  }
  return arrivals;
}

}  // namespace quotacast::simulation
