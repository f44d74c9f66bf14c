#include "simulation/regression.h"

#include <cmath>
#include <vector>

namespace quotacast::simulation {
namespace {

// To mean 0 and variance 1, or to all 0.
std::vector<double> Standardized(absl::Span<const double> x) {
  const double n = static_cast<double>(x.size());
  double mean = 0, squares = 0;
  for (const double value : x) mean += value / n;
  for (const double value : x) squares += (value - mean) * (value - mean) / n;
  std::vector<double> result;
  const double scale = squares > 0 ? 1 / std::sqrt(squares) : 0;
  for (const double value : x) result.push_back((value - mean) * scale);
  return result;
}

double Dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace

double ResidualVariance(absl::Span<const double> y, absl::Span<const double> x1,
                        absl::Span<const double> x2) {
  const size_t n = y.size();
  const std::vector<double> a = Standardized(x1), b = Standardized(x2);
  std::vector<std::vector<double>> columns = {std::vector<double>(n, 1), a, b};
  for (const auto& [left, right] : {std::make_pair(&a, &a), {&a, &b}, {&b, &b}}) {
    columns.emplace_back();
    for (size_t i = 0; i < n; ++i) columns.back().push_back((*left)[i] * (*right)[i]);
  }
  // Gram-Schmidt: takes each direction, where it is a new one, out of y.
  std::vector<double> residual(y.begin(), y.end());
  std::vector<std::vector<double>> basis;
  for (std::vector<double>& column : columns) {
    const double before = Dot(column, column);
    for (const std::vector<double>& direction : basis) {
      const double along = Dot(column, direction);
      for (size_t i = 0; i < n; ++i) column[i] -= along * direction[i];
    }
    const double length = Dot(column, column);
    if (length <= 1e-9 * before || length == 0) continue;
    for (double& value : column) value /= std::sqrt(length);
    const double along = Dot(residual, column);
    for (size_t i = 0; i < n; ++i) residual[i] -= along * column[i];
    basis.push_back(column);
  }
  if (n <= basis.size()) return 0;
  return Dot(residual, residual) / static_cast<double>(n - basis.size());
}

}  // namespace quotacast::simulation
