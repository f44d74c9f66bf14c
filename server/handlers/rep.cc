#include "server/handlers/rep.h"

#include "server/handlers/standard_methods.h"

namespace quotacast::handlers {
namespace {

struct Reps {
  using Proto = v1::Rep;
  using Record = storage::Rep;
  static constexpr char kType[] = "quotacast/Rep";
  static constexpr char kCollection[] = "reps";
  static constexpr char kSingular[] = "rep";
  static constexpr std::initializer_list<absl::string_view> kChangeable = {
      "display_name", "team", "start_date", "end_date", "attributes"};

  static auto Insert(storage::WriteTransaction& write, storage::Key key, const Record& record) {
    return write.InsertRep(key, record);
  }
  static auto Update(storage::WriteTransaction& write, storage::Key key, const Record& record,
                     std::optional<int64_t> revision) {
    return write.UpdateRep(key, record, revision);
  }
  static auto Get(storage::ReadTransaction& read, storage::Key key, const std::string& id) {
    return read.GetRep(key, id);
  }
  static auto Delete(storage::WriteTransaction& write, storage::Key key, const std::string& id,
                     std::optional<int64_t> revision) {
    return write.DeleteRep(key, id, revision);
  }
  static absl::Status CheckReferences(storage::ReadTransaction& read,
                                      const storage::Organization& organization,
                                      const Record& record) {
    if (record.team.empty()) return absl::OkStatus();
    return CheckReference(read.GetTeam(organization.key, record.team), "quotacast/Team",
                          organization.id, "teams", record.team);
  }
  static const std::string& NewId(const v1::CreateRepRequest& request) { return request.rep_id(); }
  template <typename Request>
  static const Proto& Of(const Request& request) {
    return request.rep();
  }
  template <typename Request>
  static bool Has(const Request& request) {
    return request.has_rep();
  }
};

}  // namespace

absl::StatusOr<v1::Rep> CreateRep(const Context& context, const v1::CreateRepRequest& request) {
  return CreateInCollection<Reps>(context, request);
}

absl::StatusOr<v1::Rep> GetRep(const Context& context, const v1::GetRepRequest& request) {
  return GetFromCollection<Reps>(context, request);
}

absl::StatusOr<v1::ListRepsResponse> ListReps(const Context& context,
                                              const v1::ListRepsRequest& request) {
  using Records = absl::StatusOr<storage::Page<storage::Rep>>;
  return ListInCollection<v1::ListRepsResponse>(
      context, request, [](v1::ListRepsResponse& response) { return response.mutable_reps(); },
      [&request](const Snapshot& snapshot, const storage::PageRequest& page) -> Records {
        const auto team = FindKey("team", "quotacast/Team", "teams", request.team(), snapshot,
                                  &storage::ReadTransaction::GetTeam);
        if (!team.ok()) return team.status();
        return snapshot.read->ListReps(snapshot.organization.key, *team, page);
      });
}

absl::StatusOr<v1::Rep> UpdateRep(const Context& context, const v1::UpdateRepRequest& request) {
  return UpdateInCollection<Reps>(context, request);
}

absl::StatusOr<google::protobuf::Empty> DeleteRep(const Context& context,
                                                  const v1::DeleteRepRequest& request) {
  return DeleteFromCollection<Reps>(context, request);
}

}  // namespace quotacast::handlers
