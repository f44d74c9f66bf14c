#ifndef QUOTACAST_SERVER_HANDLERS_PIPELINE_H_
#define QUOTACAST_SERVER_HANDLERS_PIPELINE_H_

// The methods of PipelineService, as quotacast/v1/pipeline_service.proto describes them.

#include "absl/status/statusor.h"
#include "google/protobuf/empty.pb.h"
#include "quotacast/v1/pipeline_service.pb.h"
#include "server/handlers/request.h"

namespace quotacast::handlers {

absl::StatusOr<v1::Pipeline> CreatePipeline(const Context& context,
                                            const v1::CreatePipelineRequest& request);
absl::StatusOr<v1::Pipeline> GetPipeline(const Context& context,
                                         const v1::GetPipelineRequest& request);
absl::StatusOr<v1::ListPipelinesResponse> ListPipelines(const Context& context,
                                                        const v1::ListPipelinesRequest& request);
absl::StatusOr<v1::Pipeline> UpdatePipeline(const Context& context,
                                            const v1::UpdatePipelineRequest& request);
absl::StatusOr<google::protobuf::Empty> DeletePipeline(const Context& context,
                                                       const v1::DeletePipelineRequest& request);

}  // namespace quotacast::handlers

#endif  // QUOTACAST_SERVER_HANDLERS_PIPELINE_H_
