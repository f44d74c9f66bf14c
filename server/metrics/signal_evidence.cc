#include "server/metrics/signal_evidence.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "server/metrics/parallel_count.h"

namespace quotacast::metrics {
namespace {

using simulation::kNone;
using simulation::StageKind;

constexpr int64_t kRecentUs = static_cast<int64_t>(kRecentDays * kDayUs);
constexpr int64_t kEarlierUs = static_cast<int64_t>(kEarlierDays * kDayUs);

// A won one of no amount in a company that books money; one that was expected to close before it
// was created; an open one of somebody who has left.
bool IsImpossible(const simulation::History& history, const Journey& journey,
                  simulation::Day as_of_day, simulation::DayReader& days) {
  const simulation::Opportunity& record = history.opportunities[journey.opportunity];
  if (record.expected_close_day != INT32_MIN &&
      record.expected_close_day < days.Of(journey.create_us)) {
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
  RecordCounter(int32_t rep_count, Window window)
      : window_(window),
        records_(static_cast<size_t>(rep_count), 0),
        last_us_(static_cast<size_t>(rep_count), std::numeric_limits<int64_t>::min()) {}
  void Add(int32_t rep, int64_t time_us) {
    if (rep == kNone || time_us >= window_.end_us) return;
    records_[rep] += window_.Holds(time_us);
    last_us_[rep] = std::max(last_us_[rep], time_us);
  }
  void Add(const Journey& journey) {
    Add(journey.owners.front().rep, journey.create_us);
    for (const Stay& stay : journey.stays) {
      if (stay.next_stage != kNone) Add(stay.rep, stay.exit_us);
    }
  }
  bool HasAny(int32_t rep) const { return last_us_[rep] != std::numeric_limits<int64_t>::min(); }
  void Merge(const RecordCounter& other) {
    simulation::AddUp(other.records_, records_);
    for (size_t rep = 0; rep < last_us_.size(); ++rep) {
      last_us_[rep] = std::max(last_us_[rep], other.last_us_[rep]);
    }
  }
  std::vector<int64_t>& records() { return records_; }
  std::vector<int64_t>& last_us() { return last_us_; }

 private:
  Window window_;
  std::vector<int64_t> records_, last_us_;
};

// What is counted of opportunities, one after the other.
class Reader {
 public:
  Reader(const simulation::History& history, const ActivityIndex& index, const Grouping& grouping,
         const StageIndex& stages, Window recent_window, Window earlier_window,
         std::vector<int64_t> past_starts)
      : load(grouping, stages, past_starts, recent_window.end_us),
        ledger(grouping.rep_count()),
        recent(grouping, stages, recent_window),
        earlier(grouping, stages, earlier_window),
        closes(grouping, stages, {earlier_window.start_us, recent_window.end_us}),
        contacts(grouping, recent_window),
        follow_ups(grouping, stages, {earlier_window.start_us, recent_window.end_us}),
        prospecting(grouping, recent_window),
        records(grouping.rep_count(), recent_window),
        history_(&history),
        index_(&index),
        stages_(&stages),
        days_(history.time_zone),
        as_of_us_(recent_window.end_us),
        as_of_day_(simulation::DayOf(recent_window.end_us, history.time_zone)),
        earlier_us_(earlier_window.start_us),
        first_us_(past_starts.empty() ? earlier_window.start_us
                                      : std::min(earlier_window.start_us, past_starts.front())) {}

  void Read(int32_t opportunity) {
    const absl::Span<const LinkedActivity> activities = index_->Of(opportunity);
    prospecting.Add(history_->opportunities[opportunity], activities);
    if (ClosedBefore(*history_, opportunity, first_us_)) return;
    if (!ReadJourney(*history_, opportunity, as_of_us_, journey_)) return;
    load.Add(journey_, journey_.IsOpen() ? activities : absl::Span<const LinkedActivity>());
    ledger.Add(journey_);
    if (ClosedBefore(*history_, opportunity, earlier_us_)) return;
    recent.Add(journey_, as_of_us_);
    earlier.Add(journey_, as_of_us_);
    closes.Add(journey_);
    contacts.Add(journey_, activities);
    follow_ups.AddToRows(journey_, activities);
    records.Add(journey_);
    AddState();
  }
  void Merge(Reader&& other) {
    load.Merge(other.load);
    ledger.Merge(other.ledger);
    recent.Merge(other.recent);
    earlier.Merge(other.earlier);
    closes.Merge(other.closes);
    contacts.Merge(other.contacts);
    follow_ups.Merge(other.follow_ups);
    prospecting.Merge(other.prospecting);
    records.Merge(other.records);
    open.insert(open.end(), other.open.begin(), other.open.end());
    impossible.insert(impossible.end(), other.impossible.begin(), other.impossible.end());
  }

  LoadCounter load;
  BookingLedger ledger;
  ConversionCounter recent, earlier;
  CloseCounter closes;
  ContactCounter contacts;
  FollowUpCounter follow_ups;
  ProspectingCounter prospecting;
  RecordCounter records;
  std::vector<OpenItem> open;
  std::vector<std::pair<int32_t, int32_t>> impossible;  // Opportunity, rep.

 private:
  void AddState() {
    const int32_t rep = journey_.IsOpen() ? journey_.owner() : journey_.close_rep;
    if (rep != kNone && IsImpossible(*history_, journey_, as_of_day_, days_)) {
      impossible.emplace_back(journey_.opportunity, rep);
    }
    if (!journey_.IsOpen() || journey_.stays.empty()) return;
    const Stay& now = journey_.stays.back();
    open.push_back({journey_.opportunity, now.rep, stages_->Of(journey_.pipeline, now.stage),
                    now.Days(), journey_.amount_micros});
  }

  const simulation::History* history_;
  const ActivityIndex* index_;
  const StageIndex* stages_;
  simulation::DayReader days_;
  int64_t as_of_us_;
  simulation::Day as_of_day_;
  int64_t earlier_us_, first_us_;
  Journey journey_;
};

// Every activity is a record of its rep.
class ActivityReader {
 public:
  ActivityReader(absl::Span<const simulation::Activity> activities, RecordCounter records)
      : activities_(activities), records_(std::move(records)) {}
  void Read(int32_t index) {
    const simulation::Activity& activity = activities_[static_cast<size_t>(index)];
    records_.Add(activity.rep, activity.time_us);
  }
  void Merge(const ActivityReader& other) { records_.Merge(other.records_); }
  RecordCounter& records() { return records_; }

 private:
  absl::Span<const simulation::Activity> activities_;
  RecordCounter records_;
};

// The activities of the recent days, and of those before them the last of each rep at work who did
// nothing since, as far back as the first of these started.
RecordCounter CountRecords(const simulation::History& history, int32_t rep_count, Window recent,
                           int thread_count) {
  const absl::Span<const simulation::Activity> activities = ActivitiesIn(history, recent);
  RecordCounter records = std::move(CountInParallel(activities.size(), thread_count, [&] {
                                      return ActivityReader(activities, {rep_count, recent});
                                    }).records());
  const simulation::Day as_of_day = simulation::DayOf(recent.end_us, history.time_zone);
  std::vector<bool> sought(static_cast<size_t>(rep_count));
  simulation::Day first_day = as_of_day;
  for (int32_t rep = 0; rep < rep_count; ++rep) {
    const simulation::Rep& record = history.reps[rep];
    if (records.HasAny(rep) || record.end_day <= as_of_day) continue;
    sought[rep] = true;
    first_day = std::min(first_day, record.start_day);
  }
  const int64_t first_us = simulation::StartOfDayUs(first_day, history.time_zone);
  auto left = std::count(sought.begin(), sought.end(), true);
  for (const simulation::Activity* activity = activities.data();
       left > 0 && activity != history.activities.data() && (--activity)->time_us >= first_us;) {
    if (activity->rep == kNone || !sought[activity->rep]) continue;
    records.Add(activity->rep, activity->time_us);
    sought[activity->rep] = false;
    --left;
  }
  return records;
}

}  // namespace

SignalEvidence GatherEvidence(const simulation::History& history, const ActivityIndex& index,
                              absl::Span<const simulation::Quota> quotas, simulation::Period period,
                              simulation::Measure measure, int64_t as_of_us, int thread_count) {
  SignalEvidence evidence = {&history, as_of_us, Grouping(history), StageIndex(history)};
  const Grouping& grouping = evidence.grouping;
  const Window recent = {as_of_us - kRecentUs, as_of_us};
  const Window earlier = {recent.start_us - kEarlierUs, recent.start_us};
  const std::vector<simulation::Period> periods = PastQuotaPeriods(quotas, period, kPastPeriods);
  const std::vector<int64_t> starts = StartsOf(periods, history.time_zone);
  Reader read = CountInParallel(history.opportunities.size(), thread_count, [&] {
    return Reader(history, index, grouping, evidence.stages, recent, earlier, starts);
  });
  read.records.Merge(CountRecords(history, grouping.rep_count(), recent, thread_count));
  read.ledger.Finish();
  const auto attained = [&](simulation::Period of) {
    return AttainmentOf(quotas, history.time_zone, grouping, read.ledger, of, measure, as_of_us);
  };
  std::vector<std::vector<Attainment>> past;
  for (const simulation::Period& of : periods) past.push_back(attained(of));
  evidence.attainment = attained(period);
  evidence.load = read.load.Finish();
  evidence.band = BandOf(evidence.load, past, grouping.rep_count());
  evidence.recent = read.recent.Finish();
  evidence.earlier = read.earlier.Finish();
  evidence.closes = read.closes.Finish();
  evidence.activities =
      CountActivities(history, grouping, recent, read.prospecting.rows(), thread_count);
  evidence.contacts = read.contacts.Finish();
  evidence.follow_ups = read.follow_ups.Finish().rows;
  evidence.records = std::move(read.records.records());
  evidence.last_record_us = std::move(read.records.last_us());
  // Threads found them in no order.
  evidence.open = std::move(read.open);
  std::sort(evidence.open.begin(), evidence.open.end(),
            [](const OpenItem& a, const OpenItem& b) { return a.opportunity < b.opportunity; });
  std::sort(read.impossible.begin(), read.impossible.end());
  evidence.impossible.resize(static_cast<size_t>(grouping.rep_count()));
  for (const auto& [opportunity, rep] : read.impossible) {
    evidence.impossible[rep].push_back(opportunity);
  }
  return evidence;
}

}  // namespace quotacast::metrics
