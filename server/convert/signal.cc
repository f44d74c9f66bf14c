#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "server/convert/metrics.h"
#include "server/convert/names.h"
#include "server/convert/scalars.h"

namespace quotacast::convert {
namespace {

using metrics::Signal;
using metrics::SignalKind;

constexpr size_t kOpportunitiesNamedMax = 20;

std::string Share(double share) { return absl::StrFormat("%.0f %%", 100 * share); }

// "12 of 40 (30 %, likely 22 to 38 %)".
std::string Counted(const Signal& signal) {
  return absl::StrFormat("%.0f of %.0f (about %s; 90 %% interval %.0f to %.0f %%)",
                         signal.counts.count, signal.counts.total, Share(signal.value),
                         100 * signal.interval.low, 100 * signal.interval.high);
}

// The evidence in words.
std::string Describe(const Signal& signal, double divisor) {
  const double count = signal.counts.count;
  switch (signal.kind) {
    case SignalKind::kQuotaOutOfReach:
      return absl::StrFormat("chance of the quota %.1f %%; booked %.0f of %.0f", 100 * signal.value,
                             count / divisor, signal.counts.total / divisor);
    case SignalKind::kThinLastStages:
      return absl::StrFormat("%.0f in the last two stages, %.0f missing", signal.value / divisor,
                             signal.reference / divisor);
    case SignalKind::kConversionDrop:
      return absl::StrCat("of the last 90 days ", Counted(signal), " advanced within 45 days; ",
                          Share(signal.reference), " before");
    case SignalKind::kOpensButDoesNotClose:
      return absl::StrCat("won from the last stage ", Counted(signal), "; the company ",
                          Share(signal.reference));
    case SignalKind::kLowContactRate:
      return absl::StrFormat(
          "%.0f opportunities from %.0f prospecting calls: about %.0f per 1,000 (90 %% interval "
          "%.0f "
          "to %.0f); the company %.0f",
          count, signal.counts.total, 1000 * signal.value, 1000 * signal.interval.low,
          1000 * signal.interval.high, 1000 * signal.reference);
    case SignalKind::kGivesUpEarly:
      return absl::StrCat("lost after at most one follow-up ", Counted(signal), "; the company ",
                          Share(signal.reference));
    case SignalKind::kOverloaded:
      return absl::StrCat(signal.counts.total, " open, attended in the last 14 days ",
                          Counted(signal), "; the company ", Share(signal.reference));
    case SignalKind::kUnderloaded:
      return absl::StrFormat(
          "%.0f open; who made the quota began with %.0f to %.0f; below that %.0f of %.0f made it",
          signal.value, signal.interval.low, signal.interval.high, count, signal.counts.total);
    case SignalKind::kStaleOpportunities:
      return absl::StrFormat("%.0f of %.0f open are older in their stage than those that get on",
                             count, signal.counts.total);
    case SignalKind::kCloseDatePast:
      return absl::StrFormat("%.0f of %.0f open are past their expected close date", count,
                             signal.counts.total);
    case SignalKind::kNothingRecorded:
      return absl::StrFormat("nothing recorded for %.0f working days; before, %.1f records a day",
                             signal.value,
                             signal.counts.total > 0 ? count / signal.counts.total : 0.);
    case SignalKind::kImpossibleData:
      return absl::StrFormat(
          "%.0f records contradict themselves (expected to close before their creation, won for "
          "nothing, or open under somebody who left)",
          count);
  }
  return "";
}

// Whether counts and value are of a rate.
bool IsRate(SignalKind kind) {
  return kind == SignalKind::kConversionDrop || kind == SignalKind::kOpensButDoesNotClose ||
         kind == SignalKind::kLowContactRate || kind == SignalKind::kGivesUpEarly ||
         kind == SignalKind::kOverloaded || kind == SignalKind::kQuotaOutOfReach;
}

v1::Signal::Kind ToProto(SignalKind kind) {
  return static_cast<v1::Signal::Kind>(static_cast<int>(kind) + 1);
}

}  // namespace

std::string SignalKindWord(v1::Signal::Kind kind) {
  return absl::StrReplaceAll(absl::AsciiStrToLower(v1::Signal::Kind_Name(kind)), {{"_", "-"}});
}

bool IsAboutStage(v1::Signal::Kind kind) {
  return kind == v1::Signal::CONVERSION_DROP || kind == v1::Signal::OPENS_BUT_DOES_NOT_CLOSE;
}

std::string SignalId(const simulation::History& history, const Signal& signal) {
  const std::string id =
      absl::StrCat(SignalKindWord(ToProto(signal.kind)), "~", history.reps[signal.rep].id);
  if (signal.pipeline == simulation::kNone) return id;
  const simulation::Pipeline& pipeline = history.pipelines[signal.pipeline];
  return absl::StrCat(id, "~", pipeline.id, "~", pipeline.stages[signal.stage].id);
}

v1::SignalReview ToProto(const std::string& organization, const storage::SignalReview& review) {
  v1::SignalReview proto;
  proto.set_name(FormatChildName(organization, "signals", review.signal));
  proto.set_state(static_cast<v1::SignalReview::State>(review.state));
  proto.set_reviewer(review.reviewer);
  proto.set_note(review.note);
  *proto.mutable_review_time() = ToTimestamp(review.review_time_us);
  if (review.hidden_until_us != storage::kNotHidden) {
    *proto.mutable_hidden_until_time() = ToTimestamp(review.hidden_until_us);
  }
  return proto;
}

v1::Signal ToProto(const std::string& organization, const simulation::History& history,
                   simulation::Measure measure, const Signal& signal) {
  const double divisor = measure == simulation::Measure::kAmount ? 1e6 : 1;
  const bool is_quota =
      signal.kind == SignalKind::kQuotaOutOfReach || signal.kind == SignalKind::kThinLastStages;
  v1::Signal proto;
  proto.set_name(FormatChildName(organization, "signals", SignalId(history, signal)));
  proto.set_kind(ToProto(signal.kind));
  proto.set_rep(FormatChildName(organization, "reps", history.reps[signal.rep].id));
  if (signal.pipeline != simulation::kNone) {
    const simulation::Pipeline& pipeline = history.pipelines[signal.pipeline];
    proto.set_pipeline(FormatChildName(organization, "pipelines", pipeline.id));
    proto.set_stage_id(pipeline.stages[signal.stage].id);
  }
  proto.set_probability(signal.probability);
  v1::Rate& evidence = *proto.mutable_evidence();
  evidence.set_count(signal.counts.count / (is_quota ? divisor : 1));
  evidence.set_total(signal.counts.total / (is_quota ? divisor : 1));
  const bool in_money = signal.kind == SignalKind::kThinLastStages;
  evidence.set_value(signal.value / (in_money ? divisor : 1));
  proto.set_reference(signal.reference / (in_money ? divisor : 1));
  if (IsRate(signal.kind)) {
    evidence.set_low(signal.interval.low);
    evidence.set_high(signal.interval.high);
  }
  proto.set_description(Describe(signal, divisor));
  if (signal.effect_known) proto.set_quota_effect(signal.effect);
  if (signal.chance_known) proto.set_attainment_probability(signal.chance);
  proto.set_urgency(metrics::Urgency(signal));
  proto.set_amount(static_cast<double>(signal.amount_micros) / 1e6);
  proto.set_opportunity_count(static_cast<int64_t>(signal.opportunities.size()));
  const size_t named = std::min(signal.opportunities.size(), kOpportunitiesNamedMax);
  for (size_t i = 0; i < named; ++i) {
    proto.add_opportunities(FormatChildName(organization, "opportunities",
                                            history.opportunities[signal.opportunities[i]].id));
  }
  return proto;
}

}  // namespace quotacast::convert
