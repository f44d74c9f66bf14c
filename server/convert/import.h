#ifndef QUOTACAST_SERVER_CONVERT_IMPORT_H_
#define QUOTACAST_SERVER_CONVERT_IMPORT_H_

// Batches of an import between the API and the import's own rows.

#include "absl/status/statusor.h"
#include "quotacast/v1/import_service.pb.h"
#include "server/import/rows.h"

namespace quotacast::convert {

// The rows of a batch; the text in them lies in `batch`. INVALID_ARGUMENT for no rows, too many
// rows or attributes, or more attribute values than names.
absl::StatusOr<importing::Batch> FromProto(const v1::ImportBatch& batch);

// What became of the batch with `sequence`, whose rows are of `file` (importing::FileOf).
v1::ImportResponse ToProto(int64_t sequence, absl::string_view file,
                           const importing::BatchResult& result);

}  // namespace quotacast::convert

#endif  // QUOTACAST_SERVER_CONVERT_IMPORT_H_
