#include "server/metrics/stage_durations.h"

namespace quotacast::metrics {

using simulation::StageKind;

void StageDurationCounter::Add(const Journey& journey) {
  const auto value_class = [&](int16_t stage) {
    return stages_->Of(journey.pipeline, stage) * 3 + static_cast<size_t>(journey.state);
  };
  if (journey.IsOpen()) {
    if (journey.stays.empty()) return;
    const Stay& now = journey.stays.back();
    samples_.Add(now.rep, value_class(now.stage), now.Days());
    return;
  }
  if (!window_.Holds(journey.close_us)) return;
  for (size_t i = 0; i < journey.stays.size(); ++i) {
    const int16_t stage = journey.stays[i].stage;
    bool seen = false;
    for (size_t j = 0; j < i; ++j) seen |= journey.stays[j].stage == stage;
    if (seen) continue;
    double days = 0;
    for (size_t j = i; j < journey.stays.size(); ++j) {
      if (journey.stays[j].stage == stage) days += journey.stays[j].Days();
    }
    samples_.Add(journey.close_rep, value_class(stage), days);
  }
}

std::vector<StageDurations> StageDurationCounter::Finish(int thread_count) const {
  const std::vector<DistributionSummary> summaries = samples_.Summarize(*grouping_, thread_count);
  std::vector<StageDurations> durations(summaries.size() / 3);
  for (size_t i = 0; i < durations.size(); ++i) {
    durations[i].open = summaries[3 * i + static_cast<size_t>(StageKind::kOpen)];
    durations[i].won = summaries[3 * i + static_cast<size_t>(StageKind::kWon)];
    durations[i].lost = summaries[3 * i + static_cast<size_t>(StageKind::kLost)];
  }
  return durations;
}

}  // namespace quotacast::metrics
