#include "server/metrics/pipeline_load.h"

#include <algorithm>
#include <utility>

#include "server/metrics/distribution_summary.h"

namespace quotacast::metrics {
namespace {

constexpr int64_t kFewestPeriods = 10;
constexpr int64_t kAttendedUs = static_cast<int64_t>(kAttendedDays * kDayUs);

}  // namespace

OpenCounts& OpenCounts::operator+=(const OpenCounts& other) {
  open += other.open;
  amount_micros += other.amount_micros;
  units += other.units;
  attended += other.attended;
  return *this;
}

OpenCounts LoadTable::Total(int32_t row) const {
  OpenCounts total;
  for (size_t s = 0; s < stage_count; ++s) total += stages[row * stage_count + s];
  return total;
}

LoadCounter::LoadCounter(const Grouping& grouping, const StageIndex& stages,
                         std::vector<int64_t> past_instants_us, int64_t as_of_us)
    : grouping_(&grouping),
      stages_(&stages),
      past_instants_us_(std::move(past_instants_us)),
      as_of_us_(as_of_us) {
  table_.stage_count = stages.size();
  table_.stages.resize(grouping.row_count() * stages.size());
  table_.past.resize(past_instants_us_.size() * grouping.rep_count());
}

void LoadCounter::Add(const Journey& journey, absl::Span<const LinkedActivity> activities) {
  for (const Stay& stay : journey.stays) {
    if (past_instants_us_.empty() || stay.exit_us <= past_instants_us_.front()) continue;
    auto instant =
        std::lower_bound(past_instants_us_.begin(), past_instants_us_.end(), stay.entry_us);
    for (; instant != past_instants_us_.end() && *instant < stay.exit_us; ++instant) {
      const int32_t rep = journey.OwnerAt(*instant);
      if (rep == simulation::kNone) continue;
      ++table_.past[(instant - past_instants_us_.begin()) * grouping_->rep_count() + rep];
    }
  }
  if (!journey.IsOpen() || journey.stays.empty()) return;
  OpenCounts& cell = table_.stages[grouping_->RepRow(journey.owner()) * stages_->size() +
                                   stages_->Of(journey.pipeline, journey.stage)];
  ++cell.open;
  cell.amount_micros += journey.amount_micros;
  cell.units += journey.units;
  int64_t last_us = journey.stays.back().entry_us;
  for (size_t i = activities.size(); i-- > 0;) {
    if (activities[i].time_us >= as_of_us_) continue;
    last_us = std::max(last_us, activities[i].time_us);
    break;
  }
  cell.attended += as_of_us_ - last_us <= kAttendedUs;
}

void LoadCounter::Merge(const LoadCounter& other) {
  simulation::AddUp(other.table_.stages, table_.stages);
  simulation::AddUp(other.table_.past, table_.past);
}

LoadTable LoadCounter::Finish() {
  grouping_->SumUp(table_.stages, stages_->size());
  return std::move(table_);
}

LoadBand LearnLoadBand(absl::Span<const LoadOutcome> outcomes) {
  LoadBand band;
  std::vector<float> made;
  for (const LoadOutcome& outcome : outcomes) {
    if (outcome.made) made.push_back(static_cast<float>(outcome.load));
  }
  band.periods_made = static_cast<int64_t>(made.size());
  band.periods_missed = static_cast<int64_t>(outcomes.size() - made.size());
  if (band.periods_made < kFewestPeriods) return band;
  band.known = true;
  std::vector<float> mirrored;
  mirrored.reserve(made.size());
  for (const float load : made) mirrored.push_back(-load);
  band.high = Summarize(absl::MakeSpan(made)).p90;
  band.low = -Summarize(absl::MakeSpan(mirrored)).p90;
  for (const LoadOutcome& outcome : outcomes) {
    Counts& counts = outcome.load < band.low    ? band.made_below
                     : outcome.load > band.high ? band.made_above
                                                : band.made_within;
    counts += {outcome.made ? 1. : 0., 1.};
  }
  return band;
}

OpenSpread SpreadOf(absl::Span<const int64_t> loads, const LoadBand& band) {
  OpenSpread spread;
  spread.rep_count = static_cast<int64_t>(loads.size());
  if (loads.empty()) return spread;
  std::vector<float> values(loads.begin(), loads.end());
  const DistributionSummary summary = Summarize(absl::MakeSpan(values));
  spread.mean = summary.mean;
  spread.median = summary.median;
  const int64_t greatest = *std::max_element(loads.begin(), loads.end());
  constexpr int32_t kMostBins = 20;
  constexpr int32_t kSteps[] = {1, 2, 5};
  for (int i = 0; greatest / spread.bin_width >= kMostBins; ++i) {
    const int32_t power = spread.bin_width / kSteps[i % 3];
    spread.bin_width = i % 3 == 2 ? 10 * power : power * kSteps[i % 3 + 1];
  }
  spread.bins.assign(static_cast<size_t>(greatest / spread.bin_width) + 1, 0);
  for (const int64_t load : loads) {
    ++spread.bins[static_cast<size_t>(load / spread.bin_width)];
    spread.below_band += band.known && static_cast<double>(load) < band.low;
    spread.above_band += band.known && static_cast<double>(load) > band.high;
  }
  return spread;
}

}  // namespace quotacast::metrics
