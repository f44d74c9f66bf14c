#ifndef QUOTACAST_SERVER_HANDLERS_PAIRED_QUESTIONS_H_
#define QUOTACAST_SERVER_HANDLERS_PAIRED_QUESTIONS_H_

// What scenarios and plans have in common: which quotas are asked about, and a run of the baseline
// to set changes against.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "quotacast/v1/scenario_service.pb.h"
#include "server/convert/names.h"
#include "server/convert/resources.h"
#include "server/convert/scalars.h"
#include "server/handlers/engine.h"
#include "server/handlers/forecast_selection.h"
#include "server/handlers/request.h"
#include "server/model_cache.h"
#include "simulation/scenario/paired_run.h"

namespace quotacast::handlers {

struct PairedQuestions {
  std::string organization;
  std::shared_ptr<const CompanyHistory> company;
  Selection selection;
  Questions questions;
  simulation::ForecastOptions options;

  // The questions of reps, then those of totals.
  std::vector<AskedQuestion> All() const;
};

// Reads a selection and loads the company, without asking about quotas. Errors: INVALID_ARGUMENT
// naming fields; NOT_FOUND for the organization.
absl::StatusOr<PairedQuestions> ReadSelection(Engine& engine, ModelCache& models,
                                              const std::string& parent,
                                              const v1::QuotaSelection& selection);

// The same, with the questions. Errors: also those of SelectQuestions.
absl::StatusOr<PairedQuestions> AskPaired(Engine& engine, ModelCache& models,
                                          const std::string& parent,
                                          const v1::QuotaSelection& selection);

// Runs the questions' baseline in the compute pool, and `work` after it.
using PairedWork =
    std::function<absl::Status(const FittedCompany& company, const simulation::PairedRun& run)>;
absl::Status RunPaired(const Context& context, Engine& engine, ModelCache& models,
                       PairedQuestions& asked, const std::vector<AskedQuestion>& questions,
                       const PairedWork& work);

// Sets whose a question is in a message with rep, team and organization.
template <typename Message>
void SetOwner(const PairedQuestions& asked, const AskedQuestion& question, Message& message) {
  const simulation::History& history = asked.company->history;
  const int32_t owner = question.question.owner;
  if (question.everyone) {
    message.set_organization(convert::OrganizationName(asked.organization));
  } else if (question.question.owner_type == simulation::OwnerType::kTeam) {
    message.set_team(
        convert::FormatChildName(asked.organization, "teams", history.teams[owner].id));
  } else {
    message.set_rep(convert::FormatChildName(asked.organization, "reps", history.reps[owner].id));
  }
}

// Sets measure and period.
template <typename Message>
void SetSubject(const simulation::Question& question, Message& message) {
  message.set_measure(convert::ToProto(question.measure));
  message.set_period_start(convert::FormatDay(question.period_start));
  message.set_period_end(convert::FormatDay(question.period_end));
}

// Units of the currency, or pieces.
double ToUnits(simulation::Measure measure, double value);

v1::Forecast ToProto(const PairedQuestions& asked, const AskedQuestion& question,
                     const simulation::Forecast& forecast);

}  // namespace quotacast::handlers

#endif  // QUOTACAST_SERVER_HANDLERS_PAIRED_QUESTIONS_H_
