// What the metrics cost on a company of 1,000 reps, 1,000,000 stage events and 3,000,000
// activities. Not part of the tests.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <boost/random/mersenne_twister.hpp>
#include <boost/random/uniform_int_distribution.hpp>

#include "absl/strings/str_cat.h"
#include "server/metrics/activity_report.h"
#include "server/metrics/pipeline_report.h"

namespace quotacast::metrics {
namespace {

using simulation::History;
using simulation::StageKind;

constexpr int kReps = 1'000;
constexpr int kTeams = 111;  // A root, ten regions, ten teams in each.
constexpr int kOpportunities = 200'000;
constexpr int kEventsEach = 5;
constexpr int kActivitiesEach = 15;
constexpr simulation::Day kDays = 2 * 365;

History MakeCompany() {
  boost::random::mt19937_64 random(1);
  const auto up_to = [&random](int64_t n) {
    return boost::random::uniform_int_distribution<int64_t>(0, n - 1)(random);
  };
  History history;
  simulation::Pipeline& pipeline = history.pipelines.emplace_back();
  for (int s = 0; s < 8; ++s) {
    pipeline.stages.push_back({absl::StrCat("stage", s), s == 6   ? StageKind::kWon
                                                         : s == 7 ? StageKind::kLost
                                                                  : StageKind::kOpen});
  }
  for (int t = 0; t < kTeams; ++t) {
    history.teams.push_back({absl::StrCat("team", t), t == 0 ? -1 : t <= 10 ? 0 : 1 + t % 10});
  }
  for (int r = 0; r < kReps; ++r) {
    history.reps.push_back({absl::StrCat("rep", r), 11 + r % 100});
  }
  constexpr auto kSpanUs = static_cast<int64_t>(kDays * kDayUs);
  for (int i = 0; i < kOpportunities; ++i) {
    simulation::Opportunity& opportunity = history.opportunities.emplace_back();
    opportunity.id = absl::StrCat("opportunity-", i);
    opportunity.rep = static_cast<int32_t>(up_to(kReps));
    opportunity.amount_micros = 1'000'000 * (1 + up_to(50'000));
    opportunity.create_time_us = up_to(kSpanUs);
    int64_t time_us = opportunity.create_time_us;
    for (int e = 0; e < kEventsEach; ++e) {
      const int64_t stage = e < kEventsEach - 1 ? e : up_to(4) + 4;
      history.events.push_back({time_us, i, static_cast<int16_t>(stage)});
      time_us += up_to(static_cast<int64_t>(20 * kDayUs));
    }
    for (int a = 0; a < kActivitiesEach; ++a) {
      simulation::Activity& activity = history.activities.emplace_back();
      activity.time_us =
          opportunity.create_time_us + up_to(static_cast<int64_t>(60 * kDayUs)) - 1'000'000;
      activity.rep = opportunity.rep;
      activity.opportunity = i;
      activity.type = static_cast<simulation::ActivityType>(up_to(kActivityTypeCount));
      activity.outcome = static_cast<simulation::ActivityOutcome>(up_to(3));
    }
  }
  for (simulation::Day day = 0; day + 30 <= kDays; day += 30) {
    for (int r = 0; r < kReps; ++r) {
      for (const simulation::Measure measure :
           {simulation::Measure::kAmount, simulation::Measure::kUnits}) {
        history.quotas.push_back({simulation::OwnerType::kRep, r, measure, day, day + 30, 1 << 30});
      }
    }
  }
  std::sort(history.activities.begin(), history.activities.end(),
            [](const auto& a, const auto& b) { return a.time_us < b.time_us; });
  simulation::IndexEvents(history);
  return history;
}

const History& Company() {
  static const History company = MakeCompany();
  return company;
}

const ActivityIndex& Index() {
  static const ActivityIndex index(Company());
  return index;
}

constexpr auto kAsOfUs = static_cast<int64_t>((kDays - 15) * kDayUs);

// Once for a history, kept beside it.
void IndexActivities(benchmark::State& state) {
  const History& company = Company();
  for (auto _ : state) benchmark::DoNotOptimize(ActivityIndex(company));
}
BENCHMARK(IndexActivities)->Unit(benchmark::kMillisecond);

// After a write: what came with one more activity, in the last seconds.
void ExtendIndex(benchmark::State& state) {
  static const History* const grown = [] {
    auto* const history = new History(Company());
    simulation::Activity added = history->activities[history->activities.size() - 5];
    added.type = simulation::ActivityType::kOther;
    history->activities.insert(history->activities.end() - 4, added);
    return history;
  }();
  const ActivityIndex& index = Index();
  for (auto _ : state) benchmark::DoNotOptimize(index.Extended(*grown));
}
BENCHMARK(ExtendIndex)->Unit(benchmark::kMillisecond);

// The first argument: days of the period that ends with the history; the second: threads.
void Activity(benchmark::State& state) {
  const History& company = Company();
  const simulation::Period period = {kDays - static_cast<simulation::Day>(state.range(0)), kDays};
  Index();
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        ReportActivity(company, Index(), period, kAsOfUs, static_cast<int>(state.range(1))));
  }
}
BENCHMARK(Activity)
    ->ArgsProduct({{30, 90, kDays}, {1, 2}})
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

void Pipeline(benchmark::State& state) {
  const History& company = Company();
  const simulation::Period period = {kDays - static_cast<simulation::Day>(state.range(0)), kDays};
  Index();
  for (auto _ : state) {
    benchmark::DoNotOptimize(ReportPipeline(company, Index(), company.quotas, period,
                                            simulation::Measure::kAmount, kAsOfUs, {},
                                            static_cast<int>(state.range(1))));
  }
}
BENCHMARK(Pipeline)
    ->ArgsProduct({{30, 90, kDays}, {1, 2}})
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

}  // namespace
}  // namespace quotacast::metrics

BENCHMARK_MAIN();
