#include "simulation/tally.h"

#include <algorithm>
#include <cmath>

#include "simulation/portable_math.h"

namespace quotacast::simulation {
namespace {

constexpr double kLevels[] = {0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95};
constexpr double kNormal95 = 1.6448536269514722;

// The lane with the same parameters and other shocks.
int PartnerOf(int lane) { return (lane + kLanes / 2) % kLanes; }

// p moved by `shift`, on the scale of log odds so that it stays a probability.
double MovedBy(double p, double shift) {
  if (p <= 0 || p >= 1) return p;
  const double odds = p / (1 - p) * Exp(std::clamp(shift / (p * (1 - p)), -500.0, 500.0));
  return odds / (1 + odds);
}

}  // namespace

absl::Span<int64_t> Tally::AddBlocks(int64_t block_count) {
  const size_t old = trials_.size();
  const size_t blocks = static_cast<size_t>(block_count);
  trials_.resize(old + blocks * kTrialsPerBlock);
  means_.resize(means_.size() + blocks, {Broadcast(0), Broadcast(0)});
  return absl::MakeSpan(trials_).subspan(old);
}

void Tally::AddMeans(int64_t block, const DrawMeans& means) {
  DrawMeans& sum = means_[static_cast<size_t>(block)];
  for (int l = 0; l < kLanes; ++l) {
    sum.from_open[l] += means.from_open[l];
    sum.from_new[l] += means.from_new[l];
  }
}

void Tally::Count() {
  for (size_t b = attained_.size(); b < means_.size(); ++b) {
    Lanes attained = Broadcast(0);
    const int64_t* trials = &trials_[b * kTrialsPerBlock];
    for (int l = 0; l < kLanes; ++l) {
      int count = 0;
      for (int i = 0; i < kTrialsPerDraw; ++i) {
        count += trials[l * kTrialsPerDraw + i] >= target_ ? 1 : 0;
      }
      attained[l] = count;
    }
    attained_.push_back(attained);
  }
}

double Tally::Probability() const {
  double attained = 0;
  for (const Lanes& block : attained_) {
    for (const double count : block.at) attained += count;
  }
  return attained / static_cast<double>(trials_.size());
}

double Tally::StandardError() const {
  const double n = static_cast<double>(BlockCount()), p = Probability();
  double squares = 0;
  for (const Lanes& block : attained_) {
    double count = 0;
    for (const double lane : block.at) count += lane;
    squares += (count / kTrialsPerBlock - p) * (count / kTrialsPerBlock - p);
  }
  const double spread = n > 1 ? std::sqrt(squares / (n * (n - 1))) : 0;
  return std::max(spread, 1 / static_cast<double>(trials_.size()));
}

double Tally::ParameterDeviation() const {
  const double draws = static_cast<double>(means_.size() * kLanes);
  double mean = 0;
  const double p = Probability() * kTrialsPerDraw;
  const auto value = [](const DrawMeans& m, int l) { return m.from_open[l] + m.from_new[l]; };
  for (const DrawMeans& block : means_) {
    for (int l = 0; l < kLanes; ++l) mean += value(block, l) / draws;
  }
  // The variance of what a draw expects, the part of it that partners share, and how attainment goes
  // with it.
  double variance = 0, shared = 0, slope = 0;
  for (size_t b = 0; b < means_.size(); ++b) {
    for (int l = 0; l < kLanes; ++l) {
      const double here = value(means_[b], l) - mean;
      variance += here * here;
      shared += here * (value(means_[b], PartnerOf(l)) - mean);
      slope += here * (attained_[b][l] - p) / kTrialsPerDraw;
    }
  }
  if (variance <= 0 || shared <= 0) return 0;
  return std::abs(slope / variance) * std::sqrt(shared / draws);
}

void Tally::Summarize(bool keep_samples, Forecast& forecast) {
  forecast.trial_count = static_cast<int64_t>(trials_.size());
  forecast.attainment_probability = Probability();
  forecast.standard_error = StandardError();
  const double reach = kNormal95 * ParameterDeviation();
  forecast.probability_low = MovedBy(forecast.attainment_probability, -reach);
  forecast.probability_high = MovedBy(forecast.attainment_probability, reach);
  double sum = 0;
  for (const int64_t trial : trials_) sum += static_cast<double>(trial);
  forecast.mean = sum / static_cast<double>(trials_.size());
  forecast.expected_from_open = forecast.expected_from_new = 0;
  const double draws = static_cast<double>(means_.size() * kLanes);
  for (const DrawMeans& block : means_) {
    for (int l = 0; l < kLanes; ++l) {
      forecast.expected_from_open += block.from_open[l] / draws;
      forecast.expected_from_new += block.from_new[l] / draws;
    }
  }
  forecast.quantiles.clear();
  auto from = trials_.begin();
  if (keep_samples) std::sort(trials_.begin(), trials_.end());
  for (const double level : kLevels) {
    const auto rank = static_cast<int64_t>(std::ceil(level * static_cast<double>(trials_.size())));
    const auto at = trials_.begin() + rank - 1;
    if (!keep_samples) std::nth_element(from, at, trials_.end());
    from = at;
    forecast.quantiles.push_back({level, static_cast<double>(*at)});
  }
  if (keep_samples) forecast.samples = std::move(trials_);
}

}  // namespace quotacast::simulation
