#include "server/services/import_service.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "quotacast/v1/import_service.grpc.pb.h"
#include "server/convert/import.h"
#include "server/convert/names.h"
#include "server/import/session.h"

namespace quotacast {
namespace {

using Stream = grpc::ServerReaderWriter<v1::ImportResponse, v1::ImportRequest>;

// One import: its session, and where in the stream it is.
class Import {
 public:
  static absl::StatusOr<Import> Open(Backend& backend, const v1::ImportRequest& first) {
    if (!first.has_header()) {
      return errors::InvalidField("header", "must be the first message of the stream");
    }
    const v1::ImportHeader& header = first.header();
    const auto organization = convert::ParseOrganizationName("header.parent", header.parent());
    if (!organization.ok()) return organization.status();
    importing::SessionOptions options;
    options.validate_only = header.validate_only();
    options.skip_bad_rows = header.skip_bad_rows();
    auto session = importing::Session::Open(backend.store, *organization, options);
    if (!session.ok()) {
      return errors::Describe(session.status(), "quotacast/Organization", header.parent());
    }
    return Import(*std::move(session), options);
  }

  // Applies the batch and fills the response. An error ends the stream.
  absl::Status Apply(const v1::ImportRequest& request, v1::ImportResponse& response) {
    if (!request.has_batch()) {
      return errors::InvalidField("batch", "must be in every message after the first");
    }
    const int64_t sequence = request.batch().sequence();
    if (sequence != next_sequence_) {
      return errors::InvalidField("batch.sequence",
                                  absl::StrCat("must be ", next_sequence_, "; got ", sequence));
    }
    ++next_sequence_;
    const auto batch = convert::FromProto(request.batch());
    if (!batch.ok()) return batch.status();
    const auto result = session_->Apply(*batch);
    if (!result.ok()) return errors::Describe(result.status(), "quotacast/Store", "");
    response = convert::ToProto(sequence, importing::FileOf(*batch), *result);
    return absl::OkStatus();
  }

  // Whether a batch with bad rows is the last one.
  bool EndsWith(const v1::ImportResponse& response) const {
    return response.bad_count() > 0 && !options_.validate_only && !options_.skip_bad_rows;
  }

 private:
  Import(std::unique_ptr<importing::Session> session, importing::SessionOptions options)
      : session_(std::move(session)), options_(options) {}

  std::unique_ptr<importing::Session> session_;
  importing::SessionOptions options_;
  int64_t next_sequence_ = 1;
};

absl::Status Run(Backend& backend, grpc::ServerContext* call, Stream* stream) {
  // Reused over the stream, so that its rows keep their memory.
  v1::ImportRequest request;
  if (!stream->Read(&request)) {
    return errors::InvalidField("header", "must be the first message of the stream");
  }
  auto import = Import::Open(backend, request);
  if (!import.ok()) return import.status();
  while (stream->Read(&request)) {
    if (backend.draining) return errors::ShuttingDown();
    if (call->IsCancelled()) return absl::CancelledError("cancelled");
    v1::ImportResponse response;
    const absl::Status applied = import->Apply(request, response);
    if (!applied.ok()) return applied;
    stream->Write(response);
    if (import->EndsWith(response)) {
      return errors::BadRows(response.sequence(), response.bad_count());
    }
  }
  return absl::OkStatus();
}

class ImportService final : public v1::ImportService::Service {
 public:
  explicit ImportService(Backend& backend) : backend_(backend) {}

  grpc::Status Import(grpc::ServerContext* call, Stream* stream) override {
    return Guard(backend_, call, [&] { return Run(backend_, call, stream); });
  }

 private:
  Backend& backend_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeImportService(Backend& backend) {
  return std::make_unique<ImportService>(backend);
}

}  // namespace quotacast
