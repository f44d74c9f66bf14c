#ifndef QUOTACAST_SIMULATION_LANES_H_
#define QUOTACAST_SIMULATION_LANES_H_

// Parameter draws come in blocks, one draw a lane: loops over lanes are what the compiler turns into
// vector instructions, and element by element they give the same bits at any width.

#include <array>
#include <cstddef>

namespace quotacast::simulation {

inline constexpr int kLanes = 16;

struct alignas(64) Lanes {
  std::array<double, kLanes> at;
  double& operator[](int lane) { return at[static_cast<size_t>(lane)]; }
  double operator[](int lane) const { return at[static_cast<size_t>(lane)]; }
};

inline Lanes Broadcast(double value) {
  Lanes lanes;
  lanes.at.fill(value);
  return lanes;
}

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_LANES_H_
