#ifndef QUOTACAST_SIMULATION_LANES_H_
#define QUOTACAST_SIMULATION_LANES_H_

// Parameter draws come in blocks, one draw a lane: a block is what one vector instruction works on
// where the machine has the widest. Single precision: seven digits are more than any chance needs,
// and half the time.

#include <array>
#include <cstddef>

namespace quotacast::simulation {

inline constexpr int kLanes = 16;

struct alignas(64) Lanes {
  std::array<float, kLanes> at;
  float& operator[](int lane) { return at[static_cast<size_t>(lane)]; }
  float operator[](int lane) const { return at[static_cast<size_t>(lane)]; }
};

constexpr Lanes Broadcast(double value) {
  Lanes lanes;
  lanes.at.fill(static_cast<float>(value));
  return lanes;
}

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_LANES_H_
