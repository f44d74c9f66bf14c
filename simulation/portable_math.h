#ifndef QUOTACAST_SIMULATION_PORTABLE_MATH_H_
#define QUOTACAST_SIMULATION_PORTABLE_MATH_H_

// Transcendental functions whose bits do not depend on the machine. The C library picks variants by
// the processor it runs on, and they differ in the last bit; SLEEF's "cinz" functions are plain C
// without fused multiply-add and give the same bits everywhere. Everything in simulation/ that can
// reach an answer uses these.

#include <sleef.h>

#include <bit>
#include <cmath>
#include <cstdint>

namespace quotacast::simulation {

inline double Exp(double x) { return Sleef_cinz_expd1_u10purec(x); }
inline double Log(double x) { return Sleef_cinz_logd1_u10purec(x); }
inline double Pow(double x, double y) { return Sleef_cinz_powd1_u10purec(x, y); }

// exp(-x) for 0 <= x <= 700, without branches so that a loop over lanes vectorizes; relative error
// below 1e-14. Cody-Waite reduction by ln 2, then the Taylor polynomial of degree 12 on
// |r| <= ln(2) / 2.
inline double ExpOfMinus(double x) {
  constexpr double kShift = 6755399441055744.0;  // 1.5 * 2^52: adding it rounds to an integer.
  const double shifted = x * -1.4426950408889634074 + kShift;
  const double k = shifted - kShift;
  const double r = (-x - k * 6.93147180369123816490e-01) - k * 1.90821492927058770002e-10;
  double p = 1.0 / 479001600;
  p = p * r + 1.0 / 39916800;
  p = p * r + 1.0 / 3628800;
  p = p * r + 1.0 / 362880;
  p = p * r + 1.0 / 40320;
  p = p * r + 1.0 / 5040;
  p = p * r + 1.0 / 720;
  p = p * r + 1.0 / 120;
  p = p * r + 1.0 / 24;
  p = p * r + 1.0 / 6;
  p = p * r + 0.5;
  p = p * r + 1.0;
  p = p * r + 1.0;
  // The low bits of `shifted` hold k as an integer.
  const uint64_t exponent = (std::bit_cast<uint64_t>(shifted) + 1023) << 52;
  return p * std::bit_cast<double>(exponent);
}

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_PORTABLE_MATH_H_
