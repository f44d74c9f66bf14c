#include "tests/simulation/model_settings.h"

#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace quotacast::simulation {
namespace {

using Setters = std::map<std::string, std::function<void(ForecastOptions&, double)>>;

Setters MakeSetters() {
  const std::pair<const char*, double ModelOptions::*> numbers[] = {
      {"hazard_half_life_days", &ModelOptions::hazard_half_life_days},
      {"arrival_half_life_days", &ModelOptions::arrival_half_life_days},
      {"bucket_prior_events", &ModelOptions::bucket_prior_events},
      {"cause_prior_exposure_days", &ModelOptions::cause_prior_exposure_days},
      {"cure_prior_events", &ModelOptions::cure_prior_events},
      {"month_of_quarter_noise", &ModelOptions::month_of_quarter_noise},
      {"rep_credibility_events", &ModelOptions::rep_credibility_events},
      {"rep_shock_shape", &ModelOptions::rep_shock_shape},
      {"company_shock_shape", &ModelOptions::company_shock_shape},
      {"arrival_prior_events", &ModelOptions::arrival_prior_events},
      {"arrival_rep_shock_shape", &ModelOptions::arrival_rep_shock_shape},
      {"arrival_company_shock_shape", &ModelOptions::arrival_company_shock_shape},
      {"arrival_shock_prior_stretches", &ModelOptions::arrival_shock_prior_stretches},
      {"shock_days", &ModelOptions::shock_days},
      {"own_amount_wins", &ModelOptions::own_amount_wins},
      {"unseen_exits_limit", &ModelOptions::unseen_exits_limit}};
  const std::pair<const char*, bool ModelOptions::*> switches[] = {
      {"weekday_factors", &ModelOptions::weekday_factors},
      {"month_of_quarter_factors", &ModelOptions::month_of_quarter_factors},
      {"age_buckets", &ModelOptions::age_buckets},
      {"parameter_uncertainty", &ModelOptions::parameter_uncertainty},
      {"arrivals", &ModelOptions::arrivals},
      {"holidays", &ModelOptions::holidays}};
  Setters setters;
  for (const auto& entry : numbers) {
    setters[entry.first] = [member = entry.second](ForecastOptions& options, double value) {
      options.model.*member = value;
    };
  }
  for (const auto& entry : switches) {
    setters[entry.first] = [member = entry.second](ForecastOptions& options, double value) {
      options.model.*member = value != 0;
    };
  }
  setters["sweep_count"] = [](ForecastOptions& options, double value) {
    options.model.sweep_count = static_cast<int>(value);
  };
  setters["run_rate_share"] = [](ForecastOptions& options, double value) {
    options.run_rate_share = value;
  };
  setters["trial_count"] = [](ForecastOptions& options, double value) {
    options.trial_count = static_cast<int64_t>(value);
  };
  return setters;
}

}  // namespace

absl::Status ApplySettings(absl::string_view settings, ForecastOptions& options) {
  const Setters setters = MakeSetters();
  for (const absl::string_view setting : absl::StrSplit(settings, ',', absl::SkipEmpty())) {
    const std::pair<std::string, std::string> parts =
        absl::StrSplit(setting, absl::MaxSplits('=', 1));
    const auto found = setters.find(parts.first);
    double value = 0;
    if (found == setters.end() || !absl::SimpleAtod(parts.second, &value)) {
      std::string known;
      for (const auto& entry : setters) absl::StrAppend(&known, " ", entry.first);
      return absl::InvalidArgumentError(
          absl::StrCat("setting must be NAME=NUMBER; got ", setting, "; names:", known));
    }
    found->second(options, value);
  }
  return absl::OkStatus();
}

}  // namespace quotacast::simulation
