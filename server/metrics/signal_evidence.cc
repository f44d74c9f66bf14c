#include "server/metrics/signal_evidence.h"

#include <algorithm>
#include <limits>

namespace quotacast::metrics {
namespace {

using simulation::kNone;
using simulation::StageKind;

constexpr int64_t kRecentUs = static_cast<int64_t>(kRecentDays * kDayUs);
constexpr int64_t kEarlierUs = static_cast<int64_t>(kEarlierDays * kDayUs);

// A won one of no amount in a company that books money; one that was expected to close before it
// was created; an open one of somebody who has left.
bool IsImpossible(const simulation::History& history, const Journey& journey,
                  simulation::Day create_day, simulation::Day as_of_day) {
  const simulation::Opportunity& record = history.opportunities[journey.opportunity];
  if (record.expected_close_day != INT32_MIN && record.expected_close_day < create_day) {
    return true;
  }
  if (journey.state == StageKind::kWon) {
    return journey.amount_micros == 0 && record.amount_micros > 0;
  }
  const int32_t owner = journey.owner();
  return journey.IsOpen() && owner != kNone && history.reps[owner].end_day < as_of_day;
}

// The records of reps: their activities, and the moves of their opportunities.
class RecordCounter {
 public:
  RecordCounter(SignalEvidence& evidence, Window window) : evidence_(evidence), window_(window) {
    evidence_.records.assign(evidence.rep_count(), 0);
    evidence_.last_record_us.assign(evidence.rep_count(), std::numeric_limits<int64_t>::min());
  }
  void Add(int32_t rep, int64_t time_us) {
    if (rep == kNone || time_us >= window_.end_us) return;
    evidence_.records[rep] += window_.Holds(time_us);
    evidence_.last_record_us[rep] = std::max(evidence_.last_record_us[rep], time_us);
  }
  void Add(const Journey& journey) {
    Add(journey.owners.front().rep, journey.create_us);
    for (const Stay& stay : journey.stays) {
      if (stay.next_stage != kNone) Add(stay.rep, stay.exit_us);
    }
  }

 private:
  SignalEvidence& evidence_;
  Window window_;
};

}  // namespace

SignalEvidence GatherEvidence(const simulation::History& history, const ActivityIndex& index,
                              absl::Span<const simulation::Quota> quotas, simulation::Period period,
                              simulation::Measure measure, int64_t as_of_us) {
  SignalEvidence evidence = {
      &history, as_of_us, ReportPipeline(history, index, quotas, period, measure, as_of_us),
      {},       {},       {},
      {},       {},       {},
      {},       {},       {},
      {}};
  const Grouping& grouping = evidence.pipeline.grouping;
  const StageIndex& stages = evidence.pipeline.stages;
  const Window recent = {as_of_us - kRecentUs, as_of_us};
  const Window earlier = {recent.start_us - kEarlierUs, recent.start_us};
  const Window both = {earlier.start_us, as_of_us};
  ConversionCounter conversion(grouping, stages, recent), before(grouping, stages, earlier);
  CloseCounter closes(grouping, stages, both);
  ContactCounter contacts(grouping, recent);
  FollowUpCounter follow_ups(grouping, stages, both);
  RecordCounter records(evidence, recent);
  evidence.impossible.resize(grouping.rep_count());
  const simulation::Day as_of_day = simulation::DayOf(as_of_us, history.time_zone);
  Journey journey;
  for (size_t i = 0; i < history.opportunities.size(); ++i) {
    const auto opportunity = static_cast<int32_t>(i);
    if (ClosedBefore(history, opportunity, both.start_us)) continue;
    if (!ReadJourney(history, opportunity, as_of_us, journey)) continue;
    conversion.Add(journey, as_of_us);
    before.Add(journey, as_of_us);
    closes.Add(journey);
    contacts.Add(journey, index.Of(opportunity));
    follow_ups.Add(journey, index.Of(opportunity));
    records.Add(journey);
    const int32_t rep = journey.IsOpen() ? journey.owner() : journey.close_rep;
    const simulation::Day create_day = simulation::DayOf(journey.create_us, history.time_zone);
    if (rep != kNone && IsImpossible(history, journey, create_day, as_of_day)) {
      evidence.impossible[rep].push_back(opportunity);
    }
    if (!journey.IsOpen() || journey.stays.empty()) continue;
    const Stay& now = journey.stays.back();
    evidence.open.push_back({opportunity, now.rep, stages.Of(journey.pipeline, now.stage),
                             now.Days(), journey.amount_micros});
  }
  for (const simulation::Activity& activity : history.activities) {
    records.Add(activity.rep, activity.time_us);
  }
  evidence.recent = conversion.Finish();
  evidence.earlier = before.Finish();
  evidence.closes = closes.Finish();
  evidence.activities = CountActivities(history, grouping, recent);
  evidence.contacts = contacts.Finish();
  evidence.follow_ups = follow_ups.Finish().rows;
  return evidence;
}

}  // namespace quotacast::metrics
