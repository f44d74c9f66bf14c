#ifndef QUOTACAST_SIMULATION_HISTORY_H_
#define QUOTACAST_SIMULATION_HISTORY_H_

// What happened in one company, as plain columns: the only input of the simulation library.
//
// Identifiers are the company's own; everything inside refers to them by index. An index of `kNone`
// means "none" or, in a stage event, "unchanged". Instants are microseconds since the Unix epoch;
// days are counted from 1970-01-01 in the organization's time zone. Money is in micro units of the
// organization's one currency; units are whole pieces.
//
// "As of" is exclusive everywhere: what is known as of an instant is what happened strictly before
// it, so that a question asked at midnight knows nothing of the day that begins.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "simulation/large_array.h"

namespace quotacast::simulation {

using Day = int32_t;
inline constexpr int32_t kNone = -1;
inline constexpr int64_t kUnchanged = -1;

enum class StageKind : uint8_t { kOpen, kWon, kLost };
enum class Measure : uint8_t { kAmount, kUnits };
enum class OwnerType : uint8_t { kRep, kTeam };
enum class ActivityType : uint8_t { kCall, kEmail, kMeeting, kFollowUp, kOther };
enum class ActivityOutcome : uint8_t { kUnknown, kConnected, kNoAnswer };

struct Stage {
  std::string id;
  StageKind kind = StageKind::kOpen;
};

// Stages in the order in which an opportunity is expected to pass them.
struct Pipeline {
  std::string id;
  std::vector<Stage> stages;
};

struct Team {
  std::string id;
  int32_t parent = kNone;  // Index into History::teams; the tree has no cycle.
};

struct Rep {
  std::string id;
  int32_t team = kNone;
  Day start_day = INT32_MIN;  // First day of work; INT32_MIN where unknown.
  Day end_day = INT32_MAX;    // First day no longer at work; INT32_MAX where unknown.
};

struct Opportunity {
  std::string id;
  int32_t pipeline = 0;
  int32_t rep = kNone;        // The owner when it was created.
  int32_t label = kNone;      // Index into History::labels: the product or kind it is for.
  int64_t amount_micros = 0;  // As first known; >= 0.
  int64_t units = 1;          // >= 0.
  int64_t create_time_us = 0;
  Day expected_close_day = INT32_MIN;  // INT32_MIN where unknown.
  // Its events: History::events[first_event, first_event + event_count), in time order. Set by
  // IndexEvents.
  int64_t first_event = 0;
  int32_t event_count = 0;
};

// Entry into a stage. An event that names the stage the opportunity is already in only carries a
// change of owner or amount: the opportunity keeps its age in the stage.
struct StageEvent {
  int64_t time_us = 0;
  int32_t opportunity = 0;             // kNone: a gap, to be passed over.
  int16_t stage = 0;                   // Index into the pipeline's stages.
  int32_t rep = kNone;                 // New owner, or kNone: unchanged.
  int64_t amount_micros = kUnchanged;  // New amount, or kUnchanged.
};

struct Activity {
  int64_t time_us = 0;
  int32_t rep = kNone;
  int32_t opportunity = kNone;
  int32_t duration_seconds = kNone;  // kNone: unknown.
  ActivityType type = ActivityType::kOther;
  ActivityOutcome outcome = ActivityOutcome::kUnknown;
};

struct Quota {
  OwnerType owner_type = OwnerType::kRep;
  int32_t owner = 0;  // Index into reps or teams.
  Measure measure = Measure::kAmount;
  Day period_start = 0;
  Day period_end = 0;  // Exclusive.
  int64_t target = 0;  // Micro units of money, or pieces; > 0.
};

struct History {
  absl::TimeZone time_zone = absl::UTCTimeZone();
  int fiscal_year_start_month = 1;  // 1 to 12.
  std::vector<Pipeline> pipelines;
  std::vector<Team> teams;
  std::vector<Rep> reps;
  std::vector<std::string> labels;
  LargeArray<Opportunity> opportunities;
  // Grouped by opportunity, in time order within each, with gaps: entries of no opportunity.
  LargeArray<StageEvent> events;
  int64_t gap_count = 0;            // How many of them.
  LargeArray<Activity> activities;  // In time order.
  std::vector<Quota> quotas;
};

// Groups `history.events` by opportunity, by time within it (events of one instant keep their
// order), and sets each opportunity's range. Linear but for the sort inside an opportunity.
void IndexEvents(History& history);

// Adds events of one opportunity to an indexed history, whose index they leave right. They are in
// the order in which they were learnt of; of events at the same instant the last holds. Moves at
// most the opportunity's own events; now and then, when gaps make up half, all.
void AddEvents(History& history, int32_t opportunity, absl::Span<const StageEvent> events);

// The day in `zone` on which the instant falls.
Day DayOf(int64_t time_us, absl::TimeZone zone);

// DayOf for many instants: a look-up in the time zone costs far more than the reading around it, so
// the starts of days are kept. Not thread-safe.
class DayReader {
 public:
  explicit DayReader(absl::TimeZone zone) : zone_(zone) {}
  Day Of(int64_t time_us);

 private:
  int64_t StartUs(Day day);

  absl::TimeZone zone_;
  Day first_ = 0;                   // The day of starts_us_[0].
  std::vector<int64_t> starts_us_;  // INT64_MIN: not looked up yet.
};

// Midnight at the start of `day` in `zone` (the first instant of the day where a clock change skips
// midnight).
int64_t StartOfDayUs(Day day, absl::TimeZone zone);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_HISTORY_H_
