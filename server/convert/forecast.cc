#include "server/convert/forecast.h"

#include "server/convert/resources.h"
#include "server/convert/scalars.h"

namespace quotacast::convert {

v1::Forecast ToProto(const simulation::Forecast& forecast) {
  const simulation::Question& question = forecast.question;
  // Division keeps the nearest double to what people write; multiplication by 1e-6 would not.
  const double divisor = question.measure == simulation::Measure::kAmount ? 1e6 : 1;
  v1::Forecast proto;
  proto.set_measure(ToProto(question.measure));
  proto.set_period_start(FormatDay(question.period_start));
  proto.set_period_end(FormatDay(question.period_end));
  proto.set_target(static_cast<double>(question.target) / divisor);
  proto.set_booked(static_cast<double>(forecast.booked) / divisor);
  proto.set_attainment_probability(forecast.attainment_probability);
  proto.set_standard_error(forecast.standard_error);
  proto.mutable_distribution()->set_mean(forecast.mean / divisor);
  for (const simulation::Quantile& quantile : forecast.quantiles) {
    v1::Quantile* added = proto.mutable_distribution()->add_quantiles();
    added->set_level(quantile.level);
    added->set_value(quantile.value / divisor);
  }
  proto.set_probability_low(forecast.probability_low);
  proto.set_probability_high(forecast.probability_high);
  proto.set_expected_from_open(forecast.expected_from_open / divisor);
  proto.set_expected_from_new(forecast.expected_from_new / divisor);
  proto.set_open_opportunity_count(forecast.open_opportunity_count);
  proto.set_trial_count(forecast.trial_count);
  return proto;
}

}  // namespace quotacast::convert
