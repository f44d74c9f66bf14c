#ifndef QUOTACAST_SIMULATION_SCORES_H_
#define QUOTACAST_SIMULATION_SCORES_H_

// How good a forecast was, given what happened. Proper scores: lower is better, and nobody gains by
// saying anything but what they believe (T. Gneiting, A. Raftery, "Strictly Proper Scoring Rules,
// Prediction, and Estimation", JASA 102, 2007).
//
// A forecast distribution is a span of values, ascending, of equal weight: a sorted sample of n, or
// the quantiles at the levels (i + 1/2)/n. It must not be empty.

#include <cstdint>
#include <vector>

#include "absl/types/span.h"

namespace quotacast::simulation {

// (probability - hit)^2, from 0 to 1.
double BrierScore(double probability, bool hit);

// -log of the chance given to what happened, in nats. The chance is held inside
// [kLogLossClamp, 1 - kLogLossClamp]: a sample of trials cannot tell a smaller chance from none,
// and one surprise would outweigh a thousand forecasts.
inline constexpr double kLogLossClamp = 0.001;
double LogLoss(double probability, bool hit);

// Continuous ranked probability score E|X - y| - E|X - X'|/2 of the sample's own distribution
// (X, X' independent draws from it), in the unit of the values; the same as twice the mean pinball
// loss of the quantiles at the levels (i + 1/2)/n.
double Crps(absl::Span<const int64_t> sorted, int64_t actual);

// E|X - X'|/2: the mean CRPS that the forecast expects of itself if it is right.
double ExpectedCrps(absl::Span<const int64_t> sorted);

double Mean(absl::Span<const int64_t> sorted);

// Share of the values >= target.
double ShareAtLeast(absl::Span<const int64_t> sorted, double target);

// The value of rank ceil(level * n) (the first for level 0): no interpolation, so that it is a
// value the forecast gave. Level from 0 to 1.
int64_t QuantileOf(absl::Span<const int64_t> sorted, double level);

// Probability integral transform, randomized at ties: P(X < actual) + uniform * P(X = actual), with
// `uniform` from [0, 1). Uniform over many forecasts if they are calibrated; exactly 0 or 1 for a
// value below or above the whole forecast.
double RandomizedPit(absl::Span<const int64_t> sorted, int64_t actual, double uniform);

// Whether the outcome lies inside the central interval that holds `share` of the forecast. Through
// the randomized PIT an outcome tied with an end counts with its right share.
bool InsideCentral(double pit, double share);

// A uniform number in [0, 1) that depends on the arguments alone (SplitMix64 over them in turn):
// the same for the same forecast on any build, in any order.
double UniformOf(uint64_t seed, absl::Span<const int64_t> key);

// One chance of hitting a quota, and whether it was hit.
struct Chance {
  double probability = 0;
  bool hit = false;
};

struct ReliabilityBin {
  double low = 0;  // Chances from low (inclusive) to high (exclusive, but for the last bin).
  double high = 0;
  int64_t count = 0;
  double mean_forecast = 0;   // 0 where the bin is empty.
  double observed_share = 0;  // 0 where the bin is empty.
};

// `bin_count` bins of equal width, empty ones included.
std::vector<ReliabilityBin> ReliabilityTable(absl::Span<const Chance> chances, int bin_count = 10);

// Expected calibration error: the gap between mean forecast and observed share of a bin, weighted
// by its count. 0 without chances. It is above 0 even for perfect forecasts, by about sum
// sqrt(count p(1-p) 2/pi) / n.
double ExpectedCalibrationError(absl::Span<const ReliabilityBin> bins);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_SCORES_H_
