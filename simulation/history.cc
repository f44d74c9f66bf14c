#include "simulation/history.h"

#include <algorithm>

#include "absl/time/civil_time.h"
#include "simulation/event_groups.h"

namespace quotacast::simulation {

namespace {

bool Earlier(const StageEvent& a, const StageEvent& b) { return a.time_us < b.time_us; }

}  // namespace

void GroupEvents(absl::Span<const LargeArray<StageEvent>> parts, History& history) {
  std::vector<int64_t> next(history.opportunities.size() + 1, 0);
  for (const LargeArray<StageEvent>& part : parts) {
    for (const StageEvent& event : part) {
      if (event.opportunity != kNone) ++next[event.opportunity + 1];
    }
  }
  for (size_t i = 1; i < next.size(); ++i) next[i] += next[i - 1];
  for (size_t i = 0; i < history.opportunities.size(); ++i) {
    history.opportunities[i].first_event = next[i];
    history.opportunities[i].event_count = static_cast<int32_t>(next[i + 1] - next[i]);
  }
  LargeArray<StageEvent> grouped(static_cast<size_t>(next.back()));
  for (const LargeArray<StageEvent>& part : parts) {
    for (const StageEvent& event : part) {
      if (event.opportunity != kNone) grouped[next[event.opportunity]++] = event;
    }
  }
  for (const Opportunity& opportunity : history.opportunities) {
    const auto first = grouped.begin() + opportunity.first_event;
    std::stable_sort(first, first + opportunity.event_count, Earlier);
  }
  history.events = std::move(grouped);
  history.gap_count = 0;
}

void IndexEvents(History& history) {
  const LargeArray<StageEvent> events = std::move(history.events);
  GroupEvents({&events, 1}, history);
}

void AddEvents(History& history, int32_t opportunity, absl::Span<const StageEvent> events) {
  Opportunity& record = history.opportunities[opportunity];
  LargeArray<StageEvent>& all = history.events;
  const auto end = static_cast<int64_t>(all.size());
  if (record.first_event + record.event_count != end) {
    // To the end, where there is room.
    for (int32_t i = 0; i < record.event_count; ++i) {
      const size_t from = static_cast<size_t>(record.first_event + i);
      all.push_back(all[from]);
      all[from].opportunity = kNone;
    }
    history.gap_count += record.event_count;
    record.first_event = end;
  }
  all.insert(all.end(), events.begin(), events.end());
  record.event_count += static_cast<int32_t>(events.size());
  std::stable_sort(all.begin() + record.first_event, all.end(), Earlier);
  if (history.gap_count > static_cast<int64_t>(all.size() / 2)) IndexEvents(history);
}

Day DayOf(int64_t time_us, absl::TimeZone zone) {
  const absl::CivilDay day = absl::ToCivilDay(absl::FromUnixMicros(time_us), zone);
  return static_cast<Day>(day - absl::CivilDay(1970, 1, 1));
}

int64_t DayReader::StartUs(Day day) {
  constexpr Day kRoom = 400;
  if (starts_us_.empty()) first_ = day;
  if (day < first_) {
    const Day missing = first_ - day + kRoom;
    starts_us_.insert(starts_us_.begin(), static_cast<size_t>(missing), INT64_MIN);
    first_ = day - kRoom;
  }
  const size_t index = static_cast<size_t>(day - first_);
  if (index >= starts_us_.size()) starts_us_.resize(index + kRoom, INT64_MIN);
  if (starts_us_[index] == INT64_MIN) starts_us_[index] = StartOfDayUs(day, zone_);
  return starts_us_[index];
}

Day DayReader::Of(int64_t time_us) {
  constexpr int64_t kDayUs = 86'400'000'000;
  constexpr int64_t kCenturyUs = 36'525 * kDayUs;
  if (time_us < -kCenturyUs || time_us > 2 * kCenturyUs) return DayOf(time_us, zone_);
  // No zone is a whole day from UTC.
  Day day = static_cast<Day>((time_us + kCenturyUs) / kDayUs - kCenturyUs / kDayUs);
  while (time_us < StartUs(day)) --day;
  while (time_us >= StartUs(day + 1)) ++day;
  return day;
}

int64_t StartOfDayUs(Day day, absl::TimeZone zone) {
  const auto info = zone.At(absl::CivilSecond(absl::CivilDay(1970, 1, 1) + day));
  return absl::ToUnixMicros(info.kind == absl::TimeZone::TimeInfo::SKIPPED ? info.trans : info.pre);
}

}  // namespace quotacast::simulation
