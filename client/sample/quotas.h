#ifndef QUOTACAST_CLIENT_SAMPLE_QUOTAS_H_
#define QUOTACAST_CLIENT_SAMPLE_QUOTAS_H_

// Quotas of a made-up company, as its management would set them: near what a rep can be expected to
// make, so that chances differ from rep to rep.

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "client/sample/company.h"
#include "client/sample/process.h"
#include "client/sample/writer.h"

namespace quotacast::sample {

// A rep's target of a calendar month or quarter is
//
//     kStretch * level * expected wins of an average rep at work since the same day (* mean amount)
//
// with level = (wins so far + K) / (wins an average rep would have had + K) and K = four months'
// worth of an average rep's wins: it uses nothing that was not known when the period began. There
// is none while the pipeline is still being built up (less than a quarter of the usual wins are
// expected), except for the periods that are running on `end_day`. A team's target is the sum of
// its reps'.
inline constexpr double kStretch = 1.05;

class QuotaWriter {
 public:
  QuotaWriter(const Process& process, const Company& company, int32_t start_day, int32_t end_day,
              CsvFile& file);

  // Writes the quotas of company.reps[rep], who won on `win_days`.
  void WriteRep(int rep, const std::vector<int32_t>& win_days);

  // Writes the quotas of the teams, once all reps are written.
  void WriteTeams();

 private:
  struct Period {
    int32_t start_day;
    int32_t end_day;
  };
  struct Target {
    int64_t amount = 0;
    int64_t units = 0;
  };

  const std::vector<double>& ExpectedWins(int32_t start_day);
  void WriteRows(const char* owner_type, const std::string& owner, const Period& period,
                 const Target& target);

  const Process& process_;
  const Company& company_;
  const int32_t start_day_;
  const int32_t end_day_;
  CsvFile& file_;
  std::vector<Period> periods_;                             // By end, the running ones last.
  std::map<int32_t, std::vector<double>> expected_;         // By the first day of work.
  std::map<std::tuple<int, size_t>, Target> team_targets_;  // By team and index of the period.
};

}  // namespace quotacast::sample

#endif  // QUOTACAST_CLIENT_SAMPLE_QUOTAS_H_
