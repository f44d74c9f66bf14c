#include "simulation/regression.h"

#include <cmath>

namespace quotacast::simulation {
namespace {

double Dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

void TakeOut(const std::vector<double>& direction, std::vector<double>& from) {
  const double along = Dot(from, direction);
  for (size_t i = 0; i < from.size(); ++i) from[i] -= along * direction[i];
}

}  // namespace

double ResidualVariance(std::vector<double> y, std::vector<std::vector<double>> predictors) {
  const size_t n = y.size();
  predictors.insert(predictors.begin(), std::vector<double>(n, 1));
  // Gram-Schmidt.
  std::vector<std::vector<double>> basis;
  for (std::vector<double>& column : predictors) {
    const double before = Dot(column, column);
    for (const std::vector<double>& direction : basis) TakeOut(direction, column);
    const double length = Dot(column, column);
    if (length <= 1e-9 * before) continue;
    for (double& value : column) value /= std::sqrt(length);
    TakeOut(column, y);
    basis.push_back(std::move(column));
  }
  if (n <= basis.size()) return 0;
  return Dot(y, y) / static_cast<double>(n - basis.size());
}

}  // namespace quotacast::simulation
