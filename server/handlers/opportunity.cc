#include "server/handlers/opportunity.h"

#include "absl/time/time.h"
#include "server/convert/scalars.h"
#include "server/handlers/stage_transition.h"
#include "server/handlers/standard_methods.h"

namespace quotacast::handlers {
namespace {

constexpr char kType[] = "quotacast/Opportunity";

// The stage given, or the first open one.
absl::StatusOr<storage::Stage> FirstStage(const storage::Pipeline& pipeline,
                                          const std::string& id) {
  if (!id.empty()) return FindStage("opportunity.stage", pipeline, id);
  for (const storage::Stage& stage : pipeline.stages) {
    if (stage.kind == storage::StageKind::kOpen) return stage;
  }
  return errors::InvalidField("opportunity.stage", "must be given: the pipeline has no open stage");
}

absl::StatusOr<storage::Opportunity> AppendOpportunity(storage::WriteTransaction& write,
                                                       const storage::Organization& organization,
                                                       const storage::Opportunity& opportunity) {
  const auto pipeline = write.GetPipeline(organization.key, opportunity.pipeline);
  if (!pipeline.ok()) {
    return CheckReference(pipeline, "quotacast/Pipeline", organization.id, "pipelines",
                          opportunity.pipeline);
  }
  const auto rep = write.GetRep(organization.key, opportunity.rep);
  if (!rep.ok()) {
    return CheckReference(rep, "quotacast/Rep", organization.id, "reps", opportunity.rep);
  }
  const auto stage = FirstStage(*pipeline, opportunity.stage);
  if (!stage.ok()) return stage.status();
  const std::string attributes = storage::EncodeAttributes(opportunity.attributes);
  const storage::OpportunityFact fact = {opportunity.id,
                                         pipeline->key,
                                         rep->key,
                                         opportunity.name,
                                         opportunity.amount_micros,
                                         opportunity.units,
                                         opportunity.create_time_us,
                                         opportunity.expected_close_day,
                                         attributes};
  const auto report = write.AppendOpportunities(organization.key, {&fact, 1});
  if (!report.ok()) return report.status();
  if (report->created == 0) {
    const std::string name =
        convert::FormatChildName(organization.id, "opportunities", opportunity.id);
    return errors::Describe(absl::AlreadyExistsError(absl::StrCat(name, " already exists")), kType,
                            name);
  }
  storage::StageEventFact entry;
  entry.opportunity = report->keys[0];
  entry.time_us = opportunity.create_time_us;
  entry.stage = stage->number;
  const auto entered = write.AppendStageEvents(organization.key, {&entry, 1});
  if (!entered.ok()) return entered.status();
  return write.GetOpportunity(organization.key, opportunity.id);
}

storage::OpportunityChange ChangeOf(const convert::FieldSet& fields,
                                    const storage::Opportunity& opportunity,
                                    std::optional<storage::Key> rep, int64_t time_us) {
  storage::OpportunityChange change;
  change.time_us = time_us;
  change.rep = rep;
  if (fields.contains("amount")) change.amount_micros = opportunity.amount_micros;
  if (fields.contains("display_name")) change.name = opportunity.name;
  if (fields.contains("units")) change.units = opportunity.units;
  if (fields.contains("expected_close_date")) {
    change.expected_close_day = opportunity.expected_close_day;
  }
  if (fields.contains("attributes")) change.attributes = opportunity.attributes;
  return change;
}

absl::StatusOr<storage::Opportunity> Change(storage::WriteTransaction& write,
                                            const storage::Organization& organization,
                                            const storage::Opportunity& opportunity,
                                            const convert::FieldSet& fields, int64_t time_us,
                                            std::optional<int64_t> revision) {
  if (time_us < opportunity.create_time_us) {
    return errors::InvalidField("effective_time", "must not be before the opportunity's open_time");
  }
  std::optional<storage::Key> rep_key;
  if (fields.contains("owner")) {
    const auto rep = write.GetRep(organization.key, opportunity.rep);
    if (!rep.ok()) {
      return CheckReference(rep, "quotacast/Rep", organization.id, "reps", opportunity.rep);
    }
    rep_key = rep->key;
  }
  return write.UpdateOpportunity(organization.key, opportunity.id,
                                 ChangeOf(fields, opportunity, rep_key, time_us), revision);
}

}  // namespace

absl::StatusOr<v1::Opportunity> CreateOpportunity(const Context& context,
                                                  const v1::CreateOpportunityRequest& request) {
  errors::FieldErrors problems;
  const auto parent = convert::ParseOrganizationName("parent", request.parent());
  problems.Add(parent.status());
  problems.Add(convert::CheckId("opportunity_id", request.opportunity_id()));
  if (!request.has_opportunity()) problems.Add("opportunity", "is required");
  if (!problems.empty()) return problems.ToStatus();
  return WriteOnce<v1::Opportunity>(
      context, "CreateOpportunity", request,
      [&](storage::WriteTransaction& write) -> absl::StatusOr<v1::Opportunity> {
        const auto organization = FindOrganization(write, *parent);
        if (!organization.ok()) return organization.status();
        errors::FieldErrors errors;
        storage::Opportunity opportunity;
        opportunity.id = request.opportunity_id();
        convert::Merge(*organization, request.opportunity(), convert::FieldSet::All(),
                       write.NowUs(), opportunity, errors);
        if (!errors.empty()) return errors.ToStatus();
        const auto stored = AppendOpportunity(write, *organization, opportunity);
        if (!stored.ok()) return stored.status();
        return convert::ToProto(*organization, *stored);
      });
}

absl::StatusOr<v1::Opportunity> GetOpportunity(const Context& context,
                                               const v1::GetOpportunityRequest& request) {
  const auto name = convert::ParseChildName("name", "opportunities", request.name());
  if (!name.ok()) return name.status();
  const auto snapshot = OpenSnapshot(context, name->organization);
  if (!snapshot.ok()) return snapshot.status();
  const auto opportunity = snapshot->read->GetOpportunity(snapshot->organization.key, name->id);
  if (opportunity.ok()) return convert::ToProto(snapshot->organization, *opportunity);
  return errors::Describe(opportunity.status(), kType, request.name());
}

absl::StatusOr<v1::ListOpportunitiesResponse> ListOpportunities(
    const Context& context, const v1::ListOpportunitiesRequest& request) {
  storage::OpportunityFilter filter;
  switch (request.state()) {
    case v1::Opportunity::STATE_UNSPECIFIED:
      break;
    case v1::Opportunity::OPEN:
      filter.state = storage::OpportunityState::kOpen;
      break;
    case v1::Opportunity::WON:
      filter.state = storage::OpportunityState::kWon;
      break;
    case v1::Opportunity::LOST:
      filter.state = storage::OpportunityState::kLost;
      break;
    default:
      return errors::InvalidField(
          "state", absl::StrCat("must be OPEN, WON, LOST or nothing; got ", request.state()));
  }
  using Records = absl::StatusOr<storage::Page<storage::Opportunity>>;
  return ListInCollection<v1::ListOpportunitiesResponse>(
      context, request,
      [](v1::ListOpportunitiesResponse& response) { return response.mutable_opportunities(); },
      [&](const Snapshot& snapshot, const storage::PageRequest& page) -> Records {
        const auto rep = FindKey("owner", "quotacast/Rep", "reps", request.owner(), snapshot,
                                 &storage::ReadTransaction::GetRep);
        if (!rep.ok()) return rep.status();
        const auto pipeline =
            FindKey("pipeline", "quotacast/Pipeline", "pipelines", request.pipeline(), snapshot,
                    &storage::ReadTransaction::GetPipeline);
        if (!pipeline.ok()) return pipeline.status();
        filter.rep = *rep;
        filter.pipeline = *pipeline;
        return snapshot.read->ListOpportunities(snapshot.organization.key, filter, page);
      });
}

absl::StatusOr<v1::Opportunity> UpdateOpportunity(const Context& context,
                                                  const v1::UpdateOpportunityRequest& request) {
  const v1::Opportunity& patch = request.opportunity();
  const auto name = convert::ParseChildName("opportunity.name", "opportunities", patch.name());
  if (!name.ok()) return name.status();
  const auto fields = convert::ResolveMask(
      request.has_update_mask() ? &request.update_mask() : nullptr, patch,
      {"display_name", "owner", "amount", "units", "expected_close_date", "attributes"});
  if (!fields.ok()) return fields.status();
  std::optional<int64_t> effective_us;
  if (request.has_effective_time()) {
    const auto time = convert::FromTimestamp("effective_time", request.effective_time());
    if (!time.ok()) return time.status();
    effective_us = *time;
  }
  return WriteOnce<v1::Opportunity>(
      context, "UpdateOpportunity", request,
      [&](storage::WriteTransaction& write) -> absl::StatusOr<v1::Opportunity> {
        const auto organization = FindOrganization(write, name->organization);
        if (!organization.ok()) return organization.status();
        auto opportunity = write.GetOpportunity(organization->key, name->id);
        if (!opportunity.ok()) return errors::Describe(opportunity.status(), kType, patch.name());
        errors::FieldErrors problems;
        convert::Merge(*organization, patch, *fields, write.NowUs(), *opportunity, problems);
        if (!problems.empty()) return problems.ToStatus();
        const auto stored =
            Change(write, *organization, *opportunity, *fields,
                   effective_us.value_or(write.NowUs()), convert::FromEtag(patch.etag()));
        if (stored.ok()) return convert::ToProto(*organization, *stored);
        return errors::Describe(stored.status(), kType, patch.name());
      });
}

}  // namespace quotacast::handlers
