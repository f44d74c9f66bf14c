// The level that a guideline asks for, worked out once more from the plain records: what a rep does
// a week and what comes of it by docs/model.md and activity_effects.h, every activity looked at for
// every opportunity; and the chance at that level by a forecast with the rep's creation rate in the
// model multiplied by hand.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "simulation/fit.h"
#include "simulation/scenario/activity_effects.h"
#include "simulation/scenario/plan.h"
#include "tests/server/metrics/alike_company.h"

namespace quotacast::metrics {
namespace {

using simulation::Activity;
using simulation::ActivityType;
using simulation::Day;
using simulation::FittedModel;
using simulation::History;
using simulation::kNone;

constexpr int32_t kRep = 1;

// Weighted calls of each rep to nobody's opportunity yet, and opportunities that came of them.
struct Records {
  std::vector<double> calls, credited;
  double weekly = 0;  // Of kRep.
};

bool IsProspecting(const History& history, const Activity& activity) {
  return activity.opportunity == kNone ||
         activity.time_us <= history.opportunities[activity.opportunity].create_time_us;
}

Records ReadRecords(const History& history, Day as_of_day) {
  const auto weight = [&](Day day) { return std::pow(.5, (as_of_day - day) / 45.); };
  Records records;
  records.calls.assign(history.reps.size(), 0);
  records.credited.assign(history.reps.size(), 0);
  Day first_day = as_of_day;
  for (const Activity& activity : history.activities) {
    if (activity.type != ActivityType::kCall || !IsProspecting(history, activity)) continue;
    const Day day = simulation::DayOf(activity.time_us, history.time_zone);
    first_day = std::min(first_day, day);
    records.calls[activity.rep] += weight(day);
  }
  double days = 0;
  for (Day day = std::max(first_day, history.reps[kRep].start_day); day < as_of_day; ++day) {
    days += weight(day);
  }
  records.weekly = 7 * records.calls[kRep] / days;
  for (size_t o = 0; o < history.opportunities.size(); ++o) {
    const Activity* first = nullptr;
    for (const Activity& activity : history.activities) {
      if (activity.opportunity != static_cast<int32_t>(o)) continue;
      if (IsProspecting(history, activity) && first == nullptr) first = &activity;
    }
    if (first == nullptr || first->type != ActivityType::kCall) continue;
    records.credited[first->rep] += weight(simulation::DayOf(first->time_us, history.time_zone));
  }
  return records;
}

double Sum(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum;
}

class GuidelineReference : public ::testing::Test {
 protected:
  GuidelineReference() {
    AlikeOptions options;
    options.reps = 4;
    options.days = 300;
    history_ = MakeAlikeCompany(options, 17);
    model_ = *simulation::FitModel(
        history_, simulation::StartOfDayUs(kAlikeFirstDay + 300, history_.time_zone));
    question_.owner = kRep;
    question_.period_start = model_.as_of_day;
    question_.period_end = model_.as_of_day + 90;
    question_.target = 1;
    question_.target = static_cast<int64_t>(ForecastOf(model_).mean);
  }

  simulation::Forecast ForecastOf(const FittedModel& model) const {
    return simulation::ForecastAttainment(model, {&question_, 1}, options_)->front();
  }

  // With the creation rate of kRep times `factor`.
  simulation::Forecast With(double factor) const {
    FittedModel model = model_;
    for (simulation::FittedPipeline& pipeline : model.pipelines) {
      pipeline.arrivals.reps[kRep].rate /= factor;
    }
    return ForecastOf(model);
  }

  History history_;
  FittedModel model_;
  simulation::Question question_;
  simulation::ForecastOptions options_;
};

TEST_F(GuidelineReference, TheLevelIsTheLeastThatReachesTheChance) {
  const Records records = ReadRecords(history_, model_.as_of_day);
  const double rate = Sum(records.credited) / Sum(records.calls);
  const double of_rep = rate * (20 + records.credited[kRep]) / (20 + rate * records.calls[kRep]);
  double creations_weekly = 0;
  for (const simulation::FittedPipeline& pipeline : model_.pipelines) {
    const simulation::GammaPosterior& own = pipeline.arrivals.reps[kRep];
    creations_weekly += simulation::WeekdaySum(pipeline.arrivals) * own.shape / own.rate;
  }
  const double share = std::min(1., of_rep * records.weekly / creations_weekly);

  const simulation::ActivityEffects effects =
      simulation::LearnProspectingEffects(history_, model_, model_.as_of_us, 2);
  const simulation::ActivityOfKind& calls = effects.kinds[static_cast<size_t>(ActivityType::kCall)];
  EXPECT_NEAR(calls.weekly[kRep], records.weekly, 1e-9 * records.weekly);
  EXPECT_NEAR(calls.company_per_activity.value, rate, 1e-9);
  EXPECT_NEAR(calls.per_activity[kRep], of_rep, 1e-9);
  EXPECT_NEAR(effects.creations_weekly[kRep], creations_weekly, 1e-9);

  const auto run = simulation::PairedRun::Create(model_, {question_}, options_);
  ASSERT_TRUE(run.ok()) << run.status();
  simulation::PlanRequest request;
  request.target_probability = .6;
  request.with_curve = false;
  const auto plan = simulation::PlanActivity(*run, effects, 0, request);
  ASSERT_TRUE(plan.ok()) << plan.status();
  ASSERT_TRUE(plan->attainable) << plan->reason;
  EXPECT_GT(plan->required, records.weekly);
  const auto at = [&](double level) { return With(1 + share * (level / records.weekly - 1)); };
  // Two runs of the engine, each with its error: a true difference of 0 exceeds four standard
  // errors of the difference by chance with probability below 1e-4.
  const simulation::Forecast enough = at(plan->required);
  EXPECT_NEAR(enough.attainment_probability, plan->probability,
              4 * std::hypot(enough.standard_error, plan->standard_error));
  EXPECT_GE(enough.attainment_probability, .6 - 4 * enough.standard_error);
  const simulation::Forecast less = at(plan->required - 1);
  EXPECT_LT(less.attainment_probability, .6 + 4 * less.standard_error);
}

}  // namespace
}  // namespace quotacast::metrics
