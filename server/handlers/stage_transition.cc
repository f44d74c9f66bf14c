#include "server/handlers/stage_transition.h"

#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "server/convert/scalars.h"
#include "server/handlers/standard_methods.h"

namespace quotacast::handlers {
namespace {

constexpr char kType[] = "quotacast/StageTransition";
constexpr char kOpportunityType[] = "quotacast/Opportunity";

absl::StatusOr<storage::StageEventFact> ToFact(storage::ReadTransaction& read,
                                               const storage::Organization& organization,
                                               const storage::Opportunity& opportunity,
                                               const storage::StageTransition& transition) {
  if (transition.time_us < opportunity.create_time_us) {
    return errors::InvalidField(
        "stage_transition.effective_time",
        absl::StrCat(
            "must not be before the opportunity's open_time ",
            absl::FormatTime(absl::RFC3339_full, absl::FromUnixMicros(opportunity.create_time_us),
                             absl::UTCTimeZone())));
  }
  const auto pipeline = read.GetPipeline(organization.key, opportunity.pipeline);
  if (!pipeline.ok()) return pipeline.status();
  const auto stage = FindStage("stage_transition.stage", *pipeline, transition.stage);
  if (!stage.ok()) return stage.status();
  storage::StageEventFact fact;
  fact.opportunity = opportunity.key;
  fact.time_us = transition.time_us;
  fact.amount_micros = transition.amount_micros;
  fact.stage = stage->number;
  if (!transition.rep.empty()) {
    const auto rep = read.GetRep(organization.key, transition.rep);
    if (!rep.ok()) {
      return CheckReference(rep, "quotacast/Rep", organization.id, "reps", transition.rep);
    }
    fact.rep = rep->key;
  }
  return fact;
}

absl::StatusOr<storage::StageTransition> AppendTransition(
    storage::WriteTransaction& write, const storage::Organization& organization,
    const storage::Opportunity& opportunity, const storage::StageTransition& transition) {
  auto fact = ToFact(write, organization, opportunity, transition);
  if (!fact.ok()) return fact.status();
  const std::string attributes = storage::EncodeAttributes(transition.attributes);
  fact->attributes = attributes;
  const auto report = write.AppendStageEvents(organization.key, {&*fact, 1});
  if (!report.ok()) return report.status();
  if (report->created == 0) {
    const std::string name =
        convert::FormatChildName(organization.id, "opportunities", opportunity.id);
    return errors::Describe(
        absl::AlreadyExistsError(
            absl::StrCat(name, " already has a transition into this stage at this effective_time")),
        kType, name);
  }
  // The transition's name is the revision that the write took.
  const auto revision = write.Revision(organization.key);
  if (!revision.ok()) return revision.status();
  return write.GetStageTransition(organization.key, opportunity.id, *revision);
}

}  // namespace

absl::StatusOr<storage::Stage> FindStage(absl::string_view field, const storage::Pipeline& pipeline,
                                         const std::string& id) {
  for (const storage::Stage& stage : pipeline.stages) {
    if (stage.id == id) return stage;
  }
  return errors::InvalidField(
      field, absl::StrCat("must be a stage of pipeline ", convert::Quoted(pipeline.id), " (",
                          absl::StrJoin(pipeline.stages, ", ",
                                        [](std::string* out, const storage::Stage& stage) {
                                          out->append(stage.id);
                                        }),
                          "); got ", convert::Quoted(id)));
}

absl::StatusOr<v1::StageTransition> CreateStageTransition(
    const Context& context, const v1::CreateStageTransitionRequest& request) {
  errors::FieldErrors problems;
  const auto parent = convert::ParseChildName("parent", "opportunities", request.parent());
  problems.Add(parent.status());
  if (!request.has_stage_transition()) problems.Add("stage_transition", "is required");
  if (!problems.empty()) return problems.ToStatus();
  return WriteOnce<v1::StageTransition>(
      context, "CreateStageTransition", request,
      [&](storage::WriteTransaction& write) -> absl::StatusOr<v1::StageTransition> {
        const auto organization = FindOrganization(write, parent->organization);
        if (!organization.ok()) return organization.status();
        errors::FieldErrors errors;
        storage::StageTransition transition;
        convert::Merge(*organization, request.stage_transition(), write.NowUs(), transition,
                       errors);
        if (!errors.empty()) return errors.ToStatus();
        const auto opportunity = write.GetOpportunity(organization->key, parent->id);
        if (!opportunity.ok()) {
          return errors::Describe(opportunity.status(), kOpportunityType, request.parent());
        }
        const auto etag = convert::FromEtag(request.opportunity_etag());
        if (etag.has_value() && *etag != opportunity->recorded.revision) {
          return errors::Describe(
              absl::AbortedError(absl::StrCat("opportunity_etag must be ",
                                              convert::ToEtag(opportunity->recorded), "; got ",
                                              convert::Quoted(request.opportunity_etag()))),
              kOpportunityType, request.parent());
        }
        const auto stored = AppendTransition(write, *organization, *opportunity, transition);
        if (!stored.ok()) return stored.status();
        return convert::ToProto(*organization, *stored);
      });
}

absl::StatusOr<v1::StageTransition> GetStageTransition(
    const Context& context, const v1::GetStageTransitionRequest& request) {
  const auto name = convert::ParseTransitionName("name", request.name());
  if (!name.ok()) return name.status();
  const auto snapshot = OpenSnapshot(context, name->organization);
  if (!snapshot.ok()) return snapshot.status();
  const auto transition = snapshot->read->GetStageTransition(snapshot->organization.key,
                                                             name->opportunity, name->revision);
  if (transition.ok()) return convert::ToProto(snapshot->organization, *transition);
  return errors::Describe(transition.status(), kType, request.name());
}

absl::StatusOr<v1::ListStageTransitionsResponse> ListStageTransitions(
    const Context& context, const v1::ListStageTransitionsRequest& request) {
  errors::FieldErrors problems;
  const auto parent = convert::ParseChildName("parent", "opportunities", request.parent());
  problems.Add(parent.status());
  const auto page = ParsePage(request);
  problems.Add(page.status());
  if (!problems.empty()) return problems.ToStatus();
  const auto snapshot = OpenSnapshot(context, parent->organization);
  if (!snapshot.ok()) return snapshot.status();
  const auto records =
      snapshot->read->ListStageTransitions(snapshot->organization.key, parent->id, *page);
  if (!records.ok()) return errors::Describe(records.status(), kOpportunityType, request.parent());
  v1::ListStageTransitionsResponse response;
  for (const storage::StageTransition& record : records->items) {
    *response.add_stage_transitions() = convert::ToProto(snapshot->organization, record);
  }
  response.set_next_page_token(FormatPageToken(records->next_after, FilterOf(request)));
  return response;
}

}  // namespace quotacast::handlers
