#include "simulation/arrival_shock_fit.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "simulation/add_up.h"

namespace quotacast::simulation {
namespace {

constexpr int kMostStretches = 26;
// Moments of few counts can be negative or huge.
constexpr double kLeastVariance = 1e-3, kMostVariance = 4;

// A rep's stretches of whole presence, [first, last).
struct Presence {
  int first = 0, last = 0;
  int count() const { return last - first; }
};

Presence PresenceOf(const FittedRep& rep, const StretchCounts& stretches) {
  const Day begin = rep.start_day == INT32_MIN ? rep.first_seen : rep.start_day;
  const int count = stretches.stretch_count();
  Presence presence{0, 0};
  while (presence.first < count && stretches.EndOf(presence.first) > rep.end_day) ++presence.first;
  presence.last = presence.first;
  while (presence.last < count && stretches.StartOf(presence.last) >= begin) ++presence.last;
  return presence;
}

// A variance by moments, and how many stretches without noise it is worth.
struct Moments {
  double above = 0;  // The variance is above / below.
  double below = 0;
  double stretches = 0;

  double Shrunk(double prior, double prior_stretches) const {
    if (below <= 0 || stretches <= 0) return prior;
    const double estimate = above / below;
    const double shrunk =
        (prior_stretches * prior + stretches * estimate) / (prior_stretches + stretches);
    return std::clamp(shrunk, kLeastVariance, kMostVariance);
  }
};

double Square(double x) { return x * x; }

class ShockFit {
 public:
  ShockFit(const FittedModel& model, absl::Span<const StretchCounts> counts)
      : rep_prior_(1 / model.options.arrival_rep_shock_shape),
        company_prior_(1 / model.options.arrival_company_shock_shape),
        both_prior_((1 + rep_prior_) * (1 + company_prior_) - 1) {
    for (const FittedRep& rep : model.reps) presence_.push_back(PresenceOf(rep, counts[0]));
    for (const StretchCounts& pipeline : counts) AddPipeline(pipeline);
  }

  ArrivalShockShapes Shapes(double prior_stretches) const {
    const double company =
        company_prior_ > 0 ? company_.Shrunk(company_prior_, prior_stretches) : 0;
    const double both = both_.Shrunk(both_prior_, prior_stretches);
    const double rep =
        rep_prior_ > 0 ? std::max(kLeastVariance, (1 + both) / (1 + company) - 1) : 0;
    return {1 / rep, 1 / company};
  }

 private:
  void AddPipeline(const StretchCounts& pipeline) {
    const auto stretch_count = static_cast<size_t>(pipeline.stretch_count());
    // By stretch: sums of what is beyond the reps' means, and of the means.
    std::vector<double> beyond(stretch_count), beyond_squares(beyond), means(beyond),
        mean_squares(beyond);
    for (size_t r = 0; r < presence_.size(); ++r) {
      const Presence& presence = presence_[r];
      if (presence.count() < 2) continue;
      const int32_t* counts = pipeline.OfRep(r);
      double mean = 0;
      for (int s = presence.first; s < presence.last; ++s) mean += counts[s];
      if (mean <= 0) continue;
      mean /= presence.count();
      double squares = 0;
      for (int s = presence.first; s < presence.last; ++s) {
        const double d = counts[s] - mean;
        const auto at = static_cast<size_t>(s);
        squares += d * d;
        beyond[at] += d;
        beyond_squares[at] += d * d;
        means[at] += mean;
        mean_squares[at] += mean * mean;
      }
      AddRep(mean, squares, presence.count());
    }
    AddCompany(beyond, beyond_squares, means, mean_squares);
  }

  void AddRep(double mean, double squares, int count) {
    const double freedom = count - 1;
    const double weight = 1 / Square(1 + both_prior_ * mean);
    both_.above += weight * (squares - freedom * mean);
    both_.below += weight * (freedom * mean * mean - squares / count);
    both_.stretches += freedom * weight * Square(both_prior_ * mean);
  }

  void AddCompany(const std::vector<double>& beyond, const std::vector<double>& beyond_squares,
                  const std::vector<double>& means, const std::vector<double>& mean_squares) {
    double used = 0, above = 0, below = 0, worth = 0;
    for (size_t s = 0; s < beyond.size(); ++s) {
      const double pairs = Square(means[s]) - mean_squares[s];
      if (pairs <= 0) continue;
      ++used;
      above += Square(beyond[s]) - beyond_squares[s];
      below += pairs;
      // What the mean of so many reps varies by without a shock of the company.
      const double noise = (means[s] + rep_prior_ * mean_squares[s]) / Square(means[s]);
      worth += Square(company_prior_ / (company_prior_ + noise));
    }
    if (used < 2) return;
    company_.above += above;
    company_.below += below * (used - 1) / used;
    company_.stretches += worth * (used - 1) / used;
  }

  double rep_prior_, company_prior_, both_prior_;  // Variances.
  std::vector<Presence> presence_;                 // By rep.
  Moments both_, company_;
};

}  // namespace

StretchCounts::StretchCounts(size_t rep_count, Day first_day, Day as_of_day, double shock_days)
    : end_(as_of_day) {
  constexpr double kMostWeeks = 5'000;
  length_ = 7 * static_cast<Day>(std::clamp(std::round(shock_days / 7), 1.0, kMostWeeks));
  stretch_count_ = std::clamp((as_of_day - first_day) / length_, 0, kMostStretches);
  counts_.resize(rep_count * static_cast<size_t>(stretch_count_));
}

void StretchCounts::Count(const Creation& creation, int32_t sign) {
  const Day back = end_ - 1 - creation.day;
  if (creation.rep == kNone || back < 0 || back / length_ >= stretch_count_) return;
  const size_t row = static_cast<size_t>(creation.rep) * static_cast<size_t>(stretch_count_);
  counts_[row + static_cast<size_t>(back / length_)] += sign;
}

void StretchCounts::Add(const StretchCounts& other) { AddUp(other.counts_, counts_); }

ArrivalShockShapes FitArrivalShocks(const FittedModel& model,
                                    absl::Span<const StretchCounts> counts) {
  const ModelOptions& options = model.options;
  const ArrivalShockShapes given = {options.arrival_rep_shock_shape,
                                    options.arrival_company_shock_shape};
  if (std::isinf(options.arrival_shock_prior_stretches) || counts.empty()) return given;
  if (std::isinf(given.rep) && std::isinf(given.company)) return given;
  return ShockFit(model, counts).Shapes(options.arrival_shock_prior_stretches);
}

}  // namespace quotacast::simulation
