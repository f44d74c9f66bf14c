#include "server/handlers/organization.h"

#include "server/convert/field_mask.h"
#include "server/convert/merge.h"
#include "server/convert/names.h"
#include "server/convert/resources.h"
#include "server/errors.h"

namespace quotacast::handlers {
namespace {

constexpr char kType[] = "quotacast/Organization";

}  // namespace

absl::StatusOr<v1::Organization> CreateOrganization(const Context& context,
                                                    const v1::CreateOrganizationRequest& request) {
  errors::FieldErrors problems;
  storage::Organization organization;
  organization.id = request.organization_id();
  problems.Add(convert::CheckOrganizationId("organization_id", organization.id));
  if (request.has_organization()) {
    convert::Merge(request.organization(), convert::FieldSet::All(), organization, problems);
  } else {
    problems.Add("organization", "is required");
  }
  if (!problems.empty()) return problems.ToStatus();
  return WriteOnce<v1::Organization>(
      context, "CreateOrganization", request,
      [&](storage::WriteTransaction& write) -> absl::StatusOr<v1::Organization> {
        const auto stored = write.InsertOrganization(organization);
        if (stored.ok()) return convert::ToProto(*stored);
        return errors::Describe(stored.status(), kType, convert::OrganizationName(organization.id));
      });
}

absl::StatusOr<v1::Organization> GetOrganization(const Context& context,
                                                 const v1::GetOrganizationRequest& request) {
  const auto id = convert::ParseOrganizationName("name", request.name());
  if (!id.ok()) return id.status();
  const auto snapshot = OpenSnapshot(context, *id);
  if (!snapshot.ok()) return snapshot.status();
  return convert::ToProto(snapshot->organization);
}

absl::StatusOr<v1::ListOrganizationsResponse> ListOrganizations(
    const Context& context, const v1::ListOrganizationsRequest& request) {
  const auto page = ParsePage(request);
  if (!page.ok()) return page.status();
  const auto read = context.store.Read();
  if (!read.ok()) return read.status();
  const auto records = (*read)->ListOrganizations(*page);
  if (!records.ok()) return records.status();
  v1::ListOrganizationsResponse response;
  for (const storage::Organization& record : records->items) {
    *response.add_organizations() = convert::ToProto(record);
  }
  response.set_next_page_token(FormatPageToken(records->next_after, FilterOf(request)));
  return response;
}

absl::StatusOr<v1::Organization> UpdateOrganization(const Context& context,
                                                    const v1::UpdateOrganizationRequest& request) {
  const v1::Organization& patch = request.organization();
  const auto id = convert::ParseOrganizationName("organization.name", patch.name());
  if (!id.ok()) return id.status();
  const auto fields = convert::ResolveMask(
      request.has_update_mask() ? &request.update_mask() : nullptr, patch,
      {"display_name", "time_zone", "fiscal_year_start_month", "correction_mode"});
  if (!fields.ok()) return fields.status();
  return WriteOnce<v1::Organization>(
      context, "UpdateOrganization", request,
      [&](storage::WriteTransaction& write) -> absl::StatusOr<v1::Organization> {
        auto organization = FindOrganization(write, *id);
        if (!organization.ok()) return organization.status();
        errors::FieldErrors problems;
        convert::Merge(patch, *fields, *organization, problems);
        if (!problems.empty()) return problems.ToStatus();
        const auto stored =
            write.UpdateOrganization(*organization, convert::FromEtag(patch.etag()));
        if (stored.ok()) return convert::ToProto(*stored);
        return errors::Describe(stored.status(), kType, patch.name());
      });
}

}  // namespace quotacast::handlers
