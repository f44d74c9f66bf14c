#include "simulation/scenario/team_outlook.h"

#include <cmath>

#include "simulation/kernels.h"
#include "simulation/lanes.h"

namespace quotacast::simulation {

TeamOutlook CountAttained(const std::vector<Outcome>& outcomes, const std::vector<size_t>& reps) {
  TeamOutlook outlook;
  outlook.at_least.assign(reps.size() + 1, 0);
  outlook.at_least[0] = 1;
  if (reps.empty()) return outlook;
  const size_t trial_count = outcomes[reps.front()].attained.size() * 64;
  std::vector<int64_t> of_count(reps.size() + 1);
  const size_t cluster_count = trial_count / (2 * kTrialsPerDraw);
  std::vector<double> clusters(cluster_count);
  for (size_t t = 0; t < trial_count; ++t) {
    size_t count = 0;
    for (const size_t q : reps) count += outcomes[q].attained[t / 64] >> (t % 64) & 1;
    ++of_count[count];
    const size_t draw = t / kTrialsPerDraw;
    // Draws l and l + kLanes / 2 of a block share their parameters.
    const size_t cluster = draw / kLanes * (kLanes / 2) + draw % (kLanes / 2);
    clusters[cluster] += static_cast<double>(count) / (2 * kTrialsPerDraw);
  }
  int64_t above = 0;
  for (size_t k = reps.size(); k > 0; --k) {
    above += of_count[k];
    outlook.at_least[k] = static_cast<double>(above) / static_cast<double>(trial_count);
    outlook.expected += outlook.at_least[k];
  }
  double squares = 0;
  for (const double cluster : clusters) {
    squares += (cluster - outlook.expected) * (cluster - outlook.expected);
  }
  const double n = static_cast<double>(cluster_count);
  outlook.standard_error = std::sqrt(squares / (n * (n - 1)));
  return outlook;
}

}  // namespace quotacast::simulation
