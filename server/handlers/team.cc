#include "server/handlers/team.h"

#include "server/handlers/standard_methods.h"

namespace quotacast::handlers {
namespace {

struct Teams {
  using Proto = v1::Team;
  using Record = storage::Team;
  static constexpr char kType[] = "quotacast/Team";
  static constexpr char kCollection[] = "teams";
  static constexpr char kSingular[] = "team";
  static constexpr std::initializer_list<absl::string_view> kChangeable = {
      "display_name", "parent_team", "attributes"};

  static auto Insert(storage::WriteTransaction& write, storage::Key key, const Record& record) {
    return write.InsertTeam(key, record);
  }
  static auto Update(storage::WriteTransaction& write, storage::Key key, const Record& record,
                     std::optional<int64_t> revision) {
    return write.UpdateTeam(key, record, revision);
  }
  static auto Get(storage::ReadTransaction& read, storage::Key key, const std::string& id) {
    return read.GetTeam(key, id);
  }
  static auto Delete(storage::WriteTransaction& write, storage::Key key, const std::string& id,
                     std::optional<int64_t> revision) {
    return write.DeleteTeam(key, id, revision);
  }
  static absl::Status CheckReferences(storage::ReadTransaction& read,
                                      const storage::Organization& organization,
                                      const Record& record) {
    if (record.parent.empty()) return absl::OkStatus();
    return CheckReference(read.GetTeam(organization.key, record.parent), kType, organization.id,
                          kCollection, record.parent);
  }
  static const std::string& NewId(const v1::CreateTeamRequest& request) {
    return request.team_id();
  }
  template <typename Request>
  static const Proto& Of(const Request& request) {
    return request.team();
  }
  template <typename Request>
  static bool Has(const Request& request) {
    return request.has_team();
  }
};

}  // namespace

absl::StatusOr<v1::Team> CreateTeam(const Context& context, const v1::CreateTeamRequest& request) {
  return CreateInCollection<Teams>(context, request);
}

absl::StatusOr<v1::Team> GetTeam(const Context& context, const v1::GetTeamRequest& request) {
  return GetFromCollection<Teams>(context, request);
}

absl::StatusOr<v1::ListTeamsResponse> ListTeams(const Context& context,
                                                const v1::ListTeamsRequest& request) {
  return ListInCollection<v1::ListTeamsResponse>(
      context, request, [](v1::ListTeamsResponse& response) { return response.mutable_teams(); },
      [](const Snapshot& snapshot, const storage::PageRequest& page) {
        return snapshot.read->ListTeams(snapshot.organization.key, page);
      });
}

absl::StatusOr<v1::Team> UpdateTeam(const Context& context, const v1::UpdateTeamRequest& request) {
  return UpdateInCollection<Teams>(context, request);
}

absl::StatusOr<google::protobuf::Empty> DeleteTeam(const Context& context,
                                                   const v1::DeleteTeamRequest& request) {
  return DeleteFromCollection<Teams>(context, request);
}

}  // namespace quotacast::handlers
