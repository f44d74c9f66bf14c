// What a hazard makes of a day, for vectors of draws: part of recursion.cc, compiled once for each
// kind of machine.

#if defined(QUOTACAST_SIMULATION_DAY_CHANCES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef QUOTACAST_SIMULATION_DAY_CHANCES_INL_H_
#undef QUOTACAST_SIMULATION_DAY_CHANCES_INL_H_
#else
#define QUOTACAST_SIMULATION_DAY_CHANCES_INL_H_
#endif

#include <hwy/highway.h>

#include "simulation/lanes.h"

HWY_BEFORE_NAMESPACE();
namespace quotacast::simulation {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

constexpr hn::CappedTag<float, kLanes> kFloats;
using Floats = hn::Vec<decltype(kFloats)>;

// Of a day with the hazard x >= 0: the chance to stay, exp(-x), and (1 - exp(-x)) / x, by which
// each cause's hazard is multiplied for the chance to leave by it. Here for usual hazards, by the
// polynomial that is (1 - exp(-x)) / x at the Chebyshev nodes of [0, kUsualHazard]; it is nowhere
// further off than 1.4e-8.
constexpr float kUsualHazard = 1.25f;

HWY_INLINE void UsualDay(Floats x, Floats& stay, Floats& share) {
  Floats p = hn::Set(kFloats, 0.00011619396f);
  p = hn::Add(hn::Mul(p, x), hn::Set(kFloats, -0.0012608916f));
  p = hn::Add(hn::Mul(p, x), hn::Set(kFloats, 0.008229366f));
  p = hn::Add(hn::Mul(p, x), hn::Set(kFloats, -0.041622374f));
  p = hn::Add(hn::Mul(p, x), hn::Set(kFloats, 0.16665758f));
  p = hn::Add(hn::Mul(p, x), hn::Set(kFloats, -0.49999928f));
  const Floats one = hn::Set(kFloats, 1.0f);
  share = hn::Add(hn::Mul(p, x), one);
  stay = hn::Sub(one, hn::Mul(x, share));
}

// Of any hazard: Cody-Waite reduction by ln 2, then the Taylor polynomial of exp(r) - 1 on |r| <=
// ln(2) / 2. A hazard beyond 80 leaves within the day for certain.
HWY_INLINE void AnyDay(Floats hazard, Floats& stay, Floats& share) {
  const hn::RebindToSigned<decltype(kFloats)> ints;
  const Floats x = hn::Min(hazard, hn::Set(kFloats, 80.0f));
  const Floats k = hn::Round(hn::Mul(x, hn::Set(kFloats, -1.44269504f)));
  Floats r = hn::Sub(hn::Neg(x), hn::Mul(k, hn::Set(kFloats, 0.693359375f)));
  r = hn::Sub(r, hn::Mul(k, hn::Set(kFloats, -2.12194440e-4f)));
  Floats p = hn::Set(kFloats, 1.0f / 720);
  p = hn::Add(hn::Mul(p, r), hn::Set(kFloats, 1.0f / 120));
  p = hn::Add(hn::Mul(p, r), hn::Set(kFloats, 1.0f / 24));
  p = hn::Add(hn::Mul(p, r), hn::Set(kFloats, 1.0f / 6));
  p = hn::Add(hn::Mul(p, r), hn::Set(kFloats, 0.5f));
  p = hn::Add(hn::Mul(hn::Mul(p, r), r), r);
  const auto exponent = hn::Add(hn::ConvertTo(ints, k), hn::Set(ints, 127));
  const Floats scale = hn::BitCast(kFloats, hn::ShiftLeft<23>(exponent));
  const Floats scaled = hn::Mul(scale, p);
  stay = hn::Add(scale, scaled);
  const Floats leave = hn::Sub(hn::Sub(hn::Set(kFloats, 1.0f), scale), scaled);
  share = hn::Div(leave, hn::Add(hazard, hn::Set(kFloats, 1e-30f)));
}

// Each lane by the rule for its own hazard, so that the bits do not depend on how many a vector
// has.
HWY_INLINE void DayWith(Floats hazard, Floats& stay, Floats& share) {
  UsualDay(hazard, stay, share);
  const auto usual = hn::Le(hazard, hn::Set(kFloats, kUsualHazard));
  if (HWY_LIKELY(hn::AllTrue(kFloats, usual))) return;
  Floats any_stay, any_share;
  AnyDay(hazard, any_stay, any_share);
  stay = hn::IfThenElse(usual, stay, any_stay);
  share = hn::IfThenElse(usual, share, any_share);
}

}  // namespace HWY_NAMESPACE
}  // namespace quotacast::simulation
HWY_AFTER_NAMESPACE();

#endif  // QUOTACAST_SIMULATION_DAY_CHANCES_INL_H_
