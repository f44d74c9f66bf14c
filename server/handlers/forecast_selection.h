#ifndef QUOTACAST_SERVER_HANDLERS_FORECAST_SELECTION_H_
#define QUOTACAST_SERVER_HANDLERS_FORECAST_SELECTION_H_

// Which questions a forecast request asks: quotas of the selected reps, and totals over them.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "server/errors.h"
#include "simulation/forecast.h"
#include "simulation/history.h"
#include "simulation/periods.h"

namespace quotacast::handlers {

struct Selection {
  std::vector<std::string> reps;               // Ids; with no reps and no teams: every rep.
  std::vector<std::string> teams;              // Ids: the reps in their subtrees.
  std::optional<simulation::Period> period;    // nullopt: of each quota, if it holds the as-of day.
  std::optional<simulation::Measure> measure;  // nullopt: both.
  int64_t as_of_us = 0;
};

// A question, and whose it is: a rep's, a team's, or all selected reps' (`everyone`).
struct AskedQuestion {
  simulation::Question question;
  bool everyone = false;
  bool target_is_sum = false;  // For want of a quota of its own.
  int32_t rep_count = 1;
};

struct Questions {
  std::vector<AskedQuestion> reps;    // By rep id, period, measure.
  std::vector<AskedQuestion> totals;  // Of teams by id, then of everyone; by period, measure.
  std::vector<std::string> reps_without_quota;  // Those asked for by id.
};

// The ids in resource names of a collection, which must lie in the organization; what is wrong with
// any of them is added to `problems`, as of `field`[i].
std::vector<std::string> ParseIds(absl::string_view field, const std::string& organization,
                                  absl::string_view collection,
                                  const google::protobuf::RepeatedPtrField<std::string>& names,
                                  errors::FieldErrors& problems);

// `quotas` are those known as of the selection's instant. Totals are of each team whose reps are
// all selected, and of all selected reps where there are several. Errors, each with its details:
// NOT_FOUND for a rep or team (`organization` is its id); FAILED_PRECONDITION where there is no
// quota to ask about (naming the periods there are), where the as-of time lies before everything
// recorded (naming the first instant), or where the period is over by then.
absl::StatusOr<Questions> SelectQuestions(const std::string& organization,
                                          const simulation::History& history,
                                          const std::vector<simulation::Quota>& quotas,
                                          const Selection& selection);

}  // namespace quotacast::handlers

#endif  // QUOTACAST_SERVER_HANDLERS_FORECAST_SELECTION_H_
