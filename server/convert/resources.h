#ifndef QUOTACAST_SERVER_CONVERT_RESOURCES_H_
#define QUOTACAST_SERVER_CONVERT_RESOURCES_H_

// Records of the store as resources of the API.

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "quotacast/v1/activity.pb.h"
#include "quotacast/v1/opportunity.pb.h"
#include "quotacast/v1/organization.pb.h"
#include "quotacast/v1/pipeline.pb.h"
#include "quotacast/v1/quota.pb.h"
#include "quotacast/v1/rep.pb.h"
#include "quotacast/v1/team.pb.h"
#include "server/storage/records.h"

namespace quotacast::convert {

v1::Organization ToProto(const storage::Organization& organization);

// `organization` is the one the record belongs to.
v1::Team ToProto(const storage::Organization& organization, const storage::Team& team);
v1::Rep ToProto(const storage::Organization& organization, const storage::Rep& rep);
v1::Pipeline ToProto(const storage::Organization& organization, const storage::Pipeline& pipeline);
v1::Quota ToProto(const storage::Organization& organization, const storage::Quota& quota);
v1::Opportunity ToProto(const storage::Organization& organization,
                        const storage::Opportunity& opportunity);
v1::StageTransition ToProto(const storage::Organization& organization,
                            const storage::StageTransition& transition);
v1::Activity ToProto(const storage::Organization& organization, const storage::Activity& activity);

v1::Measure ToProto(storage::Measure measure);

// An etag is the record's revision.
std::string ToEtag(const storage::Recorded& recorded);
// nullopt for "": any revision. What was never an etag gives a revision that no record has.
std::optional<int64_t> FromEtag(absl::string_view etag);

}  // namespace quotacast::convert

#endif  // QUOTACAST_SERVER_CONVERT_RESOURCES_H_
