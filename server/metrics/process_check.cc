#include "server/metrics/process_check.h"

#include <algorithm>
#include <utility>

#include "server/metrics/journey.h"

namespace quotacast::metrics {
namespace {

using simulation::StageKind;

constexpr size_t kNamedMost = 20;
constexpr int kStagesOfLongPipeline = 3;

class Checker {
 public:
  Checker(const simulation::History& history, const StageIndex& stages)
      : history_(history), stages_(stages) {
    check_.stages.resize(stages.size());
    for (int kind = 0; kind < kMisfitKindCount; ++kind) {
      check_.misfits.push_back({static_cast<MisfitKind>(kind), 0, {}});
    }
  }

  void Add(const Journey& journey, int64_t as_of_us) {
    ++check_.opportunities;
    CountUse(journey);
    const simulation::Opportunity& record = history_.opportunities[journey.opportunity];
    const simulation::StageEvent* const events = history_.events.data() + record.first_event;
    bool was_closed = false, reopened = false, moved_back = false;
    for (int32_t i = 0; i < record.event_count && events[i].time_us < as_of_us; ++i) {
      const StageKind kind = history_.pipelines[record.pipeline].stages[events[i].stage].kind;
      reopened |= was_closed && kind == StageKind::kOpen;
      was_closed = kind != StageKind::kOpen;
    }
    for (size_t i = 1; i < journey.stays.size(); ++i) {
      moved_back |= journey.stays[i].stage < journey.stays[i - 1].stage;
    }
    Note(MisfitKind::kStartedClosed, journey.stays.empty(), journey);
    Note(MisfitKind::kMovedBack, moved_back, journey);
    Note(MisfitKind::kReopened, reopened, journey);
    Note(MisfitKind::kClosedEarly, IsWonEarly(journey), journey);
  }

  ProcessCheck Finish() { return std::move(check_); }

 private:
  StageUse& Of(const Journey& journey, int16_t stage) {
    return check_.stages[stages_.Of(journey.pipeline, stage)];
  }

  void CountUse(const Journey& journey) {
    const auto& defined = history_.pipelines[journey.pipeline].stages;
    std::vector<bool> entered(defined.size(), false), left(defined.size(), false);
    int16_t furthest = -1;
    for (const Stay& stay : journey.stays) {
      entered[stay.stage] = true;
      left[stay.stage] = left[stay.stage] || stay.next_stage != simulation::kNone;
      furthest = std::max(furthest, stay.stage);
    }
    const bool won = journey.state == StageKind::kWon;
    if (!journey.IsOpen()) entered[journey.stage] = true;
    for (size_t s = 0; s < defined.size(); ++s) {
      StageUse& use = Of(journey, static_cast<int16_t>(s));
      use.entered += entered[s];
      use.left += left[s];
      const bool passed = !journey.stays.empty() &&
                          static_cast<int16_t>(s) > journey.stays[0].stage &&
                          (won || static_cast<int16_t>(s) < furthest);
      use.skipped += defined[s].kind == StageKind::kOpen && passed && !entered[s];
    }
  }

  bool IsWonEarly(const Journey& journey) const {
    if (journey.state != StageKind::kWon || journey.stays.size() != 1) return false;
    int open = 0;
    for (const simulation::Stage& stage : history_.pipelines[journey.pipeline].stages) {
      open += stage.kind == StageKind::kOpen;
    }
    return open >= kStagesOfLongPipeline && journey.stays[0].stage == 0;
  }

  void Note(MisfitKind kind, bool is_so, const Journey& journey) {
    if (!is_so) return;
    Misfit& misfit = check_.misfits[static_cast<size_t>(kind)];
    ++misfit.count;
    if (misfit.opportunities.size() < kNamedMost) {
      misfit.opportunities.push_back(journey.opportunity);
    }
  }

  const simulation::History& history_;
  const StageIndex& stages_;
  ProcessCheck check_;
};

}  // namespace

ProcessCheck CheckProcess(const simulation::History& history, const StageIndex& stages,
                          Window window) {
  Checker checker(history, stages);
  Journey journey;
  for (size_t i = 0; i < history.opportunities.size(); ++i) {
    if (!ReadJourney(history, static_cast<int32_t>(i), window.end_us, journey)) continue;
    if (window.Holds(journey.create_us)) checker.Add(journey, window.end_us);
  }
  return checker.Finish();
}

}  // namespace quotacast::metrics
