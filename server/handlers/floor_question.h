#ifndef QUOTACAST_SERVER_HANDLERS_FLOOR_QUESTION_H_
#define QUOTACAST_SERVER_HANDLERS_FLOOR_QUESTION_H_

// What questions about the sales floor have in common: the company, the lines that are asked for,
// the period and the instant.

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "google/protobuf/timestamp.pb.h"
#include "quotacast/v1/quota.pb.h"
#include "server/errors.h"
#include "server/handlers/engine.h"
#include "server/handlers/kept_answers.h"
#include "server/metrics/activity_index.h"
#include "server/metrics/grouping.h"
#include "server/metrics/opportunity_outlook.h"
#include "server/metrics/signal.h"
#include "server/metrics/signal_effects.h"
#include "server/model_cache.h"
#include "server/storage/mutex.h"
#include "simulation/forecast.h"
#include "simulation/periods.h"

namespace quotacast::handlers {

// Keeps the index of activities of each company that was asked about, eight at most; that of a
// history with new facts is made from the one before. Thread-safe.
class ActivityIndexes {
 public:
  std::shared_ptr<const metrics::ActivityIndex> Of(
      const std::shared_ptr<const CompanyHistory>& company) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  static constexpr size_t kCompaniesMax = 8;
  struct Entry {
    storage::Key organization = storage::kNoKey;
    int64_t revision = 0;
    std::shared_ptr<const metrics::ActivityIndex> index;
  };
  Mutex mutex_;
  std::vector<Entry> entries_ ABSL_GUARDED_BY(mutex_);  // Used last first.
};

// What the services of the sales floor keep between calls.
struct Floor {
  ModelCache& models;
  ActivityIndexes indexes = {};
  KeptAnswers<std::vector<metrics::Signal>> signals = {};
  // As of their models' instants: of quotas, and of model.open.
  KeptAnswers<metrics::QuotaForecasts> quotas = {};
  KeptAnswers<std::vector<double>> chances = {};
  KeptAnswers<std::vector<metrics::OpportunityOutlook>> outlooks = {};
};

// What an answer is made of.
enum class Needs { kRecords, kModel, kModelAndActivities };

struct FloorQuestion {
  std::shared_ptr<const CompanyHistory> company;
  std::shared_ptr<const metrics::ActivityIndex> index;
  std::vector<simulation::Quota> quotas;  // As known as of the instant.
  simulation::Period period;
  int64_t as_of_us = 0;
  std::string organization() const { return company->organization.id; }
  // Of an answer made of so much.
  AnswerKey Key(simulation::Measure measure, Needs needs) const {
    return {company->organization.key,
            needs == Needs::kModel ? company->sales_revision : company->revision, as_of_us, period,
            measure};
  }
  // FAILED_PRECONDITION where the period is over.
  absl::Status CheckRunning() const;
  // Whether each rep is among the rows.
  std::vector<bool> SelectedReps() const;
  // The quotas of selected reps, of exactly this period, that can be asked about: none where the
  // period is over.
  std::vector<simulation::Question> QuotaQuestions(simulation::Measure measure) const;

  // Rows of the grouping: the organization; teams that are asked for or stand above reps that are;
  // the reps.
  std::vector<int32_t> rows;
};

struct FloorFields {
  const std::string& parent;
  const google::protobuf::RepeatedPtrField<std::string>& reps;
  const google::protobuf::RepeatedPtrField<std::string>& teams;
  const std::string& period;
  const google::protobuf::Timestamp* as_of;  // Null: now.
};

// NOT_FOUND and INVALID_ARGUMENT with their details. Where no as-of time is given and a model is
// needed, the instant is that of one that is kept and still holds, if there is one.
absl::StatusOr<FloorQuestion> ReadFloorQuestion(Engine& engine, Floor& floor,
                                                const FloorFields& fields,
                                                Needs needs = Needs::kRecords);

template <typename Request>
FloorFields FieldsOf(const Request& request) {
  return {request.parent(), request.reps(), request.teams(), request.period(),
          request.has_as_of() ? &request.as_of() : nullptr};
}

// AMOUNT where none is given.
absl::StatusOr<simulation::Measure> ReadMeasure(v1::Measure measure);

// The part [first, last) of `count` items that a page shows, and the token of the next one.
struct PageBounds {
  size_t first = 0, last = 0;
  std::string next_after;  // Empty: the list ends here.
};
// `after` is empty or what a PageBounds gave.
PageBounds BoundsOf(const std::string& after, int limit, size_t count);

}  // namespace quotacast::handlers

#endif  // QUOTACAST_SERVER_HANDLERS_FLOOR_QUESTION_H_
