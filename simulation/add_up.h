#ifndef QUOTACAST_SIMULATION_ADD_UP_H_
#define QUOTACAST_SIMULATION_ADD_UP_H_

#include <cstddef>

namespace quotacast::simulation {

// Adds each count to the one at the same place.
template <typename Counts>
void AddUp(const Counts& from, Counts& to) {
  for (size_t i = 0; i < to.size(); ++i) to[i] += from[i];
}

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_ADD_UP_H_
