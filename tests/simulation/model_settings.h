#ifndef QUOTACAST_TESTS_SIMULATION_MODEL_SETTINGS_H_
#define QUOTACAST_TESTS_SIMULATION_MODEL_SETTINGS_H_

// The constants of the model by name, for measurements that vary them.

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "simulation/forecast.h"

namespace quotacast::simulation {

// Applies "NAME=VALUE", NAME a numeric or yes/no (1/0) member of ModelOptions, or run_rate_share or
// trial_count; VALUE a number or "inf". Several settings are separated by commas. Errors:
// INVALID_ARGUMENT naming the setting and the known names.
absl::Status ApplySettings(absl::string_view settings, ForecastOptions& options);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_TESTS_SIMULATION_MODEL_SETTINGS_H_
