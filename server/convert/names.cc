#include "server/convert/names.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "server/convert/scalars.h"
#include "server/errors.h"
#include "server/limits.h"

namespace quotacast::convert {
namespace {

bool HasControlCharacter(absl::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7f) return true;
    // U+0080 to U+009F in UTF-8.
    if (byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0) {
      return true;
    }
  }
  return false;
}

absl::Status BadName(absl::string_view field, absl::string_view pattern, absl::string_view name) {
  return errors::InvalidField(field, absl::StrCat("must be ", pattern, "; got ", Quoted(name)));
}

// The parts of "organizations/{}/{collection}/{}/...", or nothing where the name has another form.
std::vector<std::string> Ids(absl::string_view name,
                             const std::vector<absl::string_view>& collections) {
  const std::vector<std::string> parts = absl::StrSplit(name, '/');
  if (parts.size() != 2 * collections.size()) return {};
  std::vector<std::string> ids;
  for (size_t i = 0; i < collections.size(); ++i) {
    if (parts[2 * i] != collections[i]) return {};
    ids.push_back(parts[2 * i + 1]);
  }
  return ids;
}

}  // namespace

absl::Status CheckId(absl::string_view field, absl::string_view id) {
  if (id.empty()) return errors::InvalidField(field, "must not be empty");
  if (id.size() > limits::kIdMaxBytes) {
    return errors::InvalidField(
        field, absl::StrCat("must have at most ", limits::kIdMaxBytes, " bytes; got ", id.size()));
  }
  if (absl::StrContains(id, '/') || HasControlCharacter(id) || id.front() == ' ' ||
      id.back() == ' ') {
    return errors::InvalidField(
        field, absl::StrCat("must have no '/', control character, or space at either end; got ",
                            Quoted(id)));
  }
  return absl::OkStatus();
}

absl::Status CheckOrganizationId(absl::string_view field, absl::string_view id) {
  bool good = !id.empty() && id.size() <= limits::kOrganizationIdMaxBytes &&
              absl::ascii_islower(static_cast<unsigned char>(id.front())) && id.back() != '-';
  for (const char c : id) {
    good = good && (absl::ascii_islower(static_cast<unsigned char>(c)) ||
                    absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '-');
  }
  if (good) return absl::OkStatus();
  return errors::InvalidField(
      field, absl::StrCat("must be 1 to ", limits::kOrganizationIdMaxBytes,
                          " small letters, digits and '-', begin with a letter and not end in '-'; "
                          "got ",
                          Quoted(id)));
}

absl::StatusOr<std::string> ParseOrganizationName(absl::string_view field, absl::string_view name) {
  const std::vector<std::string> ids = Ids(name, {"organizations"});
  if (ids.empty()) return BadName(field, "organizations/{organization}", name);
  const absl::Status status = CheckOrganizationId(field, ids[0]);
  if (!status.ok()) return status;
  return ids[0];
}

absl::StatusOr<ChildName> ParseChildName(absl::string_view field, absl::string_view collection,
                                         absl::string_view name) {
  const std::vector<std::string> ids = Ids(name, {"organizations", collection});
  if (ids.empty()) {
    return BadName(field, absl::StrCat("organizations/{organization}/", collection, "/{id}"), name);
  }
  absl::Status status = CheckOrganizationId(field, ids[0]);
  if (status.ok() && collection != "quotas") status = CheckId(field, ids[1]);
  if (!status.ok()) return status;
  return ChildName{ids[0], ids[1]};
}

absl::StatusOr<std::string> ParseReference(absl::string_view field, absl::string_view organization,
                                           absl::string_view collection, absl::string_view name) {
  if (name.empty()) return std::string();
  const auto child = ParseChildName(field, collection, name);
  if (!child.ok()) return child.status();
  if (child->organization != organization) {
    return errors::InvalidField(field, absl::StrCat("must lie in ", OrganizationName(organization),
                                                    "; got ", Quoted(name)));
  }
  return child->id;
}

absl::StatusOr<TransitionName> ParseTransitionName(absl::string_view field,
                                                   absl::string_view name) {
  const std::vector<std::string> ids =
      Ids(name, {"organizations", "opportunities", "stageTransitions"});
  int64_t revision = 0;
  // Comparing with the number's own text refuses "+1" and "01": one thing, one name.
  if (ids.empty() || !absl::SimpleAtoi(ids[2], &revision) || ids[2] != absl::StrCat(revision)) {
    return BadName(field,
                   "organizations/{organization}/opportunities/{opportunity}/stageTransitions/"
                   "{number}",
                   name);
  }
  absl::Status status = CheckOrganizationId(field, ids[0]);
  if (status.ok()) status = CheckId(field, ids[1]);
  if (!status.ok()) return status;
  return TransitionName{ids[0], ids[1], revision};
}

std::string OrganizationName(absl::string_view organization) {
  return absl::StrCat("organizations/", organization);
}

std::string FormatChildName(absl::string_view organization, absl::string_view collection,
                            absl::string_view id) {
  return absl::StrCat("organizations/", organization, "/", collection, "/", id);
}

std::string FormatReference(absl::string_view organization, absl::string_view collection,
                            absl::string_view id) {
  return id.empty() ? "" : FormatChildName(organization, collection, id);
}

std::string FormatTransitionName(absl::string_view organization,
                                 const storage::StageTransition& transition) {
  return absl::StrCat(FormatChildName(organization, "opportunities", transition.opportunity),
                      "/stageTransitions/", transition.recorded.revision);
}

std::string QuotaOwnerName(absl::string_view organization, const storage::Quota& quota) {
  return FormatChildName(
      organization, quota.owner_type == storage::OwnerType::kRep ? "reps" : "teams", quota.owner);
}

std::string QuotaId(const storage::Quota& quota) {
  return absl::StrJoin(
      {std::string(quota.owner_type == storage::OwnerType::kRep ? "rep" : "team"), quota.owner,
       FormatDay(quota.period_start), FormatDay(quota.period_end),
       std::string(quota.measure == storage::Measure::kAmount ? "amount" : "units")},
      ".");
}

absl::StatusOr<storage::Quota> ParseQuotaId(absl::string_view field, absl::string_view id) {
  const std::vector<std::string> parts = absl::StrSplit(id, '.');
  const absl::Status bad = BadName(
      field, "{rep|team}.{owner id}.{YYYY-MM-DD}.{YYYY-MM-DD}.{amount|units} as its last part", id);
  const size_t n = parts.size();
  if (n < 5) return bad;
  const auto start = ParseDay(field, parts[n - 3]);
  const auto end = ParseDay(field, parts[n - 2]);
  const bool good_ends = (parts[0] == "rep" || parts[0] == "team") &&
                         (parts[n - 1] == "amount" || parts[n - 1] == "units");
  if (!good_ends || !start.ok() || !end.ok()) return bad;
  storage::Quota quota;
  quota.owner_type = parts[0] == "rep" ? storage::OwnerType::kRep : storage::OwnerType::kTeam;
  quota.owner = absl::StrJoin(parts.begin() + 1, parts.end() - 3, ".");
  quota.period_start = *start;
  quota.period_end = *end;
  quota.measure = parts[n - 1] == "amount" ? storage::Measure::kAmount : storage::Measure::kUnits;
  const absl::Status status = CheckId(field, quota.owner);
  if (!status.ok()) return status;
  return quota;
}

}  // namespace quotacast::convert
