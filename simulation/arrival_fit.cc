#include "simulation/arrival_fit.h"

#include <algorithm>
#include <numeric>

#include "simulation/add_up.h"
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
    weights.AddDays(begin, end, 1, absl::MakeSpan(by_class));
    for (size_t c = 0; c < by_class.size(); ++c) days[r][c % kWeekdayCount] += ToDays(by_class[c]);
  }
  return days;
}

double Dot(const ByWeekday& a, const ByWeekday& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

// Over how many equally weighted stretches of shock_days the days at work spread: the more,
// the better the shocks of the past average out.
double EffectiveStretches(const FittedModel& model, size_t rep, const RecencyWeights& weights) {
  constexpr double kCenturyDays = 36'525;
  const Day length = static_cast<Day>(std::clamp(model.options.shock_days, 1.0, kCenturyDays));
  const Day begin = std::max(model.first_day, model.reps[rep].start_day);
  double sum = 0, squares = 0;
  for (Day end = std::min(model.as_of_day, model.reps[rep].end_day); end > begin; end -= length) {
    std::vector<int64_t> by_class(kDayClassCount);
    weights.AddDays(std::max(begin, end - length), end, 1, absl::MakeSpan(by_class));
    const double days = ToDays(std::accumulate(by_class.begin(), by_class.end(), int64_t{0}));
    sum += days;
    squares += days * days;
  }
  return squares > 0 ? sum * sum / squares : 1;
}

// What the shocks of the past do to a rep's rate: Var(rep shock * company shock) over the stretches
// that average them out.
std::vector<double> ShockVariances(const FittedModel& model, const RecencyWeights& weights) {
  const ModelOptions& options = model.options;
  const double variance =
      (1 + 1 / options.arrival_rep_shock_shape) * (1 + 1 / options.arrival_company_shock_shape) - 1;
  std::vector<double> variances;
  for (size_t r = 0; r < model.reps.size(); ++r) {
    variances.push_back(variance / EffectiveStretches(model, r, weights));
  }
  return variances;
}

GammaPosterior RepRate(double created, double days, double company_rate, double prior_events,
                       double shock_variance) {
  const double prior_days = prior_events / company_rate;
  const double expected = days * (prior_events + created) / (prior_days + days);
  const double information = 1 / (1 + expected * shock_variance);
  return {prior_events + information * created, prior_days + information * days};
}

}  // namespace

void CreationCounts::Count(const Creation& creation, int64_t sign, const RecencyWeights& weights) {
  if (creation.rep == kNone) return;
  const int64_t weight = sign * weights.Of(creation.day);
  by_rep[creation.rep] += weight;
  by_weekday[weights.ClassOf(creation.day) % kWeekdayCount] += weight;
  by_stage[creation.stage] += weight;
  total += weight;
}

void CreationCounts::Add(const CreationCounts& other) {
  AddUp(other.by_rep, by_rep);
  AddUp(other.by_weekday, by_weekday);
  AddUp(other.by_stage, by_stage);
  total += other.total;
}

Arrivals FitArrivals(const FittedModel& model, const CreationCounts& counts,
                     const RecencyWeights& weights) {
  const ModelOptions& options = model.options;
  const size_t rep_count = model.reps.size(), stage_count = counts.by_stage.size();
  const int64_t total = counts.total;
  Arrivals arrivals;
  arrivals.reps.resize(rep_count);
  arrivals.entry_share.assign(stage_count, 0);
  if (total == 0 || !options.arrivals) return arrivals;
  for (size_t s = 0; s < stage_count; ++s) {
    arrivals.entry_share[s] = static_cast<double>(counts.by_stage[s]) / static_cast<double>(total);
  }
  const std::vector<ByWeekday> days = DaysAtWork(model, weights);
  std::vector<double> observed;
  for (const int64_t weight : counts.by_weekday) observed.push_back(ToDays(weight));
  const std::vector<double> shock_variances = ShockVariances(model, weights);
  ByWeekday factors;
  factors.fill(1);
  for (int sweep = 0; sweep < kSweeps; ++sweep) {
    double all_days = 0;
    for (const ByWeekday& d : days) all_days += Dot(d, factors);
    // A company that began today has a creation but no day behind it: as if it had one.
    const double company_rate = ToDays(total) / std::max(all_days, 1.0);
    std::vector<double> expected(kWeekdayCount);
    for (size_t r = 0; r < rep_count; ++r) {
      arrivals.reps[r] = RepRate(ToDays(counts.by_rep[r]), Dot(days[r], factors), company_rate,
                                 options.arrival_prior_events, shock_variances[r]);
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
