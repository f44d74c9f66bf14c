#include "server/convert/resources.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/convert/correction_mode.h"
#include "server/convert/names.h"
#include "server/convert/scalars.h"

namespace quotacast::convert {
namespace {

template <typename Proto>
void SetRecorded(const storage::Recorded& recorded, Proto& proto) {
  *proto.mutable_create_time() = ToTimestamp(recorded.create_time_us);
  *proto.mutable_update_time() = ToTimestamp(recorded.update_time_us);
  proto.set_etag(ToEtag(recorded));
}

template <typename Proto>
void SetAttributes(const storage::Attributes& attributes, Proto& proto) {
  proto.mutable_attributes()->insert(attributes.begin(), attributes.end());
}

v1::Stage::Kind ToProto(storage::StageKind kind) {
  switch (kind) {
    case storage::StageKind::kOpen:
      return v1::Stage::OPEN;
    case storage::StageKind::kWon:
      return v1::Stage::WON;
    case storage::StageKind::kLost:
      return v1::Stage::LOST;
  }
  return v1::Stage::KIND_UNSPECIFIED;
}

v1::Opportunity::State ToProto(storage::OpportunityState state) {
  switch (state) {
    case storage::OpportunityState::kOpen:
      return v1::Opportunity::OPEN;
    case storage::OpportunityState::kWon:
      return v1::Opportunity::WON;
    case storage::OpportunityState::kLost:
      return v1::Opportunity::LOST;
  }
  return v1::Opportunity::STATE_UNSPECIFIED;
}

v1::Activity::Type ToProto(storage::ActivityType type) {
  switch (type) {
    case storage::ActivityType::kCall:
      return v1::Activity::CALL;
    case storage::ActivityType::kEmail:
      return v1::Activity::EMAIL;
    case storage::ActivityType::kMeeting:
      return v1::Activity::MEETING;
    case storage::ActivityType::kFollowUp:
      return v1::Activity::FOLLOW_UP;
    case storage::ActivityType::kOther:
      return v1::Activity::OTHER;
  }
  return v1::Activity::TYPE_UNSPECIFIED;
}

v1::Activity::Outcome ToProto(storage::ActivityOutcome outcome) {
  switch (outcome) {
    case storage::ActivityOutcome::kUnknown:
      return v1::Activity::OUTCOME_UNSPECIFIED;
    case storage::ActivityOutcome::kConnected:
      return v1::Activity::CONNECTED;
    case storage::ActivityOutcome::kNoAnswer:
      return v1::Activity::NO_ANSWER;
  }
  return v1::Activity::OUTCOME_UNSPECIFIED;
}

}  // namespace

std::string ToEtag(const storage::Recorded& recorded) { return absl::StrCat(recorded.revision); }

std::optional<int64_t> FromEtag(absl::string_view etag) {
  if (etag.empty()) return std::nullopt;
  int64_t revision = 0;
  if (!absl::SimpleAtoi(etag, &revision) || etag != absl::StrCat(revision)) return -1;
  return revision;
}

v1::Measure ToProto(storage::Measure measure) {
  return measure == storage::Measure::kAmount ? v1::AMOUNT : v1::UNITS;
}

v1::Organization ToProto(const storage::Organization& organization) {
  v1::Organization proto;
  proto.set_name(OrganizationName(organization.id));
  proto.set_display_name(organization.name);
  proto.set_currency_code(organization.currency);
  proto.set_time_zone(organization.time_zone);
  proto.set_fiscal_year_start_month(organization.fiscal_year_start_month);
  proto.set_correction_mode(ToProto(organization.correction_mode));
  SetRecorded(organization.recorded, proto);
  return proto;
}

v1::Team ToProto(const storage::Organization& organization, const storage::Team& team) {
  v1::Team proto;
  proto.set_name(FormatChildName(organization.id, "teams", team.id));
  proto.set_display_name(team.name);
  proto.set_parent_team(FormatReference(organization.id, "teams", team.parent));
  SetAttributes(team.attributes, proto);
  SetRecorded(team.recorded, proto);
  return proto;
}

v1::Rep ToProto(const storage::Organization& organization, const storage::Rep& rep) {
  v1::Rep proto;
  proto.set_name(FormatChildName(organization.id, "reps", rep.id));
  proto.set_display_name(rep.name);
  proto.set_team(FormatReference(organization.id, "teams", rep.team));
  proto.set_start_date(FormatDay(rep.start_day));
  proto.set_end_date(FormatDay(rep.end_day));
  SetAttributes(rep.attributes, proto);
  SetRecorded(rep.recorded, proto);
  return proto;
}

v1::Pipeline ToProto(const storage::Organization& organization, const storage::Pipeline& pipeline) {
  v1::Pipeline proto;
  proto.set_name(FormatChildName(organization.id, "pipelines", pipeline.id));
  for (const storage::Stage& stage : pipeline.stages) {
    v1::Stage* added = proto.add_stages();
    added->set_stage_id(stage.id);
    added->set_display_name(stage.name);
    added->set_kind(ToProto(stage.kind));
    SetAttributes(stage.attributes, *added);
  }
  SetAttributes(pipeline.attributes, proto);
  SetRecorded(pipeline.recorded, proto);
  return proto;
}

v1::Quota ToProto(const storage::Organization& organization, const storage::Quota& quota) {
  v1::Quota proto;
  proto.set_name(FormatChildName(organization.id, "quotas", QuotaId(quota)));
  proto.set_owner(QuotaOwnerName(organization.id, quota));
  proto.set_period_start(FormatDay(quota.period_start));
  proto.set_period_end(FormatDay(quota.period_end));
  proto.set_measure(ToProto(quota.measure));
  if (quota.measure == storage::Measure::kAmount) {
    *proto.mutable_target_amount() = ToMoney(quota.target, organization.currency);
  } else {
    proto.set_target_units(quota.target);
  }
  SetAttributes(quota.attributes, proto);
  SetRecorded(quota.recorded, proto);
  return proto;
}

v1::Opportunity ToProto(const storage::Organization& organization,
                        const storage::Opportunity& opportunity) {
  v1::Opportunity proto;
  proto.set_name(FormatChildName(organization.id, "opportunities", opportunity.id));
  proto.set_display_name(opportunity.name);
  proto.set_pipeline(FormatReference(organization.id, "pipelines", opportunity.pipeline));
  proto.set_owner(FormatReference(organization.id, "reps", opportunity.rep));
  *proto.mutable_amount() = ToMoney(opportunity.amount_micros, organization.currency);
  proto.set_units(opportunity.units);
  *proto.mutable_open_time() = ToTimestamp(opportunity.create_time_us);
  proto.set_expected_close_date(FormatDay(opportunity.expected_close_day));
  proto.set_stage(opportunity.stage);
  if (!opportunity.stage.empty()) {
    *proto.mutable_stage_entry_time() = ToTimestamp(opportunity.stage_entry_time_us);
  }
  proto.set_state(ToProto(opportunity.state));
  if (opportunity.state != storage::OpportunityState::kOpen) {
    *proto.mutable_close_time() = ToTimestamp(opportunity.close_time_us);
  }
  SetAttributes(opportunity.attributes, proto);
  SetRecorded(opportunity.recorded, proto);
  return proto;
}

v1::StageTransition ToProto(const storage::Organization& organization,
                            const storage::StageTransition& transition) {
  v1::StageTransition proto;
  proto.set_name(FormatTransitionName(organization.id, transition));
  *proto.mutable_effective_time() = ToTimestamp(transition.time_us);
  proto.set_stage(transition.stage);
  proto.set_owner(FormatReference(organization.id, "reps", transition.rep));
  if (transition.amount_micros != storage::kUnchanged) {
    *proto.mutable_amount() = ToMoney(transition.amount_micros, organization.currency);
  }
  SetAttributes(transition.attributes, proto);
  *proto.mutable_create_time() = ToTimestamp(transition.recorded.create_time_us);
  return proto;
}

v1::Activity ToProto(const storage::Organization& organization, const storage::Activity& activity) {
  v1::Activity proto;
  proto.set_name(FormatChildName(organization.id, "activities", activity.id));
  proto.set_rep(FormatReference(organization.id, "reps", activity.rep));
  proto.set_opportunity(FormatReference(organization.id, "opportunities", activity.opportunity));
  *proto.mutable_start_time() = ToTimestamp(activity.time_us);
  proto.set_type(ToProto(activity.type));
  proto.set_outcome(ToProto(activity.outcome));
  if (activity.duration_seconds != storage::kNoDuration) {
    proto.mutable_duration()->set_seconds(activity.duration_seconds);
  }
  SetAttributes(activity.attributes, proto);
  *proto.mutable_create_time() = ToTimestamp(activity.recorded.create_time_us);
  proto.set_etag(ToEtag(activity.recorded));
  return proto;
}

}  // namespace quotacast::convert
