#include "simulation/scenario/explanation.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/errors.h"
#include "server/handlers/paired_questions.h"
#include "server/handlers/scenario.h"

namespace quotacast::handlers {
namespace {

constexpr size_t kOpportunitiesNamedMax = 20;

// Targets by whose quota it is and what it is about.
using QuotaKey = std::tuple<simulation::OwnerType, int32_t, simulation::Measure, simulation::Day,
                            simulation::Day>;

class EarlierTargets {
 public:
  EarlierTargets(const PairedQuestions& asked, int64_t from_us) {
    for (const simulation::Quota& quota : asked.company->QuotasAsOf(from_us)) {
      before_[KeyOf(quota)] = quota.target;
    }
    for (const simulation::Quota& quota : asked.company->QuotasAsOf(asked.selection.as_of_us)) {
      after_[KeyOf(quota)] = quota.target;
    }
  }

  // The target of the question as of the earlier time; where there was none, that of now.
  int64_t Of(const AskedQuestion& asked) const {
    const simulation::Question& q = asked.question;
    if (q.reps.empty()) {
      return TargetOf({q.owner_type, q.owner, q.measure, q.period_start, q.period_end});
    }
    int64_t sum = 0;
    for (const int32_t rep : q.reps) {
      sum += TargetOf({simulation::OwnerType::kRep, rep, q.measure, q.period_start, q.period_end});
    }
    return sum;
  }

 private:
  static QuotaKey KeyOf(const simulation::Quota& quota) {
    return {quota.owner_type, quota.owner, quota.measure, quota.period_start, quota.period_end};
  }
  int64_t TargetOf(const QuotaKey& key) const {
    const auto found = before_.find(key);
    if (found != before_.end()) return found->second;
    const auto now = after_.find(key);
    return now == after_.end() ? 0 : now->second;
  }

  std::map<QuotaKey, int64_t> before_, after_;
};

v1::ChanceExplanation ToProto(const PairedQuestions& asked, const AskedQuestion& question,
                              const simulation::Explanation& explanation) {
  v1::ChanceExplanation proto;
  SetOwner(asked, question, proto);
  SetSubject(question.question, proto);
  const simulation::Forecast &before = explanation.before, &after = explanation.after;
  const simulation::Measure measure = question.question.measure;
  proto.set_target_before(ToUnits(measure, static_cast<double>(before.question.target)));
  proto.set_target_after(ToUnits(measure, static_cast<double>(after.question.target)));
  proto.set_probability_before(before.attainment_probability);
  proto.set_probability_after(after.attainment_probability);
  proto.set_standard_error(std::max(before.standard_error, after.standard_error));
  for (size_t p = 0; p < explanation.parts.size(); ++p) {
    v1::ChancePart* part = proto.add_parts();
    // The enumerations have the same order.
    part->set_reason(static_cast<v1::ChancePart::Reason>(p + 1));
    part->set_change(explanation.parts[p]);
    const std::vector<int32_t>& deals = explanation.deals[p];
    part->set_opportunity_count(static_cast<int32_t>(deals.size()));
    for (size_t d = 0; d < std::min(deals.size(), kOpportunitiesNamedMax); ++d) {
      part->add_opportunities(convert::FormatChildName(
          asked.organization, "opportunities", asked.company->history.opportunities[deals[d]].id));
    }
  }
  return proto;
}

// The explanations of all questions, in the compute pool.
absl::StatusOr<std::vector<simulation::Explanation>> Explain(
    const Context& context, Engine& engine, ModelCache& models, PairedQuestions& asked,
    const std::vector<AskedQuestion>& questions, int64_t from_us) {
  std::vector<simulation::Question> after, before;
  const EarlierTargets targets(asked, from_us);
  for (const AskedQuestion& question : questions) {
    after.push_back(question.question);
    before.push_back(question.question);
    before.back().target = targets.Of(question);
  }
  asked.options.cancelled = context.cancelled;
  absl::StatusOr<std::vector<simulation::Explanation>> explanations = absl::UnknownError("not run");
  const absl::Status admitted = engine.pool.Run(context.cancelled, [&](int thread_count) {
    asked.options.thread_count = thread_count;
    const auto earlier = models.Get(asked.company, from_us, thread_count);
    if (!earlier.ok()) {
      explanations =
          errors::Precondition("NO_HISTORY", convert::OrganizationName(asked.organization),
                               absl::StrCat("from: ", earlier.status().message()));
      return;
    }
    const auto later = models.Get(asked.company, asked.selection.as_of_us, thread_count);
    if (!later.ok()) {
      explanations = later.status();
      return;
    }
    explanations = simulation::ExplainChange(asked.company->history, (*earlier)->model(),
                                             (*later)->model(), before, after, asked.options);
  });
  if (!admitted.ok()) return admitted;
  return explanations;
}

}  // namespace

absl::StatusOr<v1::ExplainChangeResponse> ExplainChange(const Context& context, Engine& engine,
                                                        ModelCache& models,
                                                        const v1::ExplainChangeRequest& request) {
  if (!request.has_from()) return errors::InvalidField("from", "must be given");
  const auto from_us = convert::FromTimestamp("from", request.from());
  if (!from_us.ok()) return from_us.status();
  auto asked = AskPaired(engine, models, request.parent(), request.selection());
  if (!asked.ok()) return asked.status();
  if (*from_us >= asked->selection.as_of_us) {
    return errors::InvalidField("from", "must be before the as-of time of the selection");
  }
  const std::vector<AskedQuestion> questions = asked->All();
  const auto explanations = Explain(context, engine, models, *asked, questions, *from_us);
  if (!explanations.ok()) return explanations.status();
  v1::ExplainChangeResponse response;
  *response.mutable_from() = request.from();
  *response.mutable_as_of() = convert::ToTimestamp(asked->selection.as_of_us);
  for (size_t q = 0; q < questions.size(); ++q) {
    *(q < asked->questions.reps.size() ? response.add_explanations() : response.add_totals()) =
        ToProto(*asked, questions[q], (*explanations)[q]);
  }
  return response;
}

}  // namespace quotacast::handlers
