#ifndef QUOTACAST_CLIENT_SAMPLE_TRUTH_H_
#define QUOTACAST_CLIENT_SAMPLE_TRUTH_H_

#include <string>

#include "client/sample/company.h"
#include "client/sample/process.h"
#include "client/sample/sample.h"

namespace quotacast::sample {

// The text of truth.json; see sample.h.
std::string TruthJson(const SampleOptions& options, const Process& process, const Company& company,
                      int32_t start_day, int32_t end_day);

}  // namespace quotacast::sample

#endif  // QUOTACAST_CLIENT_SAMPLE_TRUTH_H_
