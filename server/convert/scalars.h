#ifndef QUOTACAST_SERVER_CONVERT_SCALARS_H_
#define QUOTACAST_SERVER_CONVERT_SCALARS_H_

// Times, days, money and short texts between the API and the records. Errors are INVALID_ARGUMENT
// naming `field`.

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/type/money.pb.h"
#include "server/storage/records.h"

namespace quotacast::convert {

// The text in quotation marks, control characters escaped, cut after 80 bytes.
std::string Quoted(absl::string_view text);

// Microseconds since the epoch, within limits::kTimeMinUs and kTimeMaxUs. What is finer than a
// microsecond is cut off.
absl::StatusOr<int64_t> FromTimestamp(absl::string_view field,
                                      const google::protobuf::Timestamp& time);
google::protobuf::Timestamp ToTimestamp(int64_t time_us);

// "YYYY-MM-DD", within limits::kDayMin and kDayMax.
absl::StatusOr<storage::Day> ParseDay(absl::string_view field, absl::string_view text);
// "" for kNoDay.
std::string FormatDay(storage::Day day);

// Micro units, 0 to `max_micros`. The currency must be `currency` or empty. Nothing finer than a
// millionth is taken.
absl::StatusOr<int64_t> FromMoney(absl::string_view field, const google::type::Money& money,
                                  absl::string_view currency, int64_t max_micros);
google::type::Money ToMoney(int64_t micros, absl::string_view currency);

// Above 0 and below 1: a chance to reach.
absl::Status CheckChance(absl::string_view field, double chance);

// At most limits::kNameMaxBytes bytes.
absl::Status CheckName(absl::string_view field, absl::string_view name);
// Three capital letters.
absl::Status CheckCurrency(absl::string_view field, absl::string_view currency);
// A zone of the IANA database that this machine knows.
absl::Status CheckTimeZone(absl::string_view field, absl::string_view zone);
// Keys not empty; at most limits::kAttributesMaxBytes in all.
absl::Status CheckAttributes(absl::string_view field, const storage::Attributes& attributes);

}  // namespace quotacast::convert

#endif  // QUOTACAST_SERVER_CONVERT_SCALARS_H_
