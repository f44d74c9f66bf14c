#include "simulation/parameter_draw.h"

#include <limits>

#include "simulation/distributions.h"
#include "simulation/portable_math.h"
#include "simulation/random.h"

namespace quotacast::simulation {
namespace {

class Drawer {
 public:
  Drawer(const FittedModel& model, uint64_t seed, uint64_t block, Shocks shocks)
      : uncertain_(model.options.parameter_uncertainty),
        seed_(seed),
        shocks_(shocks),
        block_(block) {}

  Lanes Parameter(const GammaPosterior& posterior, Purpose purpose, uint64_t key) const {
    if (posterior.shape <= 0) return Broadcast(0);
    const double shape = uncertain_ ? posterior.shape : std::numeric_limits<double>::infinity();
    Lanes lanes = GammaDraws(shape, {seed_, purpose, key}, block_);
    const float mean = static_cast<float>(posterior.shape / posterior.rate);
    for (float& lane : lanes.at) lane *= mean;
    return lanes;
  }

  template <int kClassCount>
  std::array<Lanes, kClassCount> Factors(const LogFactors<kClassCount>& factors, Purpose purpose,
                                         uint64_t key) const {
    std::array<Lanes, kClassCount> draws;
    for (size_t c = 0; c < kClassCount; ++c) {
      const double variance = uncertain_ ? factors.variance_log[c] : 0;
      draws[c] = variance > 0 ? LogNormalDraws(factors.mean_log[c], variance,
                                               {seed_, purpose, CombineKeys(key, c)}, block_)
                              : Broadcast(Exp(factors.mean_log[c]));
    }
    return draws;
  }

  Lanes Shock(double shape, Purpose purpose, uint64_t key) const {
    if (shocks_ == Shocks::kOff) return Broadcast(1);
    return GammaDraws(shape, {seed_, purpose, key}, block_);
  }

 private:
  bool uncertain_;
  uint64_t seed_;
  Shocks shocks_;
  uint64_t block_;
};

void Multiply(Lanes& lanes, const Lanes& by) {
  for (int i = 0; i < kLanes; ++i) lanes[i] *= by[i];
}

uint64_t CauseKey(const Cell& cell, const Cause& cause) {
  return CombineKeys(cell.key, static_cast<uint64_t>(cause.next_stage));
}

}  // namespace

CompanyDraw DrawCompany(const FittedModel& model, uint64_t seed, uint64_t block, Shocks shocks) {
  const Drawer drawer(model, seed, block, shocks);
  CompanyDraw draw;
  for (const Cell& cell : model.cells) {
    for (const Cause& cause : cell.causes) {
      const uint64_t key = CauseKey(cell, cause);
      const Lanes shock =
          drawer.Shock(model.options.company_shock_shape, Purpose::kCompanyShock, key);
      for (size_t b = 0; b < cause.hazards.size(); ++b) {
        draw.hazards.push_back(
            drawer.Parameter(cause.hazards[b], Purpose::kHazard, CombineKeys(key, b)));
        Multiply(draw.hazards.back(), shock);
      }
      const auto weekday = drawer.Factors(cause.weekday, Purpose::kWeekday, key);
      const auto month = drawer.Factors(cause.month_of_quarter, Purpose::kMonthOfQuarter, key);
      for (size_t c = 0; c < kDayClassCount; ++c) {
        draw.day_factors.push_back(weekday[c % kWeekdayCount]);
        Multiply(draw.day_factors.back(), month[c / kWeekdayCount]);
      }
    }
  }
  for (const FittedPipeline& pipeline : model.pipelines) {
    draw.pipelines.push_back(
        {drawer.Factors(pipeline.arrivals.weekday, Purpose::kArrivalWeekday, pipeline.key),
         drawer.Shock(model.options.arrival_company_shock_shape, Purpose::kArrivalCompanyShock,
                      pipeline.key)});
  }
  return draw;
}

RepDraw DrawRep(const FittedModel& model, int32_t rep, uint64_t seed, uint64_t block,
                Shocks shocks) {
  const Drawer drawer(model, seed, block, shocks);
  const uint64_t rep_key = model.reps[rep].key;
  RepDraw draw;
  for (const Cell& cell : model.cells) {
    for (const Cause& cause : cell.causes) {
      const uint64_t key = CombineKeys(CauseKey(cell, cause), rep_key);
      draw.multipliers.push_back(drawer.Parameter(cause.reps[rep], Purpose::kRepEffect, key));
      Multiply(draw.multipliers.back(),
               drawer.Shock(model.options.rep_shock_shape, Purpose::kRepShock, key));
    }
  }
  for (const FittedPipeline& pipeline : model.pipelines) {
    draw.arrival_rates.push_back(drawer.Parameter(
        pipeline.arrivals.reps[rep], Purpose::kArrivalRate, CombineKeys(pipeline.key, rep_key)));
  }
  return draw;
}

}  // namespace quotacast::simulation
