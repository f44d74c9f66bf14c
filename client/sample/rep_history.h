#ifndef QUOTACAST_CLIENT_SAMPLE_REP_HISTORY_H_
#define QUOTACAST_CLIENT_SAMPLE_REP_HISTORY_H_

// What one rep of a made-up company did: opportunities with their stage events, and activities.

#include <cstdint>
#include <vector>

#include "client/sample/company.h"
#include "client/sample/process.h"
#include "client/sample/writer.h"

namespace quotacast::sample {

// Everything happens between 07:00 and 17:00 UTC, so that from America to India the day of the
// local time is the same.
inline constexpr int64_t kOpeningSecond = 7 * 3'600;
inline constexpr int64_t kClosingSecond = 17 * 3'600;

struct HistoryFiles {
  CsvFile opportunities;
  CsvFile stage_events;
  CsvFile activities;
};

// Writes the history up to `end_day` (exclusive) of the opportunities that company.reps[rep] found
// and of the rep's own activities, and returns the days of those opportunities' wins, in no order.
std::vector<int32_t> WriteRepHistory(const Process& process, const Company& company, int rep,
                                     int32_t end_day, Engine& engine, HistoryFiles& files);

}  // namespace quotacast::sample

#endif  // QUOTACAST_CLIENT_SAMPLE_REP_HISTORY_H_
