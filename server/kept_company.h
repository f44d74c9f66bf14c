#ifndef QUOTACAST_SERVER_KEPT_COMPANY_H_
#define QUOTACAST_SERVER_KEPT_COMPANY_H_

// A company's history in memory, with what is needed to go on reading where it ends.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/history_facts.h"
#include "server/key_index.h"
#include "server/live_model.h"
#include "server/live_prospecting.h"
#include "server/metrics/loss_reasons.h"
#include "server/storage/store.h"
#include "simulation/history.h"

namespace quotacast {

// A quota, and while what it says was what was known.
struct DatedQuota {
  simulation::Quota quota;
  int64_t from_us = INT64_MIN;
  int64_t until_us = INT64_MAX;  // Exclusive.
};

struct CompanyHistory {
  storage::Organization organization;
  int64_t revision = 0;  // Of the organization, when this was read.
  // Of the last change by anything but activities, or one before this was first read.
  int64_t sales_revision = 0;
  // Reps, teams and pipelines are in the order of their ids. `quotas` are those of now.
  // Opportunities are as first known; the label of one is its name, where others have the same.
  simulation::History history;
  std::vector<DatedQuota> dated_quotas;
  // The attributes `loss_reason`, else `reason`, of moves to lost and of opportunities as first
  // known.
  metrics::LossReasons loss_reasons;
  std::shared_ptr<LiveModel> live = std::make_shared<LiveModel>();
  std::shared_ptr<LiveProspecting> prospecting = std::make_shared<LiveProspecting>();

  // The quotas as known as of an instant (exclusive).
  std::vector<simulation::Quota> QuotasAsOf(int64_t as_of_us) const;
};

// Labels: the names that several opportunities share.
class Labels {
 public:
  struct Given {
    int32_t opportunity;
    int32_t label;
  };
  // The next opportunity's label: given to it and, where it is the second of its name, to the first
  // as well. `labels` has the texts by number.
  std::vector<Given> Add(absl::string_view name, int32_t opportunity,
                         std::vector<std::string>& labels);

 private:
  struct Name {
    int32_t first = simulation::kNone;  // The opportunity that had it first.
    int32_t label = simulation::kNone;
  };
  absl::flat_hash_map<std::string, Name> names_;
};

// Not thread-safe. A copy shares `company().live` and `prospecting`, which only the one updated
// last can use.
class KeptCompany {
 public:
  // Reads everything as of `revision`, on so many threads, each with a transaction of its own;
  // `reading` is given back first. Errors: the store's; FAILED_PRECONDITION for a time zone that
  // this machine does not know. Worth nothing after an error, nor after one of Update.
  absl::Status Load(storage::Store& store, std::unique_ptr<storage::ReadTransaction> reading,
                    const storage::Organization& organization, int64_t revision, int thread_count);

  // Reads what is new since. What it costs goes with that, but for a change of reps, teams or
  // pipelines, after which every fact is looked at.
  absl::Status Update(storage::ReadTransaction& reading, const storage::Organization& organization,
                      int64_t revision);

  const CompanyHistory& company() const { return company_; }

 private:
  struct Staff {
    std::vector<storage::Team> teams;
    std::vector<storage::Rep> reps;
    std::vector<storage::Pipeline> pipelines;
  };
  static absl::StatusOr<Staff> ReadStaff(storage::ReadTransaction& reading, storage::Key key);
  static bool Same(const Staff& a, const Staff& b);
  absl::Status SetOrganization(const storage::Organization& organization);
  void SetStaff(Staff staff);
  void SetPipelines();
  void Renumber(const StaffIndices& before);
  absl::Status ReadQuotas(storage::ReadTransaction& reading);
  FactReader Reader() const { return {company_.organization.key, indices_}; }
  // Returns the labels that this gives, to new opportunities and to known ones.
  std::vector<Labels::Given> AddOpportunities(OpportunityFacts facts);
  void SetLabels(absl::Span<const Labels::Given> labels);
  void AddReasons(absl::Span<const GivenReason> reasons);
  void AddEvents(EventFacts facts, absl::Span<const Labels::Given> labels,
                 size_t known_opportunities, int64_t revision);
  void AddActivities(absl::Span<const simulation::Activity> activities);  // In time order.
  void StartAnew(int64_t revision);

  CompanyHistory company_;
  Staff staff_;
  StaffIndices indices_;
  KeyIndex opportunities_;
  Labels labels_;
};

}  // namespace quotacast

#endif  // QUOTACAST_SERVER_KEPT_COMPANY_H_
