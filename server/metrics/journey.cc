#include "server/metrics/journey.h"

#include <algorithm>

namespace quotacast::metrics {
namespace {

using simulation::kNone;
using simulation::StageKind;

int16_t FirstOpenStage(const simulation::Pipeline& pipeline) {
  for (size_t s = 0; s < pipeline.stages.size(); ++s) {
    if (pipeline.stages[s].kind == StageKind::kOpen) return static_cast<int16_t>(s);
  }
  return kNone;
}

void Enter(int16_t stage, int64_t time_us, Journey& journey) {
  journey.stage = stage;
  journey.state = StageKind::kOpen;
  journey.stays.push_back({stage, kNone, kNone, time_us, time_us});
}

void Apply(const simulation::StageEvent& event, const simulation::Pipeline& pipeline,
           Journey& journey) {
  const bool moves = event.stage != journey.stage;
  if (event.amount_micros != simulation::kUnchanged) journey.amount_micros = event.amount_micros;
  const bool was_open = journey.stage != kNone && journey.IsOpen();
  if (moves && was_open) {
    // The way there was made by the owner before; who wins it is the new one.
    Stay& stay = journey.stays.back();
    stay.next_stage = event.stage;
    stay.rep = journey.owner();
    stay.exit_us = event.time_us;
  }
  if (event.rep != kNone && event.rep != journey.owner()) {
    journey.owners.push_back({event.rep, event.time_us});
  }
  if (!moves) return;
  const StageKind kind = pipeline.stages[event.stage].kind;
  if (kind == StageKind::kOpen) {
    Enter(event.stage, event.time_us, journey);
    return;
  }
  if (journey.stage == kNone || journey.state != kind) {
    journey.close_us = event.time_us;
    journey.close_rep = journey.owner();
  }
  journey.state = kind;
  journey.stage = event.stage;
}

}  // namespace

int32_t Journey::OwnerAt(int64_t time_us) const {
  int32_t rep = owners.front().rep;
  for (const OwnerSpell& spell : owners) {
    if (spell.start_us > time_us) break;
    rep = spell.rep;
  }
  return rep;
}

bool Journey::WasOpenAt(int64_t time_us) const {
  return std::any_of(stays.begin(), stays.end(), [time_us](const Stay& stay) {
    return stay.entry_us <= time_us && time_us < stay.exit_us;
  });
}

bool ClosedBefore(const simulation::History& history, int32_t opportunity, int64_t time_us) {
  const simulation::Opportunity& record = history.opportunities[opportunity];
  if (record.event_count == 0) return false;
  const simulation::StageEvent& last = history.events[record.first_event + record.event_count - 1];
  return last.time_us < time_us &&
         history.pipelines[record.pipeline].stages[last.stage].kind != StageKind::kOpen;
}

bool ReadJourney(const simulation::History& history, int32_t opportunity, int64_t as_of_us,
                 Journey& journey) {
  const simulation::Opportunity& record = history.opportunities[opportunity];
  const simulation::Pipeline& pipeline = history.pipelines[record.pipeline];
  const simulation::StageEvent* event = history.events.data() + record.first_event;
  const simulation::StageEvent* const end = event + record.event_count;
  const bool any = event != end && event->time_us < as_of_us;
  if (!any && record.create_time_us >= as_of_us) return false;

  journey.opportunity = opportunity;
  journey.pipeline = record.pipeline;
  journey.create_us = any ? std::min(event->time_us, record.create_time_us) : record.create_time_us;
  journey.stays.clear();
  journey.owners.assign(1, {record.rep, journey.create_us});
  journey.state = StageKind::kOpen;
  journey.stage = kNone;
  journey.close_us = 0;
  journey.close_rep = kNone;
  journey.amount_micros = record.amount_micros;
  journey.units = record.units;
  if (!any || event->time_us > record.create_time_us) {
    const int16_t first = FirstOpenStage(pipeline);
    if (first != kNone) Enter(first, record.create_time_us, journey);
  }
  for (; event != end && event->time_us < as_of_us; ++event) Apply(*event, pipeline, journey);
  if (journey.IsOpen() && !journey.stays.empty()) {
    journey.stays.back().rep = journey.owner();
    journey.stays.back().exit_us = as_of_us;
  }
  return true;
}

}  // namespace quotacast::metrics
