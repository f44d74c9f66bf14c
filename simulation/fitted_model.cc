#include "simulation/fitted_model.h"

#include <algorithm>
#include <utility>

namespace quotacast::simulation {

WonSizes::WonSizes(std::vector<WonSize> sizes) : sizes_(std::move(sizes)) {
  if (sizes_.empty()) return;
  if (!std::is_sorted(sizes_.begin(), sizes_.end())) std::sort(sizes_.begin(), sizes_.end());
  const double count = static_cast<double>(sizes_.size());
  for (const WonSize& size : sizes_) {
    means_[0] += static_cast<double>(size.amount_micros);
    means_[1] += static_cast<double>(size.units);
    equal_[0] = equal_[0] && size.amount_micros == sizes_[0].amount_micros;
    equal_[1] = equal_[1] && size.units == sizes_[0].units;
  }
  for (double& mean : means_) mean /= count;
}

Ratios::Ratios(std::vector<double> ratios) : ratios_(std::move(ratios)) {
  if (ratios_.empty()) return;
  if (!std::is_sorted(ratios_.begin(), ratios_.end())) std::sort(ratios_.begin(), ratios_.end());
  for (const double ratio : ratios_) mean_ += ratio;
  mean_ /= static_cast<double>(ratios_.size());
}

}  // namespace quotacast::simulation
