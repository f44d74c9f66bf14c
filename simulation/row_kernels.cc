#include "simulation/row_kernels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "simulation/row_kernels.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace quotacast::simulation {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

constexpr hn::CappedTag<double, kRowLanes> kDoubles;
constexpr size_t kStep = hn::MaxLanes(kDoubles);
constexpr size_t kVectors = kRowLanes / kStep;

double Dot(const double* a, const double* b, size_t width) {
  hn::Vec<decltype(kDoubles)> sums[kVectors];
  for (auto& sum : sums) sum = hn::Zero(kDoubles);
  for (size_t i = 0; i < width; i += kRowLanes) {
    for (size_t v = 0; v < kVectors; ++v) {
      const size_t at = i + v * kStep;
      sums[v] = hn::Add(sums[v], hn::Mul(hn::LoadU(kDoubles, a + at), hn::LoadU(kDoubles, b + at)));
    }
  }
  HWY_ALIGN double lanes[kRowLanes];
  for (size_t v = 0; v < kVectors; ++v) hn::Store(sums[v], kDoubles, lanes + v * kStep);
  return ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) +
         ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
}

void AddScaled(double scale, const double* row, size_t width, double* sums) {
  const auto factor = hn::Set(kDoubles, scale);
  for (size_t i = 0; i < width; i += kStep) {
    const auto product = hn::Mul(factor, hn::LoadU(kDoubles, row + i));
    hn::StoreU(hn::Add(hn::LoadU(kDoubles, sums + i), product), kDoubles, sums + i);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace quotacast::simulation
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace quotacast::simulation {

HWY_EXPORT(Dot);
HWY_EXPORT(AddScaled);

double Dot(const double* a, const double* b, size_t width) {
  return HWY_DYNAMIC_DISPATCH(Dot)(a, b, width);
}

void AddScaled(double scale, const double* row, size_t width, double* sums) {
  HWY_DYNAMIC_DISPATCH(AddScaled)(scale, row, width, sums);
}

}  // namespace quotacast::simulation
#endif  // HWY_ONCE
