#ifndef QUOTACAST_SERVER_METRICS_CONTACTS_H_
#define QUOTACAST_SERVER_METRICS_CONTACTS_H_

// What it took to make an opportunity out of a lead.

#include <array>
#include <vector>

#include "absl/types/span.h"
#include "server/metrics/activity_counts.h"
#include "server/metrics/activity_index.h"
#include "server/metrics/distribution_summary.h"
#include "server/metrics/journey.h"

namespace quotacast::metrics {

// Opportunities per 1,000 outbound calls, to show beside the company's own: Bridge Group and AG
// Salesworks.
inline constexpr double kPublishedOpportunitiesPerThousandCalls = 32;

// Of the opportunities created in the window, by their first owner.
struct ContactCounts {
  int64_t opportunities = 0;
  int64_t after_call = 0;  // Those with a call at or before their creation.
  // Activities linked to each at or before its creation; 0 where none was recorded.
  CountHistogram activities_before;
  std::array<int64_t, kActivityTypeCount> before_by_type{};

  ContactCounts& operator+=(const ContactCounts& other);
};

// Whether calls are recorded with the opportunities they led to: at least one in ten of all
// opportunities has a call at or before its creation.
inline bool CallsAreLinked(const ContactCounts& all) {
  return all.after_call > 0 && 10 * all.after_call >= all.opportunities;
}

// Opportunities per prospecting call: where calls are linked, those that came of one; else all.
inline Counts ContactRate(const ContactCounts& contacts, const ActivityCounts& activities,
                          bool linked) {
  return {static_cast<double>(linked ? contacts.after_call : contacts.opportunities),
          static_cast<double>(activities.prospecting_calls)};
}

class ContactCounter {
 public:
  ContactCounter(const Grouping& grouping, Window window)
      : window_(window), grouping_(&grouping), rows_(grouping.row_count()) {}
  void Add(const Journey& journey, absl::Span<const LinkedActivity> activities);
  void Merge(const ContactCounter& other) { simulation::AddUp(other.rows_, rows_); }
  std::vector<ContactCounts> Finish();

 private:
  Window window_;
  const Grouping* grouping_;
  std::vector<ContactCounts> rows_;
};

}  // namespace quotacast::metrics

#endif  // QUOTACAST_SERVER_METRICS_CONTACTS_H_
