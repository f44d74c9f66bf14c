#ifndef QUOTACAST_SERVER_HANDLERS_TEAM_H_
#define QUOTACAST_SERVER_HANDLERS_TEAM_H_

// The methods of TeamService, as quotacast/v1/team_service.proto describes them.

#include "absl/status/statusor.h"
#include "google/protobuf/empty.pb.h"
#include "quotacast/v1/team_service.pb.h"
#include "server/handlers/request.h"

namespace quotacast::handlers {

absl::StatusOr<v1::Team> CreateTeam(const Context& context, const v1::CreateTeamRequest& request);
absl::StatusOr<v1::Team> GetTeam(const Context& context, const v1::GetTeamRequest& request);
absl::StatusOr<v1::ListTeamsResponse> ListTeams(const Context& context,
                                                const v1::ListTeamsRequest& request);
absl::StatusOr<v1::Team> UpdateTeam(const Context& context, const v1::UpdateTeamRequest& request);
absl::StatusOr<google::protobuf::Empty> DeleteTeam(const Context& context,
                                                   const v1::DeleteTeamRequest& request);

}  // namespace quotacast::handlers

#endif  // QUOTACAST_SERVER_HANDLERS_TEAM_H_
