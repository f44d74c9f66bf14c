#ifndef QUOTACAST_SERVER_HANDLERS_STANDARD_METHODS_H_
#define QUOTACAST_SERVER_HANDLERS_STANDARD_METHODS_H_

// The standard methods (AIP-131 to 135) of resources that are rows of an organization: teams, reps
// and pipelines. A Collection says what differs:
//
//   using Proto, Record;                                the resource and its record
//   static constexpr char kType[], kCollection[], kSingular[];
//   static constexpr std::initializer_list<absl::string_view> kChangeable;
//   static Insert, Update, Get, Delete                  the store's calls on a record
//   static absl::Status CheckReferences(read, organization, record)   NOT_FOUND with details
//   static const std::string& NewId(request); static const Proto& Of(request); bool Has(request)

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/empty.pb.h"
#include "server/convert/field_mask.h"
#include "server/convert/merge.h"
#include "server/convert/names.h"
#include "server/convert/resources.h"
#include "server/errors.h"
#include "server/handlers/request.h"

namespace quotacast::handlers {

template <typename Collection, typename Request>
absl::StatusOr<typename Collection::Proto> CreateInCollection(const Context& context,
                                                              const Request& request) {
  using Proto = typename Collection::Proto;
  errors::FieldErrors problems;
  const auto parent = convert::ParseOrganizationName("parent", request.parent());
  problems.Add(parent.status());
  typename Collection::Record record;
  record.id = Collection::NewId(request);
  problems.Add(convert::CheckId(absl::StrCat(Collection::kSingular, "_id"), record.id));
  if (!Collection::Has(request)) problems.Add(Collection::kSingular, "is required");
  if (!problems.empty()) return problems.ToStatus();
  return WriteOnce<Proto>(
      context, absl::StrCat("Create ", Collection::kType), request,
      [&](storage::WriteTransaction& write) -> absl::StatusOr<Proto> {
        const auto organization = FindOrganization(write, *parent);
        if (!organization.ok()) return organization.status();
        errors::FieldErrors errors;
        convert::Merge(*organization, Collection::Of(request), convert::FieldSet::All(), record,
                       errors);
        if (!errors.empty()) return errors.ToStatus();
        const absl::Status references = Collection::CheckReferences(write, *organization, record);
        if (!references.ok()) return references;
        const auto stored = Collection::Insert(write, organization->key, record);
        if (stored.ok()) return convert::ToProto(*organization, *stored);
        return errors::Describe(
            stored.status(), Collection::kType,
            convert::FormatChildName(*parent, Collection::kCollection, record.id));
      });
}

template <typename Collection, typename Request>
absl::StatusOr<typename Collection::Proto> GetFromCollection(const Context& context,
                                                             const Request& request) {
  const auto name = convert::ParseChildName("name", Collection::kCollection, request.name());
  if (!name.ok()) return name.status();
  const auto snapshot = OpenSnapshot(context, name->organization);
  if (!snapshot.ok()) return snapshot.status();
  const auto record = Collection::Get(*snapshot->read, snapshot->organization.key, name->id);
  if (record.ok()) return convert::ToProto(snapshot->organization, *record);
  return errors::Describe(record.status(), Collection::kType, request.name());
}

template <typename Collection, typename Request>
absl::StatusOr<typename Collection::Proto> UpdateInCollection(const Context& context,
                                                              const Request& request) {
  using Proto = typename Collection::Proto;
  const Proto& patch = Collection::Of(request);
  const std::string name_field = absl::StrCat(Collection::kSingular, ".name");
  const auto name = convert::ParseChildName(name_field, Collection::kCollection, patch.name());
  if (!name.ok()) return name.status();
  const auto fields = convert::ResolveMask(
      request.has_update_mask() ? &request.update_mask() : nullptr, patch, Collection::kChangeable);
  if (!fields.ok()) return fields.status();
  return WriteOnce<Proto>(
      context, absl::StrCat("Update ", Collection::kType), request,
      [&](storage::WriteTransaction& write) -> absl::StatusOr<Proto> {
        const auto organization = FindOrganization(write, name->organization);
        if (!organization.ok()) return organization.status();
        auto record = Collection::Get(write, organization->key, name->id);
        if (!record.ok()) {
          return errors::Describe(record.status(), Collection::kType, patch.name());
        }
        errors::FieldErrors errors;
        convert::Merge(*organization, patch, *fields, *record, errors);
        if (!errors.empty()) return errors.ToStatus();
        const absl::Status references = Collection::CheckReferences(write, *organization, *record);
        if (!references.ok()) return references;
        const auto stored =
            Collection::Update(write, organization->key, *record, convert::FromEtag(patch.etag()));
        if (stored.ok()) return convert::ToProto(*organization, *stored);
        return errors::Describe(stored.status(), Collection::kType, patch.name());
      });
}

// A page of `list(snapshot, page)` into the response's field `resources(response)`.
template <typename Response, typename Request, typename Resources, typename List>
absl::StatusOr<Response> ListInCollection(const Context& context, const Request& request,
                                          Resources resources, List list) {
  errors::FieldErrors problems;
  const auto parent = convert::ParseOrganizationName("parent", request.parent());
  problems.Add(parent.status());
  const auto page = ParsePage(request);
  problems.Add(page.status());
  if (!problems.empty()) return problems.ToStatus();
  const auto snapshot = OpenSnapshot(context, *parent);
  if (!snapshot.ok()) return snapshot.status();
  const auto records = list(*snapshot, *page);
  if (!records.ok()) return records.status();
  Response response;
  for (const auto& record : records->items) {
    *resources(response)->Add() = convert::ToProto(snapshot->organization, record);
  }
  response.set_next_page_token(FormatPageToken(records->next_after, FilterOf(request)));
  return response;
}

template <typename Collection, typename Request>
absl::StatusOr<google::protobuf::Empty> DeleteFromCollection(const Context& context,
                                                             const Request& request) {
  using google::protobuf::Empty;
  const auto name = convert::ParseChildName("name", Collection::kCollection, request.name());
  if (!name.ok()) return name.status();
  return WriteOnce<Empty>(context, absl::StrCat("Delete ", Collection::kType), request,
                          [&](storage::WriteTransaction& write) -> absl::StatusOr<Empty> {
                            const auto organization = FindOrganization(write, name->organization);
                            if (!organization.ok()) return organization.status();
                            const absl::Status status =
                                Collection::Delete(write, organization->key, name->id,
                                                   convert::FromEtag(request.etag()));
                            if (status.ok()) return Empty();
                            return errors::Describe(status, Collection::kType, request.name());
                          });
}

// The error of a look-up with the details of the thing that was looked for.
template <typename Record>
absl::Status CheckReference(const absl::StatusOr<Record>& found, absl::string_view type,
                            const std::string& organization, absl::string_view collection,
                            const std::string& id) {
  if (found.ok()) return absl::OkStatus();
  return errors::Describe(found.status(), type,
                          convert::FormatChildName(organization, collection, id));
}

// The key of the thing a list is filtered by; kNoKey for an empty name. `get` is the store's call
// that finds it.
template <typename Record>
absl::StatusOr<storage::Key> FindKey(
    absl::string_view field, absl::string_view type, absl::string_view collection,
    const std::string& name, const Snapshot& snapshot,
    absl::StatusOr<Record> (storage::ReadTransaction::*get)(storage::Key, absl::string_view)) {
  const auto id = convert::ParseReference(field, snapshot.organization.id, collection, name);
  if (!id.ok()) return id.status();
  if (id->empty()) return storage::kNoKey;
  const auto record = (*snapshot.read.*get)(snapshot.organization.key, *id);
  if (!record.ok()) return errors::Describe(record.status(), type, name);
  return record->key;
}

}  // namespace quotacast::handlers

#endif  // QUOTACAST_SERVER_HANDLERS_STANDARD_METHODS_H_
