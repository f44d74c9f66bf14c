#ifndef QUOTACAST_SIMULATION_CORRECTION_MODE_H_
#define QUOTACAST_SIMULATION_CORRECTION_MODE_H_

namespace quotacast::simulation {

// Whether forecasts are corrected by what past forecasts got wrong (correction.h).
enum class CorrectionMode {
  kOff,
  kWhereBetter,  // Where it was better on the organization's own past forecasts.
  kOn,           // Wherever there is a past forecast to learn from.
};

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_CORRECTION_MODE_H_
