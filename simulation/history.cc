#include "simulation/history.h"

#include <algorithm>

#include "absl/time/civil_time.h"

namespace quotacast::simulation {

void IndexEvents(History& history) {
  std::vector<int64_t> next(history.opportunities.size() + 1, 0);
  for (const StageEvent& event : history.events) ++next[event.opportunity + 1];
  for (size_t i = 1; i < next.size(); ++i) next[i] += next[i - 1];
  for (size_t i = 0; i < history.opportunities.size(); ++i) {
    history.opportunities[i].first_event = next[i];
    history.opportunities[i].event_count = static_cast<int32_t>(next[i + 1] - next[i]);
  }
  std::vector<StageEvent> grouped(history.events.size());
  for (const StageEvent& event : history.events) grouped[next[event.opportunity]++] = event;
  for (const Opportunity& opportunity : history.opportunities) {
    const auto first = grouped.begin() + opportunity.first_event;
    std::stable_sort(
        first, first + opportunity.event_count,
        [](const StageEvent& a, const StageEvent& b) { return a.time_us < b.time_us; });
  }
  history.events = std::move(grouped);
}

Day DayOf(int64_t time_us, absl::TimeZone zone) {
  const absl::CivilDay day = absl::ToCivilDay(absl::FromUnixMicros(time_us), zone);
  return static_cast<Day>(day - absl::CivilDay(1970, 1, 1));
}

int64_t StartOfDayUs(Day day, absl::TimeZone zone) {
  const auto info = zone.At(absl::CivilSecond(absl::CivilDay(1970, 1, 1) + day));
  return absl::ToUnixMicros(info.kind == absl::TimeZone::TimeInfo::SKIPPED ? info.trans : info.pre);
}

}  // namespace quotacast::simulation
