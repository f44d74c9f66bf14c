#include "server/handlers/quota.h"

#include "absl/strings/match.h"
#include "server/convert/scalars.h"
#include "server/handlers/standard_methods.h"

namespace quotacast::handlers {
namespace {

using storage::OwnerType;

constexpr char kType[] = "quotacast/Quota";

// The key of the rep or team `id`.
absl::StatusOr<storage::Key> FindOwner(storage::ReadTransaction& read,
                                       const storage::Organization& organization,
                                       OwnerType owner_type, const std::string& id) {
  if (owner_type == OwnerType::kRep) {
    const auto rep = read.GetRep(organization.key, id);
    if (rep.ok()) return rep->key;
    return CheckReference(rep, "quotacast/Rep", organization.id, "reps", id);
  }
  const auto team = read.GetTeam(organization.key, id);
  if (team.ok()) return team->key;
  return CheckReference(team, "quotacast/Team", organization.id, "teams", id);
}

struct QuotaName {
  std::string organization;
  storage::Quota identity;
};

absl::StatusOr<QuotaName> ParseQuotaName(absl::string_view field, const std::string& name) {
  auto child = convert::ParseChildName(field, "quotas", name);
  if (!child.ok()) return child.status();
  auto identity = convert::ParseQuotaId(field, child->id);
  if (!identity.ok()) return identity.status();
  return QuotaName{child->organization, *std::move(identity)};
}

absl::StatusOr<storage::Quota> AppendQuota(storage::WriteTransaction& write,
                                           const storage::Organization& organization,
                                           const storage::Quota& quota) {
  const auto owner = FindOwner(write, organization, quota.owner_type, quota.owner);
  if (!owner.ok()) return owner.status();
  const std::string attributes = storage::EncodeAttributes(quota.attributes);
  const storage::QuotaFact fact = {quota.owner_type, *owner,        quota.period_start,
                                   quota.period_end, quota.measure, quota.target,
                                   attributes};
  const auto report = write.AppendQuotas(organization.key, {&fact, 1});
  if (!report.ok()) return report.status();
  if (report->created == 0) {
    const std::string name =
        convert::FormatChildName(organization.id, "quotas", convert::QuotaId(quota));
    return errors::Describe(absl::AlreadyExistsError(absl::StrCat(name, " already exists")), kType,
                            name);
  }
  return write.GetQuota(organization.key, quota);
}

// Whether the quota passes the filters that the store does not know.
bool Passes(const v1::ListQuotasRequest& request, storage::Day date, const storage::Quota& quota) {
  if (request.measure() != v1::MEASURE_UNSPECIFIED &&
      request.measure() != convert::ToProto(quota.measure)) {
    return false;
  }
  return date == storage::kNoDay || (quota.period_start <= date && date < quota.period_end);
}

}  // namespace

absl::StatusOr<v1::Quota> CreateQuota(const Context& context,
                                      const v1::CreateQuotaRequest& request) {
  errors::FieldErrors problems;
  const auto parent = convert::ParseOrganizationName("parent", request.parent());
  problems.Add(parent.status());
  if (!request.has_quota()) problems.Add("quota", "is required");
  if (!problems.empty()) return problems.ToStatus();
  return WriteOnce<v1::Quota>(context, "CreateQuota", request,
                              [&](storage::WriteTransaction& write) -> absl::StatusOr<v1::Quota> {
                                const auto organization = FindOrganization(write, *parent);
                                if (!organization.ok()) return organization.status();
                                errors::FieldErrors errors;
                                storage::Quota quota;
                                convert::Merge(*organization, request.quota(),
                                               convert::FieldSet::All(), quota, errors);
                                if (!errors.empty()) return errors.ToStatus();
                                const auto stored = AppendQuota(write, *organization, quota);
                                if (!stored.ok()) return stored.status();
                                return convert::ToProto(*organization, *stored);
                              });
}

absl::StatusOr<v1::Quota> GetQuota(const Context& context, const v1::GetQuotaRequest& request) {
  const auto name = ParseQuotaName("name", request.name());
  if (!name.ok()) return name.status();
  const auto snapshot = OpenSnapshot(context, name->organization);
  if (!snapshot.ok()) return snapshot.status();
  const auto quota = snapshot->read->GetQuota(snapshot->organization.key, name->identity);
  if (quota.ok()) return convert::ToProto(snapshot->organization, *quota);
  return errors::Describe(quota.status(), kType, request.name());
}

absl::StatusOr<v1::ListQuotasResponse> ListQuotas(const Context& context,
                                                  const v1::ListQuotasRequest& request) {
  storage::Day date = storage::kNoDay;
  if (!request.date().empty()) {
    const auto day = convert::ParseDay("date", request.date());
    if (!day.ok()) return day.status();
    date = *day;
  }
  if (!v1::Measure_IsValid(request.measure())) {
    return errors::InvalidField(
        "measure", absl::StrCat("must be AMOUNT, UNITS or nothing; got ", request.measure()));
  }
  using Records = absl::StatusOr<storage::Page<storage::Quota>>;
  return ListInCollection<v1::ListQuotasResponse>(
      context, request, [](v1::ListQuotasResponse& response) { return response.mutable_quotas(); },
      [&](const Snapshot& snapshot, const storage::PageRequest& page) -> Records {
        storage::QuotaFilter filter;
        if (!request.owner().empty()) {
          const bool team = absl::StrContains(request.owner(), "/teams/");
          const auto id = convert::ParseReference("owner", snapshot.organization.id,
                                                  team ? "teams" : "reps", request.owner());
          if (!id.ok()) return id.status();
          filter.owner_type = team ? OwnerType::kTeam : OwnerType::kRep;
          const auto owner =
              FindOwner(*snapshot.read, snapshot.organization, *filter.owner_type, *id);
          if (!owner.ok()) return owner.status();
          filter.owner = *owner;
        }
        auto records = snapshot.read->ListQuotas(snapshot.organization.key, filter, page);
        if (!records.ok()) return records;
        std::erase_if(records->items,
                      [&](const storage::Quota& quota) { return !Passes(request, date, quota); });
        return records;
      });
}

absl::StatusOr<v1::Quota> UpdateQuota(const Context& context,
                                      const v1::UpdateQuotaRequest& request) {
  const v1::Quota& patch = request.quota();
  const auto name = ParseQuotaName("quota.name", patch.name());
  if (!name.ok()) return name.status();
  const auto fields =
      convert::ResolveMask(request.has_update_mask() ? &request.update_mask() : nullptr, patch,
                           {"target_amount", "target_units", "attributes"});
  if (!fields.ok()) return fields.status();
  return WriteOnce<v1::Quota>(context, "UpdateQuota", request,
                              [&](storage::WriteTransaction& write) -> absl::StatusOr<v1::Quota> {
                                const auto organization =
                                    FindOrganization(write, name->organization);
                                if (!organization.ok()) return organization.status();
                                auto quota = write.GetQuota(organization->key, name->identity);
                                if (!quota.ok())
                                  return errors::Describe(quota.status(), kType, patch.name());
                                errors::FieldErrors problems;
                                convert::Merge(*organization, patch, *fields, *quota, problems);
                                if (!problems.empty()) return problems.ToStatus();
                                const auto stored = write.UpdateQuota(
                                    organization->key, *quota, convert::FromEtag(patch.etag()));
                                if (stored.ok()) return convert::ToProto(*organization, *stored);
                                return errors::Describe(stored.status(), kType, patch.name());
                              });
}

absl::StatusOr<google::protobuf::Empty> DeleteQuota(const Context& context,
                                                    const v1::DeleteQuotaRequest& request) {
  using google::protobuf::Empty;
  const auto name = ParseQuotaName("name", request.name());
  if (!name.ok()) return name.status();
  return WriteOnce<Empty>(context, "DeleteQuota", request,
                          [&](storage::WriteTransaction& write) -> absl::StatusOr<Empty> {
                            const auto organization = FindOrganization(write, name->organization);
                            if (!organization.ok()) return organization.status();
                            const absl::Status status =
                                write.DeleteQuota(organization->key, name->identity,
                                                  convert::FromEtag(request.etag()));
                            if (status.ok()) return Empty();
                            return errors::Describe(status, kType, request.name());
                          });
}

}  // namespace quotacast::handlers
