#include "server/convert/merge.h"

#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/convert/correction_mode.h"
#include "server/convert/names.h"
#include "server/convert/scalars.h"
#include "server/limits.h"

namespace quotacast::convert {
namespace {

// Takes one value: what an absl::StatusOr holds, or its error.
template <typename From, typename To>
void Take(const absl::StatusOr<From>& from, To& to, errors::FieldErrors& errors) {
  errors.Add(from.status());
  if (from.ok()) to = static_cast<To>(*from);
}

void TakeName(absl::string_view field, const std::string& from, std::string& to,
              errors::FieldErrors& errors) {
  errors.Add(CheckName(field, from));
  to = from;
}

void TakeDay(absl::string_view field, const std::string& from, storage::Day& to,
             errors::FieldErrors& errors) {
  if (from.empty()) {
    to = storage::kNoDay;
  } else {
    Take(ParseDay(field, from), to, errors);
  }
}

template <typename Map>
void TakeAttributes(absl::string_view field, const Map& from, storage::Attributes& to,
                    errors::FieldErrors& errors) {
  to = storage::Attributes(from.begin(), from.end());
  errors.Add(CheckAttributes(field, to));
}

void TakeRequiredReference(absl::string_view field, const storage::Organization& organization,
                           absl::string_view collection, const std::string& from, std::string& to,
                           errors::FieldErrors& errors) {
  if (from.empty()) errors.Add(field, "must not be empty");
  Take(ParseReference(field, organization.id, collection, from), to, errors);
}

template <typename Holder>
void TakeTime(absl::string_view field, bool given, const Holder& from, int64_t now_us, int64_t& to,
              errors::FieldErrors& errors) {
  if (given) {
    Take(FromTimestamp(field, from), to, errors);
  } else {
    to = now_us;
  }
}

void TakeStage(absl::string_view field, const v1::Stage& from, storage::Stage& to,
               errors::FieldErrors& errors) {
  errors.Add(CheckId(absl::StrCat(field, ".stage_id"), from.stage_id()));
  to.id = from.stage_id();
  TakeName(absl::StrCat(field, ".display_name"), from.display_name(), to.name, errors);
  TakeAttributes(absl::StrCat(field, ".attributes"), from.attributes(), to.attributes, errors);
  switch (from.kind()) {
    case v1::Stage::OPEN:
      to.kind = storage::StageKind::kOpen;
      return;
    case v1::Stage::WON:
      to.kind = storage::StageKind::kWon;
      return;
    case v1::Stage::LOST:
      to.kind = storage::StageKind::kLost;
      return;
    default:
      errors.Add(absl::StrCat(field, ".kind"),
                 absl::StrCat("must be OPEN, WON or LOST; got ", from.kind()));
  }
}

void CheckStages(const std::vector<storage::Stage>& stages, errors::FieldErrors& errors) {
  constexpr char kField[] = "pipeline.stages";
  absl::flat_hash_set<std::string> ids;
  bool open = false, won = false;
  for (const storage::Stage& stage : stages) {
    open = open || stage.kind == storage::StageKind::kOpen;
    won = won || stage.kind == storage::StageKind::kWon;
    if (!ids.insert(stage.id).second) {
      errors.Add(kField,
                 absl::StrCat("must have each stage_id once; got ", Quoted(stage.id), " twice"));
    }
  }
  if (!open || !won) errors.Add(kField, "must have at least one OPEN and one WON stage");
}

void TakeTarget(const storage::Organization& organization, const v1::Quota& from,
                storage::Quota& to, errors::FieldErrors& errors) {
  const bool amount = to.measure == storage::Measure::kAmount;
  const std::string field = amount ? "quota.target_amount" : "quota.target_units";
  if (amount ? !from.has_target_amount() : !from.has_target_units()) {
    errors.Add(field, "is required and must be the only target");
    return;
  }
  if (amount) {
    Take(FromMoney(field, from.target_amount(), organization.currency, limits::kTargetMaxMicros),
         to.target, errors);
    if (to.target == 0) errors.Add(field, "must be more than 0; got 0");
  } else {
    to.target = from.target_units();
    if (to.target < 1 || to.target > limits::kUnitsMax) {
      errors.Add(field, absl::StrCat("must be 1 to ", limits::kUnitsMax, "; got ", to.target));
    }
  }
}

void TakeQuotaIdentity(const storage::Organization& organization, const v1::Quota& from,
                       storage::Quota& to, errors::FieldErrors& errors) {
  const bool team = absl::StrContains(from.owner(), "/teams/");
  to.owner_type = team ? storage::OwnerType::kTeam : storage::OwnerType::kRep;
  TakeRequiredReference("quota.owner", organization, team ? "teams" : "reps", from.owner(),
                        to.owner, errors);
  Take(ParseDay("quota.period_start", from.period_start()), to.period_start, errors);
  Take(ParseDay("quota.period_end", from.period_end()), to.period_end, errors);
  if (to.period_end <= to.period_start) {
    errors.Add("quota.period_end", absl::StrCat("must be later than period_start ",
                                                from.period_start(), "; got ", from.period_end()));
  }
  to.measure = from.has_target_units() ? storage::Measure::kUnits : storage::Measure::kAmount;
  if (from.measure() != v1::MEASURE_UNSPECIFIED &&
      from.measure() != (from.has_target_units() ? v1::UNITS : v1::AMOUNT)) {
    errors.Add("quota.measure",
               "must agree with the kind of target: AMOUNT with target_amount, "
               "UNITS with target_units");
  }
}

void TakeType(const v1::Activity& from, storage::Activity& to, errors::FieldErrors& errors) {
  switch (from.type()) {
    case v1::Activity::CALL:
      to.type = storage::ActivityType::kCall;
      return;
    case v1::Activity::EMAIL:
      to.type = storage::ActivityType::kEmail;
      return;
    case v1::Activity::MEETING:
      to.type = storage::ActivityType::kMeeting;
      return;
    case v1::Activity::FOLLOW_UP:
      to.type = storage::ActivityType::kFollowUp;
      return;
    case v1::Activity::OTHER:
      to.type = storage::ActivityType::kOther;
      return;
    default:
      errors.Add(
          "activity.type",
          absl::StrCat("must be CALL, EMAIL, MEETING, FOLLOW_UP or OTHER; got ", from.type()));
  }
}

void TakeOutcome(const v1::Activity& from, storage::Activity& to, errors::FieldErrors& errors) {
  switch (from.outcome()) {
    case v1::Activity::OUTCOME_UNSPECIFIED:
      to.outcome = storage::ActivityOutcome::kUnknown;
      return;
    case v1::Activity::CONNECTED:
      to.outcome = storage::ActivityOutcome::kConnected;
      return;
    case v1::Activity::NO_ANSWER:
      to.outcome = storage::ActivityOutcome::kNoAnswer;
      return;
    default:
      errors.Add("activity.outcome",
                 absl::StrCat("must be CONNECTED, NO_ANSWER or nothing; got ", from.outcome()));
  }
}

void TakeDuration(const v1::Activity& from, storage::Activity& to, errors::FieldErrors& errors) {
  if (!from.has_duration()) return;
  const auto& duration = from.duration();
  if (duration.seconds() < 0 || duration.seconds() > limits::kDurationMaxSeconds ||
      duration.nanos() != 0) {
    errors.Add("activity.duration",
               absl::StrCat("must be whole seconds, 0 to ", limits::kDurationMaxSeconds, "; got ",
                            duration.seconds(), " s and ", duration.nanos(), " ns"));
  }
  to.duration_seconds = static_cast<int32_t>(duration.seconds());
}

}  // namespace

void Merge(const v1::Organization& from, const FieldSet& fields, storage::Organization& to,
           errors::FieldErrors& errors) {
  if (fields.contains("display_name")) {
    TakeName("organization.display_name", from.display_name(), to.name, errors);
  }
  if (fields.contains("currency_code")) {
    errors.Add(CheckCurrency("organization.currency_code", from.currency_code()));
    to.currency = from.currency_code();
  }
  if (fields.contains("time_zone")) {
    errors.Add(CheckTimeZone("organization.time_zone", from.time_zone()));
    to.time_zone = from.time_zone();
  }
  if (fields.contains("fiscal_year_start_month")) {
    const int month = from.fiscal_year_start_month();
    if (month < 0 || month > 12) {
      errors.Add("organization.fiscal_year_start_month",
                 absl::StrCat("must be 1 to 12; got ", month));
    }
    to.fiscal_year_start_month = month == 0 ? 1 : month;
  }
  if (fields.contains("correction_mode")) {
    to.correction_mode = FromProto("organization.correction_mode", from.correction_mode(), errors)
                             .value_or(storage::CorrectionMode::kOff);
  }
}

void Merge(const storage::Organization& organization, const v1::Team& from, const FieldSet& fields,
           storage::Team& to, errors::FieldErrors& errors) {
  if (fields.contains("display_name")) {
    TakeName("team.display_name", from.display_name(), to.name, errors);
  }
  if (fields.contains("parent_team")) {
    Take(ParseReference("team.parent_team", organization.id, "teams", from.parent_team()),
         to.parent, errors);
  }
  if (fields.contains("attributes")) {
    TakeAttributes("team.attributes", from.attributes(), to.attributes, errors);
  }
}

void Merge(const storage::Organization& organization, const v1::Rep& from, const FieldSet& fields,
           storage::Rep& to, errors::FieldErrors& errors) {
  if (fields.contains("display_name")) {
    TakeName("rep.display_name", from.display_name(), to.name, errors);
  }
  if (fields.contains("team")) {
    Take(ParseReference("rep.team", organization.id, "teams", from.team()), to.team, errors);
  }
  if (fields.contains("start_date")) {
    TakeDay("rep.start_date", from.start_date(), to.start_day, errors);
  }
  if (fields.contains("end_date")) TakeDay("rep.end_date", from.end_date(), to.end_day, errors);
  if (to.end_day != storage::kNoDay && to.end_day <= to.start_day) {
    errors.Add("rep.end_date",
               absl::StrCat("must be later than start_date ", FormatDay(to.start_day), "; got ",
                            FormatDay(to.end_day)));
  }
  if (fields.contains("attributes")) {
    TakeAttributes("rep.attributes", from.attributes(), to.attributes, errors);
  }
}

void Merge(const storage::Organization& /*organization*/, const v1::Pipeline& from,
           const FieldSet& fields, storage::Pipeline& to, errors::FieldErrors& errors) {
  if (fields.contains("stages")) {
    to.stages.clear();
    if (from.stages_size() > static_cast<int>(limits::kPipelineStagesMax)) {
      errors.Add("pipeline.stages", absl::StrCat("must be at most ", limits::kPipelineStagesMax,
                                                 "; got ", from.stages_size()));
      return;
    }
    for (int i = 0; i < from.stages_size(); ++i) {
      TakeStage(absl::StrCat("pipeline.stages[", i, "]"), from.stages(i), to.stages.emplace_back(),
                errors);
    }
    CheckStages(to.stages, errors);
  }
  if (fields.contains("attributes")) {
    TakeAttributes("pipeline.attributes", from.attributes(), to.attributes, errors);
  }
}

void Merge(const storage::Organization& organization, const v1::Quota& from, const FieldSet& fields,
           storage::Quota& to, errors::FieldErrors& errors) {
  if (fields.contains("owner")) TakeQuotaIdentity(organization, from, to, errors);
  if (fields.contains("target_amount") || fields.contains("target_units")) {
    TakeTarget(organization, from, to, errors);
  }
  if (fields.contains("attributes")) {
    TakeAttributes("quota.attributes", from.attributes(), to.attributes, errors);
  }
}

void Merge(const storage::Organization& organization, const v1::Opportunity& from,
           const FieldSet& fields, int64_t now_us, storage::Opportunity& to,
           errors::FieldErrors& errors) {
  if (fields.contains("display_name")) {
    TakeName("opportunity.display_name", from.display_name(), to.name, errors);
  }
  if (fields.contains("pipeline")) {
    TakeRequiredReference("opportunity.pipeline", organization, "pipelines", from.pipeline(),
                          to.pipeline, errors);
  }
  if (fields.contains("owner")) {
    TakeRequiredReference("opportunity.owner", organization, "reps", from.owner(), to.rep, errors);
  }
  if (fields.contains("amount")) {
    Take(FromMoney("opportunity.amount", from.amount(), organization.currency,
                   limits::kAmountMaxMicros),
         to.amount_micros, errors);
  }
  if (fields.contains("units")) {
    to.units = from.has_units() ? from.units() : 1;
    if (to.units < 0 || to.units > limits::kUnitsMax) {
      errors.Add("opportunity.units",
                 absl::StrCat("must be 0 to ", limits::kUnitsMax, "; got ", to.units));
    }
  }
  if (fields.contains("open_time")) {
    TakeTime("opportunity.open_time", from.has_open_time(), from.open_time(), now_us,
             to.create_time_us, errors);
  }
  if (fields.contains("expected_close_date")) {
    TakeDay("opportunity.expected_close_date", from.expected_close_date(), to.expected_close_day,
            errors);
  }
  if (fields.contains("stage")) to.stage = from.stage();
  if (fields.contains("attributes")) {
    TakeAttributes("opportunity.attributes", from.attributes(), to.attributes, errors);
  }
}

void Merge(const storage::Organization& organization, const v1::StageTransition& from,
           int64_t now_us, storage::StageTransition& to, errors::FieldErrors& errors) {
  TakeTime("stage_transition.effective_time", from.has_effective_time(), from.effective_time(),
           now_us, to.time_us, errors);
  if (from.stage().empty()) errors.Add("stage_transition.stage", "must not be empty");
  to.stage = from.stage();
  Take(ParseReference("stage_transition.owner", organization.id, "reps", from.owner()), to.rep,
       errors);
  if (from.has_amount()) {
    Take(FromMoney("stage_transition.amount", from.amount(), organization.currency,
                   limits::kAmountMaxMicros),
         to.amount_micros, errors);
  }
  TakeAttributes("stage_transition.attributes", from.attributes(), to.attributes, errors);
}

void Merge(const storage::Organization& organization, const v1::Activity& from, int64_t now_us,
           storage::Activity& to, errors::FieldErrors& errors) {
  TakeRequiredReference("activity.rep", organization, "reps", from.rep(), to.rep, errors);
  Take(ParseReference("activity.opportunity", organization.id, "opportunities", from.opportunity()),
       to.opportunity, errors);
  TakeTime("activity.start_time", from.has_start_time(), from.start_time(), now_us, to.time_us,
           errors);
  TakeType(from, to, errors);
  TakeOutcome(from, to, errors);
  TakeDuration(from, to, errors);
  TakeAttributes("activity.attributes", from.attributes(), to.attributes, errors);
}

}  // namespace quotacast::convert
