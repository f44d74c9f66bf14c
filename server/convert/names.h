#ifndef QUOTACAST_SERVER_CONVERT_NAMES_H_
#define QUOTACAST_SERVER_CONVERT_NAMES_H_

// Resource names (AIP-122) and the identifiers in them. Errors are INVALID_ARGUMENT naming `field`.

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/storage/records.h"

namespace quotacast::convert {

// A company's own identifier: 1 to limits::kIdMaxBytes bytes of UTF-8 (which the protobuf parser
// has checked) without '/', control characters, or a space at either end.
absl::Status CheckId(absl::string_view field, absl::string_view id);

// [a-z]([a-z0-9-]{0,61}[a-z0-9])?
absl::Status CheckOrganizationId(absl::string_view field, absl::string_view id);

// "organizations/acme" -> "acme".
absl::StatusOr<std::string> ParseOrganizationName(absl::string_view field, absl::string_view name);

struct ChildName {
  std::string organization;
  std::string id;
};

// "organizations/acme/reps/r1", with `collection` "reps" -> {acme, r1}.
absl::StatusOr<ChildName> ParseChildName(absl::string_view field, absl::string_view collection,
                                         absl::string_view name);

// The same for a name that must lie in `organization`; returns the id. An empty name gives "".
absl::StatusOr<std::string> ParseReference(absl::string_view field, absl::string_view organization,
                                           absl::string_view collection, absl::string_view name);

struct TransitionName {
  std::string organization;
  std::string opportunity;
  int64_t revision = 0;
};
absl::StatusOr<TransitionName> ParseTransitionName(absl::string_view field, absl::string_view name);

std::string OrganizationName(absl::string_view organization);
std::string FormatChildName(absl::string_view organization, absl::string_view collection,
                            absl::string_view id);
// As FormatChildName, but "" for an empty id.
std::string FormatReference(absl::string_view organization, absl::string_view collection,
                            absl::string_view id);
std::string FormatTransitionName(absl::string_view organization,
                                 const storage::StageTransition& transition);

// The rep or team that owns a quota.
std::string QuotaOwnerName(absl::string_view organization, const storage::Quota& quota);

// {rep|team}.{owner id}.{start}.{end}.{amount|units}; the owner's id may hold dots.
std::string QuotaId(const storage::Quota& quota);
// Sets owner_type, owner, period and measure.
absl::StatusOr<storage::Quota> ParseQuotaId(absl::string_view field, absl::string_view id);

}  // namespace quotacast::convert

#endif  // QUOTACAST_SERVER_CONVERT_NAMES_H_
