#include "simulation/observation.h"

#include <algorithm>
#include <optional>

namespace quotacast::simulation {
namespace {

constexpr int64_t kQuarterUs = int64_t{15 * 60} * 1'000'000;

int16_t FirstOpenStage(const Pipeline& pipeline) {
  for (size_t s = 0; s < pipeline.stages.size(); ++s) {
    if (pipeline.stages[s].kind == StageKind::kOpen) return static_cast<int16_t>(s);
  }
  return kNone;
}

// One opportunity's way through its stages.
class Walk {
 public:
  Walk(const History& history, int32_t index, int64_t as_of_us, DayReader& days, Observation& out)
      : opportunity_(history.opportunities[index]),
        pipeline_(history.pipelines[opportunity_.pipeline]),
        index_(index),
        as_of_us_(as_of_us),
        days_(days),
        out_(out),
        rep_(opportunity_.rep),
        amount_(opportunity_.amount_micros) {}

  // Returns what ObserveOpportunity does.
  int64_t Run(const StageEvent* events) {
    const int count = opportunity_.event_count;
    int known = 0;
    while (known < count && events[known].time_us < as_of_us_) ++known;
    const int64_t next_us = known < count ? events[known].time_us : INT64_MAX;
    if (known == 0 && opportunity_.create_time_us >= as_of_us_) {
      return std::min(next_us, opportunity_.create_time_us);
    }
    if (known == 0 || events[0].time_us > opportunity_.create_time_us) {
      const int16_t stage = FirstOpenStage(pipeline_);
      if (stage != kNone) {
        Enter(stage, days_.Of(opportunity_.create_time_us));
        Create(days_.Of(opportunity_.create_time_us));
      }
    }
    for (int i = 0; i < known; ++i) Apply(events[i]);
    if (open_) {
      Leave(kNone, out_.as_of_day);
      out_.open.push_back({index_, rep_, opportunity_.pipeline, stage_, entry_day_, amount_});
    }
    return next_us;
  }

 private:
  void Apply(const StageEvent& event) {
    const Day day = days_.Of(event.time_us);
    const StageKind kind = pipeline_.stages[event.stage].kind;
    const int64_t amount_before = amount_;
    const bool moves = event.stage != stage_;
    if (event.amount_micros != kUnchanged) amount_ = event.amount_micros;
    // Who wins it is the new owner, but the way there was made by the old one.
    if (moves && open_) Leave(event.stage, day);
    if (event.rep != kNone && event.rep != rep_) {
      if (open_ && !moves) HandOver(day);
      rep_ = event.rep;
    }
    if (!moves) return;
    const bool was_won = stage_ != kNone && pipeline_.stages[stage_].kind == StageKind::kWon;
    const bool first = stage_ == kNone;
    open_ = false;
    stage_ = event.stage;
    if (first) Create(day);
    if (kind == StageKind::kOpen) {
      Enter(event.stage, day);
      return;
    }
    out_.first_close_us = std::min(out_.first_close_us, event.time_us);
    if (kind == StageKind::kWon && !was_won) {
      out_.wins.push_back({rep_, opportunity_.pipeline, opportunity_.label, day,
                           first ? 0 : amount_before, amount_, opportunity_.units});
    }
  }

  void Enter(int16_t stage, Day day) {
    open_ = true;
    stage_ = stage;
    entry_day_ = first_day_ = day;
  }

  void Create(Day day) { out_.creations.push_back({rep_, opportunity_.pipeline, stage_, day}); }

  void Leave(int16_t next_stage, Day day) {
    out_.visits.push_back(
        {rep_, opportunity_.pipeline, stage_, next_stage, entry_day_, first_day_, day, index_});
  }

  void HandOver(Day day) {
    Leave(kNone, day);
    first_day_ = day;
  }

  const Opportunity& opportunity_;
  const Pipeline& pipeline_;
  int32_t index_;
  int64_t as_of_us_;
  DayReader& days_;
  Observation& out_;
  int32_t rep_;
  int64_t amount_;
  bool open_ = false;
  int16_t stage_ = kNone;
  Day entry_day_ = 0, first_day_ = 0;
};

}  // namespace

void Observation::Clear() {
  visits.clear();
  creations.clear();
  wins.clear();
  bookings.clear();
  open.clear();
  first_close_us = INT64_MAX;
}

double PartAhead(int64_t instant_us, Day day, absl::TimeZone zone) {
  const int64_t start_us = StartOfDayUs(day, zone), end_us = StartOfDayUs(day + 1, zone);
  const int64_t from_us = std::max(start_us, EndOfQuarterUs(instant_us) - kQuarterUs);
  return static_cast<double>(end_us - from_us) / static_cast<double>(end_us - start_us);
}

int64_t EndOfQuarterUs(int64_t instant_us) {
  const int64_t into_us = (instant_us % kQuarterUs + kQuarterUs) % kQuarterUs;
  return instant_us - into_us + kQuarterUs;
}

int64_t ObserveOpportunity(const History& history, int32_t opportunity, int64_t as_of_us,
                           DayReader& days, Observation& out) {
  const std::optional<Booking> booking = BookingOf(history, opportunity, as_of_us);
  if (booking.has_value()) out.bookings.push_back(*booking);
  return Walk(history, opportunity, as_of_us, days, out)
      .Run(history.events.data() + history.opportunities[opportunity].first_event);
}

Observation Observe(const History& history, int64_t as_of_us) {
  Observation out;
  out.as_of_day = DayOf(as_of_us, history.time_zone);
  out.first_day_fraction = PartAhead(as_of_us, out.as_of_day, history.time_zone);
  DayReader days(history.time_zone);
  for (size_t i = 0; i < history.opportunities.size(); ++i) {
    ObserveOpportunity(history, static_cast<int32_t>(i), as_of_us, days, out);
  }
  return out;
}

}  // namespace quotacast::simulation
