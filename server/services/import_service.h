#ifndef QUOTACAST_SERVER_SERVICES_IMPORT_SERVICE_H_
#define QUOTACAST_SERVER_SERVICES_IMPORT_SERVICE_H_

#include <grpcpp/impl/codegen/service_type.h>

#include <memory>

#include "server/services/call.h"

namespace quotacast {

// `backend` must outlive it.
std::unique_ptr<grpc::Service> MakeImportService(Backend& backend);

}  // namespace quotacast

#endif  // QUOTACAST_SERVER_SERVICES_IMPORT_SERVICE_H_
