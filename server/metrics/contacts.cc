#include "server/metrics/contacts.h"

#include <utility>

namespace quotacast::metrics {

ContactCounts& ContactCounts::operator+=(const ContactCounts& other) {
  opportunities += other.opportunities;
  after_call += other.after_call;
  activities_before += other.activities_before;
  for (int i = 0; i < kActivityTypeCount; ++i) before_by_type[i] += other.before_by_type[i];
  return *this;
}

void ContactCounter::Add(const Journey& journey, absl::Span<const LinkedActivity> activities) {
  if (!window_.Holds(journey.create_us)) return;
  ContactCounts& row = rows_[grouping_->RepRow(journey.owners.front().rep)];
  ++row.opportunities;
  int64_t before = 0;
  bool called = false;
  for (const LinkedActivity& activity : activities) {
    if (activity.time_us > journey.create_us) break;
    ++before;
    ++row.before_by_type[IndexOf(activity.type)];
    called |= activity.type == simulation::ActivityType::kCall;
  }
  row.activities_before.Add(before);
  row.after_call += called;
}

std::vector<ContactCounts> ContactCounter::Finish() {
  grouping_->SumUp(rows_);
  return std::move(rows_);
}

}  // namespace quotacast::metrics
