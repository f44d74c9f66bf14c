#ifndef QUOTACAST_SERVER_PERIOD_H_
#define QUOTACAST_SERVER_PERIOD_H_

// How a caller writes the period of a quota.

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "simulation/periods.h"

namespace quotacast {

// One of
//   2026-Q1                   a fiscal quarter; the fiscal year 2026 begins in the calendar year
//                             2026, on the first of `fiscal_year_start_month` (1 to 12)
//   2026-03                   a calendar month
//   2026-W10                  a week of ISO 8601, Monday to Sunday
//   2026-03-02..2026-03-30    days, the end not included
// INVALID_ARGUMENT naming `field` for anything else.
absl::StatusOr<simulation::Period> ParsePeriod(absl::string_view field, absl::string_view text,
                                               int fiscal_year_start_month);

}  // namespace quotacast

#endif  // QUOTACAST_SERVER_PERIOD_H_
