#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/convert/metric_parts.h"
#include "server/convert/scalars.h"
#include "server/errors.h"
#include "server/handlers/metrics.h"
#include "server/metrics/opportunity_outlook.h"

namespace quotacast::handlers {
namespace {

using metrics::OpportunityOutlook;
using metrics::Standing;

constexpr uint64_t kSeed = 1;  // Of a forecast that names none.

// Of the model's open opportunities.
absl::StatusOr<std::shared_ptr<const std::vector<double>>> WinChances(
    const Context& context, Floor& floor, const FloorQuestion& question,
    const simulation::FittedModel& model, int thread_count) {
  AnswerKey key = question.Key(simulation::Measure::kAmount, Needs::kModel);
  key.as_of_us = model.as_of_us;
  if (auto kept = floor.chances.Find(key)) return kept;
  auto chances = std::make_shared<const std::vector<double>>(
      metrics::WinChances(model, question.period, kSeed, thread_count, context.cancelled));
  if (context.cancelled && context.cancelled()) {
    return absl::CancelledError("the ranking was cancelled");
  }
  floor.chances.Keep(key, chances);
  return chances;
}

// Of the whole company.
absl::StatusOr<std::vector<OpportunityOutlook>> Compute(const Context& context, Floor& floor,
                                                        const FloorQuestion& question,
                                                        const metrics::StageIndex& stages,
                                                        int thread_count) {
  const AnswerKey key = question.Key(simulation::Measure::kAmount, Needs::kModel);
  if (const auto kept = floor.outlooks.Find(key)) return *kept;
  const auto fitted = floor.models.Get(question.company, question.as_of_us, thread_count);
  if (!fitted.ok()) return fitted.status();
  const simulation::FittedModel& model = (*fitted)->model();
  const auto chances = WinChances(context, floor, question, model, thread_count);
  if (!chances.ok()) return chances.status();
  auto outlooks = metrics::OutlooksOf(question.company->history, stages, model, **chances,
                                      question.as_of_us, thread_count);
  floor.outlooks.Keep(key, std::make_shared<const std::vector<OpportunityOutlook>>(outlooks));
  return outlooks;
}

double StayedShare(const OpportunityOutlook& outlook) {
  // Where nobody was won from there nothing speaks against it.
  return outlook.won_stayed_as_long.total > 0 ? outlook.won_stayed_as_long.Crude() : 1;
}

void Sort(v1::RankOpportunitiesRequest::Order order, std::vector<OpportunityOutlook>& outlooks) {
  const bool empty_first = order == v1::RankOpportunitiesRequest::EMPTY_FIRST;
  std::stable_sort(outlooks.begin(), outlooks.end(),
                   [empty_first](const OpportunityOutlook& a, const OpportunityOutlook& b) {
                     if (empty_first) {
                       const bool empty_a = a.standing == Standing::kEmpty;
                       const bool empty_b = b.standing == Standing::kEmpty;
                       if (empty_a != empty_b) return empty_a;
                       if (StayedShare(a) != StayedShare(b)) return StayedShare(a) < StayedShare(b);
                     } else if (a.win_chance != b.win_chance) {
                       return a.win_chance > b.win_chance;
                     }
                     return a.amount_micros > b.amount_micros;
                   });
}

v1::OpportunityOutlook ToProto(const FloorQuestion& question, const metrics::StageIndex& stages,
                               const OpportunityOutlook& outlook) {
  const std::string organization = question.organization();
  const simulation::History& history = question.company->history;
  v1::OpportunityOutlook proto;
  proto.set_opportunity(convert::FormatChildName(organization, "opportunities",
                                                 history.opportunities[outlook.opportunity].id));
  if (outlook.rep != simulation::kNone) {
    proto.set_rep(convert::FormatChildName(organization, "reps", history.reps[outlook.rep].id));
  }
  convert::SetStage(organization, history, stages[outlook.stage], proto);
  proto.set_amount(convert::Whole(outlook.amount_micros));
  proto.set_age_days(outlook.age_days);
  *proto.mutable_won_stayed_as_long() = convert::ProportionRate(outlook.won_stayed_as_long);
  proto.set_won_median_days(outlook.won_median_days);
  proto.set_win_probability(outlook.win_chance);
  proto.set_standing(static_cast<v1::OpportunityOutlook::Standing>(outlook.standing));
  return proto;
}

// Leaves out what is not of the reps asked for.
void Select(const v1::RankOpportunitiesRequest& request, const FloorQuestion& question,
            std::vector<OpportunityOutlook>& outlooks) {
  if (request.reps().empty() && request.teams().empty()) return;
  const std::vector<bool> selected = question.SelectedReps();
  outlooks.erase(std::remove_if(outlooks.begin(), outlooks.end(),
                                [&](const OpportunityOutlook& outlook) {
                                  return outlook.rep == simulation::kNone || !selected[outlook.rep];
                                }),
                 outlooks.end());
}

}  // namespace

absl::StatusOr<v1::RankOpportunitiesResponse> RankOpportunities(
    const Context& context, Engine& engine, Floor& floor,
    const v1::RankOpportunitiesRequest& request) {
  if (!v1::RankOpportunitiesRequest::Order_IsValid(request.order())) {
    return errors::InvalidField(
        "order",
        absl::StrCat("must be PROMISING_FIRST, EMPTY_FIRST or nothing; got ", request.order()));
  }
  const auto page = ParsePage(request);
  if (!page.ok()) return page.status();
  const auto question = ReadFloorQuestion(engine, floor, FieldsOf(request), Needs::kModel);
  if (!question.ok()) return question.status();
  if (const absl::Status status = question->CheckRunning(); !status.ok()) return status;
  const metrics::StageIndex stages(question->company->history);
  absl::StatusOr<std::vector<OpportunityOutlook>> outlooks;
  const absl::Status admitted = engine.pool.Run(context.cancelled, [&](int thread_count) {
    outlooks = Compute(context, floor, *question, stages, thread_count);
  });
  if (!admitted.ok()) return admitted;
  if (!outlooks.ok()) return outlooks.status();
  Select(request, *question, *outlooks);
  Sort(request.order(), *outlooks);
  v1::RankOpportunitiesResponse response;
  double open = 0, weighted = 0, simulated = 0;
  for (const OpportunityOutlook& outlook : *outlooks) {
    const double amount = convert::Whole(outlook.amount_micros);
    open += amount;
    weighted += amount * outlook.weight;
    simulated += amount * outlook.win_chance;
  }
  const PageBounds bounds = BoundsOf(page->after, page->limit, outlooks->size());
  for (size_t i = bounds.first; i < bounds.last; ++i) {
    *response.add_opportunities() = ToProto(*question, stages, (*outlooks)[i]);
  }
  response.set_next_page_token(FormatPageToken(bounds.next_after, FilterOf(request)));
  *response.mutable_as_of() = convert::ToTimestamp(question->as_of_us);
  response.set_currency_code(question->company->organization.currency);
  response.set_period_start(convert::FormatDay(question->period.start));
  response.set_period_end(convert::FormatDay(question->period.end));
  response.set_open_count(static_cast<int64_t>(outlooks->size()));
  response.set_open_amount(open);
  response.set_weighted_amount(weighted);
  response.set_simulated_amount(simulated);
  return response;
}

}  // namespace quotacast::handlers
