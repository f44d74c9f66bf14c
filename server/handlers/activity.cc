#include "server/handlers/activity.h"

#include "server/handlers/standard_methods.h"

namespace quotacast::handlers {
namespace {

constexpr char kType[] = "quotacast/Activity";

absl::StatusOr<storage::Activity> AppendActivity(storage::WriteTransaction& write,
                                                 const storage::Organization& organization,
                                                 const storage::Activity& activity) {
  const auto rep = write.GetRep(organization.key, activity.rep);
  if (!rep.ok()) {
    return CheckReference(rep, "quotacast/Rep", organization.id, "reps", activity.rep);
  }
  storage::Key opportunity_key = storage::kNoKey;
  if (!activity.opportunity.empty()) {
    const auto opportunity = write.GetOpportunity(organization.key, activity.opportunity);
    if (!opportunity.ok()) {
      return CheckReference(opportunity, "quotacast/Opportunity", organization.id, "opportunities",
                            activity.opportunity);
    }
    opportunity_key = opportunity->key;
  }
  const std::string attributes = storage::EncodeAttributes(activity.attributes);
  const storage::ActivityFact fact = {
      activity.id,   rep->key,         opportunity_key, activity.time_us, activity.duration_seconds,
      activity.type, activity.outcome, attributes};
  const auto report = write.AppendActivities(organization.key, {&fact, 1});
  if (!report.ok()) return report.status();
  if (report->created == 0) {
    const std::string name = convert::FormatChildName(organization.id, "activities", activity.id);
    return errors::Describe(absl::AlreadyExistsError(absl::StrCat(name, " already exists")), kType,
                            name);
  }
  return write.GetActivity(organization.key, activity.id);
}

}  // namespace

absl::StatusOr<v1::Activity> CreateActivity(const Context& context,
                                            const v1::CreateActivityRequest& request) {
  errors::FieldErrors problems;
  const auto parent = convert::ParseOrganizationName("parent", request.parent());
  problems.Add(parent.status());
  problems.Add(convert::CheckId("activity_id", request.activity_id()));
  if (!request.has_activity()) problems.Add("activity", "is required");
  if (!problems.empty()) return problems.ToStatus();
  return WriteOnce<v1::Activity>(
      context, "CreateActivity", request,
      [&](storage::WriteTransaction& write) -> absl::StatusOr<v1::Activity> {
        const auto organization = FindOrganization(write, *parent);
        if (!organization.ok()) return organization.status();
        errors::FieldErrors errors;
        storage::Activity activity;
        activity.id = request.activity_id();
        convert::Merge(*organization, request.activity(), write.NowUs(), activity, errors);
        if (!errors.empty()) return errors.ToStatus();
        const auto stored = AppendActivity(write, *organization, activity);
        if (!stored.ok()) return stored.status();
        return convert::ToProto(*organization, *stored);
      });
}

absl::StatusOr<v1::Activity> GetActivity(const Context& context,
                                         const v1::GetActivityRequest& request) {
  const auto name = convert::ParseChildName("name", "activities", request.name());
  if (!name.ok()) return name.status();
  const auto snapshot = OpenSnapshot(context, name->organization);
  if (!snapshot.ok()) return snapshot.status();
  const auto activity = snapshot->read->GetActivity(snapshot->organization.key, name->id);
  if (activity.ok()) return convert::ToProto(snapshot->organization, *activity);
  return errors::Describe(activity.status(), kType, request.name());
}

absl::StatusOr<v1::ListActivitiesResponse> ListActivities(
    const Context& context, const v1::ListActivitiesRequest& request) {
  using Records = absl::StatusOr<storage::Page<storage::Activity>>;
  return ListInCollection<v1::ListActivitiesResponse>(
      context, request,
      [](v1::ListActivitiesResponse& response) { return response.mutable_activities(); },
      [&request](const Snapshot& snapshot, const storage::PageRequest& page) -> Records {
        const auto rep = FindKey("rep", "quotacast/Rep", "reps", request.rep(), snapshot,
                                 &storage::ReadTransaction::GetRep);
        if (!rep.ok()) return rep.status();
        const auto opportunity =
            FindKey("opportunity", "quotacast/Opportunity", "opportunities", request.opportunity(),
                    snapshot, &storage::ReadTransaction::GetOpportunity);
        if (!opportunity.ok()) return opportunity.status();
        return snapshot.read->ListActivities(snapshot.organization.key, {*rep, *opportunity}, page);
      });
}

}  // namespace quotacast::handlers
