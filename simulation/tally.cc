#include "simulation/tally.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "simulation/order_statistics.h"
#include "simulation/portable_math.h"

namespace quotacast::simulation {
namespace {

constexpr double kLevels[] = {0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95};
constexpr double kNormal95 = 1.6448536269514722;

// What the variance left by the regression weighs against that between blocks, in blocks, and what
// it is scaled by.
constexpr double kResidualWeight = 10;
constexpr double kResidualScale = 1.22;
constexpr double kStoppingAllowance = 0.4;

// p moved by `shift`, on the scale of log odds so that it stays a probability.
double MovedBy(double p, double shift) {
  if (p <= 0 || p >= 1) return p;
  const double odds = p / (1 - p) * Exp(std::clamp(shift / (p * (1 - p)), -500.0, 500.0));
  return odds / (1 + odds);
}

void Add(const DrawMeans& part, DrawMeans& sum) {
  for (size_t l = 0; l < kLanes; ++l) {
    sum.from_open[l] += part.from_open[l];
    sum.from_new[l] += part.from_new[l];
  }
}

// Calls visit(expected bookings, share of successes) for every draw.
template <typename Visit>
void ForEachDraw(const std::vector<DrawMeans>& means,
                 const std::vector<std::array<double, kLanes>>& attained, Visit visit) {
  for (size_t b = 0; b < means.size(); ++b) {
    for (size_t l = 0; l < kLanes; ++l) {
      visit(means[b].from_open[l] + means[b].from_new[l], attained[b][l]);
    }
  }
}

}  // namespace

void Tally::Reset(int64_t target, bool until_precise) {
  target_ = target;
  until_precise_ = until_precise;
  trials_.clear();
  means_.clear();
  parameter_means_.clear();
  attained_.clear();
}

absl::Span<int64_t> Tally::AddBlocks(int64_t block_count) {
  const size_t old = trials_.size();
  const size_t blocks = static_cast<size_t>(block_count);
  trials_.resize(old + blocks * kTrialsPerBlock);
  means_.resize(means_.size() + blocks);
  return absl::MakeSpan(trials_).subspan(old);
}

void Tally::AddMeans(int64_t block, const DrawMeans& means) {
  Add(means, means_[static_cast<size_t>(block)]);
}

void Tally::AddParameterMeans(size_t block, const DrawMeans& means) {
  if (parameter_means_.size() <= block) parameter_means_.resize(block + 1);
  Add(means, parameter_means_[block]);
}

void Tally::Count() {
  for (size_t b = attained_.size(); b < means_.size(); ++b) {
    attained_.emplace_back();
    const int64_t* trials = &trials_[b * kTrialsPerBlock];
    for (size_t l = 0; l < kLanes; ++l) {
      int count = 0;
      for (size_t i = 0; i < kTrialsPerDraw; ++i) {
        count += trials[l * kTrialsPerDraw + i] >= target_ ? 1 : 0;
      }
      attained_.back()[l] = count / static_cast<double>(kTrialsPerDraw);
    }
  }
  EstimateError();
}

void Tally::EstimateError() {
  const double draws = static_cast<double>(means_.size() * kLanes);
  double sum_x = 0, sum_y = 0, sum_xx = 0, sum_xy = 0, sum_yy = 0;
  ForEachDraw(means_, attained_, [&](double expected, double share) {
    const double x = Log(std::max(expected, 1.0));
    sum_x += x;
    sum_y += share;
    sum_xx += x * x;
    sum_xy += x * share;
    sum_yy += share * share;
  });
  probability_ = sum_y / draws;
  const double spread = sum_xx - sum_x * sum_x / draws;
  const double together = sum_xy - sum_x * sum_y / draws;
  double left = sum_yy - sum_y * sum_y / draws;
  if (spread > 1e-9 * sum_xx) left -= together * together / spread;
  const double residual = kResidualScale * std::max(0.0, left) / (draws - 2) / draws;
  const double blocks = static_cast<double>(means_.size());
  double between = 0;
  for (const auto& block : attained_) {
    const double share = std::accumulate(block.begin(), block.end(), 0.0) / kLanes;
    between += (share - probability_) * (share - probability_) / (blocks * (blocks - 1));
  }
  const double freedom = blocks - 1;
  double variance = (kResidualWeight * residual + freedom * between) / (kResidualWeight + freedom);
  if (between > residual * (1 + 2 * std::sqrt(2 / freedom))) variance = between;
  const double factor = until_precise_ ? 1 + kStoppingAllowance / blocks : 1;
  standard_error_ = std::max(factor * std::sqrt(variance), 1 / static_cast<double>(trials_.size()));
}

double Tally::ParameterDeviation() const {
  // How attainment goes with what a draw expects, times how far that moves with the parameters.
  const double draws = static_cast<double>(means_.size() * kLanes);
  double mean = 0, variance = 0, together = 0;
  ForEachDraw(means_, attained_, [&](double expected, double) { mean += expected / draws; });
  ForEachDraw(means_, attained_, [&](double expected, double share) {
    variance += (expected - mean) * (expected - mean) / draws;
    together += (expected - mean) * (share - probability_) / draws;
  });
  if (variance <= 0) return 0;
  const double count = static_cast<double>(parameter_means_.size() * kLanes);
  double sum = 0, squares = 0;
  for (const DrawMeans& block : parameter_means_) {
    for (size_t l = 0; l < kLanes; ++l) {
      const double expected = block.from_open[l] + block.from_new[l];
      sum += expected;
      squares += expected * expected;
    }
  }
  const double of_parameters = count > 1 ? (squares - sum * sum / count) / (count - 1) : 0;
  return std::abs(together / variance) * std::sqrt(std::max(0.0, of_parameters));
}

void Tally::Summarize(bool keep_samples, Forecast& forecast) {
  forecast.trial_count = static_cast<int64_t>(trials_.size());
  forecast.attainment_probability = probability_;
  forecast.standard_error = standard_error_;
  const double reach = kNormal95 * ParameterDeviation();
  forecast.probability_low = MovedBy(forecast.attainment_probability, -reach);
  forecast.probability_high = MovedBy(forecast.attainment_probability, reach);
  double sum = 0;
  for (const int64_t trial : trials_) sum += static_cast<double>(trial);
  forecast.mean = sum / static_cast<double>(trials_.size());
  forecast.expected_from_open = forecast.expected_from_new = 0;
  const double draws = static_cast<double>(means_.size() * kLanes);
  for (const DrawMeans& block : means_) {
    for (size_t l = 0; l < kLanes; ++l) {
      forecast.expected_from_open += block.from_open[l] / draws;
      forecast.expected_from_new += block.from_new[l] / draws;
    }
  }
  std::vector<size_t> ranks;
  for (const double level : kLevels) {
    ranks.push_back(static_cast<size_t>(std::ceil(level * static_cast<double>(trials_.size()))) -
                    1);
  }
  const std::vector<int64_t> values = ValuesAtRanks(trials_, ranks);
  forecast.quantiles.clear();
  for (size_t i = 0; i < values.size(); ++i) {
    forecast.quantiles.push_back({kLevels[i], static_cast<double>(values[i])});
  }
  if (!keep_samples) return;
  std::sort(trials_.begin(), trials_.end());
  forecast.samples = std::move(trials_);
}

}  // namespace quotacast::simulation
