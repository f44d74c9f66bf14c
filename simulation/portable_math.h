#ifndef QUOTACAST_SIMULATION_PORTABLE_MATH_H_
#define QUOTACAST_SIMULATION_PORTABLE_MATH_H_

// Transcendental functions whose bits do not depend on the machine. The C library picks variants by
// the processor it runs on, and they differ in the last bit; SLEEF's "cinz" functions are plain C
// without fused multiply-add and give the same bits everywhere. Everything in simulation/ that can
// reach an answer uses these.

#include <sleef.h>

namespace quotacast::simulation {

inline double Exp(double x) { return Sleef_cinz_expd1_u10purec(x); }
inline double Log(double x) { return Sleef_cinz_logd1_u10purec(x); }
inline double Pow(double x, double y) { return Sleef_cinz_powd1_u10purec(x, y); }

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_PORTABLE_MATH_H_
