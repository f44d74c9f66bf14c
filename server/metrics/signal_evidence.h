#ifndef QUOTACAST_SERVER_METRICS_SIGNAL_EVIDENCE_H_
#define QUOTACAST_SERVER_METRICS_SIGNAL_EVIDENCE_H_

// What signals are read from, gathered in one pass over the history.

#include <vector>

#include "server/metrics/activity_index.h"
#include "server/metrics/activity_report.h"
#include "server/metrics/pipeline_report.h"

namespace quotacast::metrics {

inline constexpr int kRecentDays = 90;             // What "now" means for a rate.
inline constexpr int kEarlierDays = 365;           // The days before those, for what was usual.
inline constexpr int kConversionHorizonDays = 45;  // Age at which cohorts are compared.

struct OpenItem {
  int32_t opportunity = 0;
  int32_t rep = simulation::kNone;
  size_t stage = 0;  // StageIndex number.
  double age_days = 0;
  int64_t amount_micros = 0;
};

struct SignalEvidence {
  const simulation::History* history = nullptr;
  int64_t as_of_us = 0;
  Grouping grouping;
  StageIndex stages;
  LoadTable load = {};
  LoadBand band = {};
  std::vector<Attainment> attainment = {};  // By row, of the period of the quotas.
  // [row * stage count + stage]: cohorts by stage entry.
  std::vector<LifeTable> recent = {}, earlier = {};
  CloseTable closes = {};                       // Of the recent and earlier days together.
  std::vector<ActivityCounts> activities = {};  // Of the recent days, by row.
  std::vector<ContactCounts> contacts = {};     // Of the recent days, by row.
  std::vector<FollowUpCounts> follow_ups = {};  // Of opportunities closed in both, by row.
  std::vector<OpenItem> open = {};
  // By rep: activities and moves of their opportunities, of the recent days, and the last of all.
  std::vector<int64_t> records = {};
  std::vector<int64_t> last_record_us = {};  // INT64_MIN: none since the rep started.
  // By rep: opportunities and activities that cannot be right.
  std::vector<std::vector<int32_t>> impossible = {};

  size_t stage_count() const { return stages.size(); }
  int32_t rep_count() const { return grouping.rep_count(); }
  int32_t organization_row() const { return grouping.organization_row(); }
};

// Nothing that happened at or after `as_of_us` is read. The same whatever the number of threads.
SignalEvidence GatherEvidence(const simulation::History& history, const ActivityIndex& index,
                              absl::Span<const simulation::Quota> quotas, simulation::Period period,
                              simulation::Measure measure, int64_t as_of_us, int thread_count);

}  // namespace quotacast::metrics

#endif  // QUOTACAST_SERVER_METRICS_SIGNAL_EVIDENCE_H_
