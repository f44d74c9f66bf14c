#ifndef QUOTACAST_SERVER_LIMITS_H_
#define QUOTACAST_SERVER_LIMITS_H_

// Every limit of the server that a caller can meet, in one place. Sizes are in bytes of UTF-8.

#include <cstddef>
#include <cstdint>

namespace quotacast::limits {

// Identifiers of a company's own (reps, teams, opportunities, ...) and names for people to read.
inline constexpr size_t kIdMaxBytes = 200;
inline constexpr size_t kOrganizationIdMaxBytes = 63;
inline constexpr size_t kNameMaxBytes = 1'000;
inline constexpr size_t kRequestIdMaxBytes = 128;

// Attributes of one row: every key and value together, and how many.
inline constexpr size_t kAttributesMaxBytes = 4 * 1024;
inline constexpr int kAttributesMax = 100;

// Money (micro units), units and quota targets. Sums of money are int64: 900 of the largest amounts
// fit, and any number of usual ones.
inline constexpr int64_t kAmountMaxMicros = 10'000'000'000'000'000;  // 1e10 of money.
inline constexpr int64_t kUnitsMax = 1'000'000'000;
inline constexpr int64_t kTargetMaxMicros = 1'000'000'000'000'000'000;  // 1e12 of money.

// Times and dates: 1900-01-01 inclusive to 2200-01-01 exclusive, in UTC.
inline constexpr int64_t kTimeMinUs = -2'208'988'800'000'000;
inline constexpr int64_t kTimeMaxUs = 7'258'118'400'000'000;
inline constexpr int32_t kDayMin = -25'567;
inline constexpr int32_t kDayMax = 84'006;

inline constexpr int32_t kDurationMaxSeconds = 30 * 24 * 60 * 60;

// A pipeline's stages; a tree of teams from the root to the deepest leaf.
inline constexpr size_t kPipelineStagesMax = 100;
inline constexpr size_t kTeamDepthMax = 50;

// Pages of the list methods.
inline constexpr int kPageSizeDefault = 100;
inline constexpr int kPageSizeMax = 1'000;

// One message on a stream of import batches, and the row errors that are reported in full.
inline constexpr size_t kMessageMaxBytes = 4 * 1024 * 1024;
inline constexpr size_t kImportBatchRowsMax = 20'000;
inline constexpr size_t kImportErrorsMax = 100;

// Rows of one stream: it keeps what is needed to tell repetitions, some 35 bytes a row.
inline constexpr int64_t kImportRowsMax = 10'000'000;

// What people say of a signal they review, and for how long it may be put off.
inline constexpr size_t kReviewerMaxBytes = 200;
inline constexpr size_t kReviewNoteMaxBytes = 2'000;
inline constexpr int64_t kSnoozeMaxUs = int64_t{366} * 24 * 60 * 60 * 1'000'000;

// Plans of one page of guidelines: each takes a tenth of a second or more.
inline constexpr int kGuidelinesDefault = 20;
inline constexpr int kGuidelinesMax = 50;

// How long the answer to a request_id is kept for a retry.
inline constexpr int64_t kIdempotencyKeptUs = int64_t{24} * 60 * 60 * 1'000'000;

}  // namespace quotacast::limits

#endif  // QUOTACAST_SERVER_LIMITS_H_
