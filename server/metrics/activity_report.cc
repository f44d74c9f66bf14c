#include "server/metrics/activity_report.h"

#include <algorithm>
#include <utility>

#include "server/metrics/parallel_count.h"

namespace quotacast::metrics {
namespace {

// What is counted of a period, one opportunity after the other.
struct PeriodCounters {
  PeriodCounters(const Grouping& grouping, const StageIndex& stages, Window w)
      : window(w),
        prospecting(grouping, w),
        contacts(grouping, w),
        follow_ups(grouping, stages, w),
        effect(grouping, stages, w) {}
  void Add(const Journey& journey, absl::Span<const LinkedActivity> activities) {
    contacts.Add(journey, activities);
    follow_ups.Add(journey, activities);
    effect.Add(journey, activities);
  }
  void Merge(const PeriodCounters& other) {
    prospecting.Merge(other.prospecting);
    contacts.Merge(other.contacts);
    follow_ups.Merge(other.follow_ups);
    effect.Merge(other.effect);
  }

  Window window;
  ProspectingCounter prospecting;
  ContactCounter contacts;
  FollowUpCounter follow_ups;
  EffectCounter effect;
};

class Reader {
 public:
  Reader(const simulation::History& history, const ActivityIndex& index, int64_t as_of_us,
         const PeriodCounters& current, const PeriodCounters& before)
      : history_(&history),
        index_(&index),
        as_of_us_(as_of_us),
        start_us_(std::min({current.window.start_us, before.window.start_us, as_of_us})),
        current_(current),
        before_(before) {}

  void Read(int32_t opportunity) {
    // What was created and closed before either period began is in none of the figures.
    const simulation::Opportunity& record = history_->opportunities[opportunity];
    const bool is_closed = ClosedBefore(*history_, opportunity, start_us_);
    if (is_closed && record.create_time_us < start_us_) return;
    const absl::Span<const LinkedActivity> activities = index_->Of(opportunity);
    current_.prospecting.Add(record, activities);
    before_.prospecting.Add(record, activities);
    if (is_closed) return;
    if (!ReadJourney(*history_, opportunity, as_of_us_, journey_)) return;
    current_.Add(journey_, activities);
    before_.Add(journey_, activities);
  }
  void Merge(const Reader& other) {
    current_.Merge(other.current_);
    before_.Merge(other.before_);
  }
  PeriodCounters& current() { return current_; }
  PeriodCounters& before() { return before_; }

 private:
  const simulation::History* history_;
  const ActivityIndex* index_;
  int64_t as_of_us_, start_us_;
  PeriodCounters current_, before_;
  Journey journey_;
};

ActivityFigures Finish(const simulation::History& history, const Grouping& grouping,
                       simulation::Period period, int thread_count, PeriodCounters& counters) {
  return {period,
          counters.window,
          CountActivities(history, grouping, counters.window, counters.prospecting.rows(),
                          thread_count),
          counters.contacts.Finish(),
          counters.follow_ups.Finish(),
          counters.effect.Finish()};
}

}  // namespace

ActivityReport ReportActivity(const simulation::History& history, const ActivityIndex& index,
                              simulation::Period period, int64_t as_of_us, int thread_count) {
  const simulation::Period previous = simulation::Earlier(period, 1);
  const Grouping grouping(history);
  const StageIndex stages(history);
  Reader read = CountInParallel(history.opportunities.size(), thread_count, [&] {
    return Reader(history, index, as_of_us,
                  {grouping, stages, WindowOf(period, as_of_us, history.time_zone)},
                  {grouping, stages, WindowOf(previous, as_of_us, history.time_zone)});
  });
  ActivityReport report = {grouping, stages,
                           Finish(history, grouping, period, thread_count, read.current()),
                           Finish(history, grouping, previous, thread_count, read.before())};
  ContactCounts both = report.current.contacts.back();
  both += report.previous.contacts.back();
  report.current.calls_linked = report.previous.calls_linked = CallsAreLinked(both);
  return report;
}

}  // namespace quotacast::metrics
