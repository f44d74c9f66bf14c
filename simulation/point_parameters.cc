#include "simulation/point_parameters.h"

#include <boost/random/gamma_distribution.hpp>
#include <boost/random/normal_distribution.hpp>
#include <cmath>

namespace quotacast::simulation {
namespace {

// Draws from posteriors, or takes their means where there is no generator.
class PointDrawer {
 public:
  PointDrawer(boost::random::mt19937_64* parameters, boost::random::mt19937_64* shocks)
      : parameters_(parameters), shocks_(shocks) {}

  double Gamma(GammaPosterior posterior) const {
    if (std::isinf(posterior.shape)) return 1;
    if (parameters_ == nullptr) return posterior.shape / posterior.rate;
    return boost::random::gamma_distribution<double>(posterior.shape,
                                                     1 / posterior.rate)(*parameters_);
  }
  double Shock(double shape) const {
    if (shocks_ == nullptr || std::isinf(shape)) return 1;
    return boost::random::gamma_distribution<double>(shape, 1 / shape)(*shocks_);
  }
  template <int kCount>
  std::array<double, kCount> Factors(const LogFactors<kCount>& factors) const {
    std::array<double, kCount> drawn{};
    for (int i = 0; i < kCount; ++i) {
      double log = factors.mean_log[i];
      if (parameters_ != nullptr && factors.variance_log[i] > 0) {
        log = boost::random::normal_distribution<double>(
            log, std::sqrt(factors.variance_log[i]))(*parameters_);
      }
      drawn[i] = std::exp(log);
    }
    return drawn;
  }

 private:
  boost::random::mt19937_64* parameters_;
  boost::random::mt19937_64* shocks_;
};

PointCause DrawCause(const Cause& cause, const ModelOptions& options, const PointDrawer& drawer) {
  PointCause point;
  const double company_shock = drawer.Shock(options.company_shock_shape);
  for (const GammaPosterior& hazard : cause.hazards) {
    point.hazards.push_back(drawer.Gamma(hazard) * company_shock);
  }
  point.weekday = drawer.Factors(cause.weekday);
  point.month_of_quarter = drawer.Factors(cause.month_of_quarter);
  for (const GammaPosterior& rep : cause.reps) {
    const double theta = drawer.Gamma(rep);
    point.reps.push_back(theta * drawer.Shock(options.rep_shock_shape));
  }
  return point;
}

PointParameters Draw(const FittedModel& model, const PointDrawer& drawer) {
  PointParameters point;
  for (const Cell& cell : model.cells) {
    std::vector<PointCause>& causes = point.cells.emplace_back();
    for (const Cause& cause : cell.causes) {
      causes.push_back(DrawCause(cause, model.options, drawer));
    }
  }
  for (const FittedPipeline& pipeline : model.pipelines) {
    PointArrivals& arrivals = point.pipelines.emplace_back();
    arrivals.weekday = drawer.Factors(pipeline.arrivals.weekday);
    const double company_shock = drawer.Shock(model.options.arrival_company_shock_shape);
    for (const GammaPosterior& rep : pipeline.arrivals.reps) {
      const double rate = rep.shape > 0 ? drawer.Gamma(rep) : 0;
      arrivals.reps.push_back(rate * company_shock *
                              drawer.Shock(model.options.arrival_rep_shock_shape));
    }
  }
  return point;
}

}  // namespace

PointParameters MeanParameters(const FittedModel& model) {
  return Draw(model, PointDrawer(nullptr, nullptr));
}

PointParameters DrawParameters(const FittedModel& model, boost::random::mt19937_64& random) {
  return Draw(model, PointDrawer(model.options.parameter_uncertainty ? &random : nullptr, &random));
}

double HazardsOf(const FittedModel& model, const PointParameters& point, int32_t cell, int32_t rep,
                 int age_days, Day day, std::vector<double>& hazards) {
  const int bucket = BucketOf(age_days, model.bucket_starts);
  const int weekday = WeekdayOf(day, model.calendar);
  const int month = DayClassOf(day, model.calendar) / kWeekdayCount;
  hazards.clear();
  double sum = 0;
  for (const PointCause& cause : point.cells[cell]) {
    const double factor = rep == kNone ? 1 : cause.reps[rep];
    hazards.push_back(cause.hazards[bucket] * cause.weekday[weekday] *
                      cause.month_of_quarter[month] * factor);
    sum += hazards.back();
  }
  return sum;
}

double ArrivalsOn(const FittedModel& model, const PointParameters& point, int32_t pipeline,
                  int32_t rep, Day day) {
  if (day < model.reps[rep].start_day || day >= model.reps[rep].end_day) return 0;
  const PointArrivals& arrivals = point.pipelines[pipeline];
  return arrivals.reps[rep] * arrivals.weekday[WeekdayOf(day, model.calendar)];
}

double FractionAhead(const FittedModel& model, Day day) {
  return day == model.as_of_day ? model.first_day_fraction : 1;
}

}  // namespace quotacast::simulation
