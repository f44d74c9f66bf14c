#include "server/handlers/pipeline.h"

#include "server/handlers/standard_methods.h"

namespace quotacast::handlers {
namespace {

struct Pipelines {
  using Proto = v1::Pipeline;
  using Record = storage::Pipeline;
  static constexpr char kType[] = "quotacast/Pipeline";
  static constexpr char kCollection[] = "pipelines";
  static constexpr char kSingular[] = "pipeline";
  static constexpr std::initializer_list<absl::string_view> kChangeable = {"stages", "attributes"};

  static auto Insert(storage::WriteTransaction& write, storage::Key key, const Record& record) {
    return write.InsertPipeline(key, record);
  }
  static auto Update(storage::WriteTransaction& write, storage::Key key, const Record& record,
                     std::optional<int64_t> revision) {
    return write.UpdatePipeline(key, record, revision);
  }
  static auto Get(storage::ReadTransaction& read, storage::Key key, const std::string& id) {
    return read.GetPipeline(key, id);
  }
  static auto Delete(storage::WriteTransaction& write, storage::Key key, const std::string& id,
                     std::optional<int64_t> revision) {
    return write.DeletePipeline(key, id, revision);
  }
  static absl::Status CheckReferences(storage::ReadTransaction& /*read*/,
                                      const storage::Organization& /*organization*/,
                                      const Record& /*record*/) {
    return absl::OkStatus();
  }
  static const std::string& NewId(const v1::CreatePipelineRequest& request) {
    return request.pipeline_id();
  }
  template <typename Request>
  static const Proto& Of(const Request& request) {
    return request.pipeline();
  }
  template <typename Request>
  static bool Has(const Request& request) {
    return request.has_pipeline();
  }
};

}  // namespace

absl::StatusOr<v1::Pipeline> CreatePipeline(const Context& context,
                                            const v1::CreatePipelineRequest& request) {
  return CreateInCollection<Pipelines>(context, request);
}

absl::StatusOr<v1::Pipeline> GetPipeline(const Context& context,
                                         const v1::GetPipelineRequest& request) {
  return GetFromCollection<Pipelines>(context, request);
}

absl::StatusOr<v1::ListPipelinesResponse> ListPipelines(const Context& context,
                                                        const v1::ListPipelinesRequest& request) {
  return ListInCollection<v1::ListPipelinesResponse>(
      context, request,
      [](v1::ListPipelinesResponse& response) { return response.mutable_pipelines(); },
      [](const Snapshot& snapshot, const storage::PageRequest& page) {
        return snapshot.read->ListPipelines(snapshot.organization.key, page);
      });
}

absl::StatusOr<v1::Pipeline> UpdatePipeline(const Context& context,
                                            const v1::UpdatePipelineRequest& request) {
  return UpdateInCollection<Pipelines>(context, request);
}

absl::StatusOr<google::protobuf::Empty> DeletePipeline(const Context& context,
                                                       const v1::DeletePipelineRequest& request) {
  return DeleteFromCollection<Pipelines>(context, request);
}

}  // namespace quotacast::handlers
