#include "simulation/run_rate.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "simulation/portable_math.h"

namespace quotacast::simulation {
namespace {

constexpr double kHalfLifePeriods = 6;
constexpr double kPriorPeriods = 4;
constexpr size_t kMostPeriods = 26;

struct Unit {
  std::vector<double> series;  // Bookings of past periods, the latest first, season taken out.
  double mean = 0;
  double variance = 0;
  double effective_count = 0;
};

using Season = std::array<double, 3>;

// What a month of each place in the quarter brings, in shares of the mean month; 1 where unseen.
Season MonthRatios(const std::vector<double>& totals, const std::vector<Period>& past,
                   int fiscal_year_start_month) {
  Season sum{}, count{}, ratio{1, 1, 1};
  double all = 0;
  for (size_t p = 0; p < past.size(); ++p) {
    const int month = MonthOfQuarter(past[p].start, fiscal_year_start_month);
    sum[month] += totals[p];
    ++count[month];
    all += totals[p];
  }
  if (all <= 0) return ratio;
  // Each place counts once, or the ratios would depend on where the history happens to begin.
  double level = 0, seen = 0;
  for (int m = 0; m < 3; ++m) {
    if (count[m] == 0) continue;
    level += sum[m] / count[m];
    ++seen;
  }
  for (int m = 0; m < 3; ++m) {
    if (count[m] > 0 && sum[m] > 0) ratio[m] = sum[m] / count[m] / (level / seen);
  }
  return ratio;
}

void Summarize(Unit& unit) {
  static const double per_period = Pow(0.5, 1 / kHalfLifePeriods);
  double weight_sum = 0, square_sum = 0, sum = 0, weight = 1;
  for (const double value : unit.series) {
    weight_sum += weight;
    square_sum += weight * weight;
    sum += weight * value;
    weight *= per_period;
  }
  if (weight_sum == 0) return;
  unit.mean = sum / weight_sum;
  unit.effective_count = weight_sum * weight_sum / square_sum;
  const double n = static_cast<double>(unit.series.size());
  if (n < 2) return;
  for (const double value : unit.series) {
    unit.variance += (value - unit.mean) * (value - unit.mean) / (n - 1);
  }
}

// What is believed of a unit's bookings of a period, season taken out.
struct Belief {
  double mean = 0;
  double mean_variance = 0;  // Of the mean as an estimate.
  double variance = 0;       // Of a period's bookings about it.
};

// Given all units.
std::vector<Belief> Shrink(const std::vector<Unit>& units) {
  double count = 0, grand = 0, variance_sum = 0, square_sum = 0, varied = 0;
  for (const Unit& unit : units) {
    if (unit.series.empty()) continue;
    ++count;
    grand += unit.mean;
    if (unit.series.size() < 2) continue;
    ++varied;
    variance_sum += unit.variance;
    square_sum += unit.mean * unit.mean;
  }
  if (count > 0) grand /= count;
  const double common_cv2 = square_sum > 0 ? variance_sum / square_sum : 1;
  const double common_variance = varied > 0 ? variance_sum / varied : grand * grand;
  double spread = 0, noise = 0;
  for (const Unit& unit : units) {
    if (unit.series.empty()) continue;
    spread += (unit.mean - grand) * (unit.mean - grand);
    noise += common_variance / unit.effective_count;
  }
  const double tau2 = count > 1 ? std::max(0.0, spread / (count - 1) - noise / count) : 0;
  std::vector<Belief> beliefs;
  for (const Unit& unit : units) {
    const double n = static_cast<double>(unit.series.size());
    Belief belief{grand, tau2, 0};
    if (n > 0) {
      const double noise_of_mean = common_variance / unit.effective_count;
      const double reliability = count == 1 ? 1 : tau2 > 0 ? tau2 / (tau2 + noise_of_mean) : 0;
      belief.mean += reliability * (unit.mean - grand);
      belief.mean_variance = reliability * noise_of_mean;
    }
    const double own = n < 2 ? 0 : n - 1;
    belief.variance =
        (own * unit.variance + kPriorPeriods * common_cv2 * belief.mean * belief.mean) /
        (own + kPriorPeriods);
    beliefs.push_back(belief);
  }
  return beliefs;
}

// Without a past period: as many bookings per day as there have been so far.
std::vector<Pace> CarriedOn(const DailyBookings& bookings, absl::Span<const PaceUnit> units,
                            Period period, int elapsed_days) {
  const Day today = period.start + elapsed_days;
  std::vector<Pace> paces;
  for (const PaceUnit& unit : units) {
    const Day first = bookings.first_close_day();
    if (first >= today) {
      paces.push_back({});
      continue;
    }
    const double booked = static_cast<double>(bookings.Between(unit.reps, first, today));
    const double mean = booked / (today - first) * (period.end - today);
    paces.push_back({mean, mean * mean});
  }
  return paces;
}

// Periods like `period` before it that were over as of the bookings, the latest first.
std::vector<Period> PeriodsBefore(Period period, const DailyBookings& bookings) {
  std::vector<Period> past;
  for (int count = 1; past.size() < kMostPeriods; ++count) {
    const Period earlier = Earlier(period, count);
    if (earlier.start < bookings.first_close_day()) break;
    if (earlier.end <= bookings.as_of_day()) past.push_back(earlier);
  }
  return past;
}

// What each unit booked in each past period, unit by unit.
class PastBookings {
 public:
  PastBookings(const DailyBookings& bookings, absl::Span<const PaceUnit> units,
               const std::vector<Period>& past)
      : bookings_(bookings), units_(units), past_(past), totals_(past.size(), 0) {
    booked_.reserve(units.size() * past.size());
    for (const PaceUnit& unit : units) {
      for (size_t p = 0; p < past.size(); ++p) {
        booked_.push_back(
            static_cast<double>(bookings.Between(unit.reps, past[p].start, past[p].end)));
        totals_[p] += booked_.back();
        all_ += booked_.back();
      }
    }
  }

  double Of(size_t unit, size_t period) const { return booked_[unit * past_.size() + period]; }
  const std::vector<double>& totals() const { return totals_; }  // By period.

  // The share of it that came after so many days of a period.
  double ShareAhead(int gone_days) const {
    if (all_ <= 0) return 0;
    if (gone_days == 0) return 1;
    double ahead = 0;
    for (const PaceUnit& unit : units_) {
      for (const Period& earlier : past_) {
        const Day gone = std::min(earlier.start + gone_days, earlier.end);
        ahead += static_cast<double>(bookings_.Between(unit.reps, gone, earlier.end));
      }
    }
    return ahead / all_;
  }

 private:
  const DailyBookings& bookings_;
  const absl::Span<const PaceUnit> units_;
  const std::vector<Period>& past_;
  std::vector<double> booked_;
  std::vector<double> totals_;
  double all_ = 0;
};

}  // namespace

std::vector<Pace> RestOfPeriodPace(const DailyBookings& bookings, absl::Span<const PaceUnit> units,
                                   Period period, int elapsed_days, bool seasonal,
                                   int fiscal_year_start_month) {
  const std::vector<Period> parts = MonthsOf(period);
  const std::vector<Period> past = PeriodsBefore(parts[0], bookings);
  if (past.empty()) return CarriedOn(bookings, units, period, elapsed_days);
  const PastBookings booked(bookings, units, past);
  Season ratio{1, 1, 1};
  if (seasonal && KindOf(parts[0]) == PeriodKind::kMonth) {
    ratio = MonthRatios(booked.totals(), past, fiscal_year_start_month);
  }
  const auto season_of = [&](Day day) {
    return ratio[MonthOfQuarter(day, fiscal_year_start_month)];
  };
  std::vector<double> seasons;  // By past period.
  for (const Period& earlier : past) seasons.push_back(season_of(earlier.start));
  std::vector<Unit> series(units.size());
  for (size_t u = 0; u < units.size(); ++u) {
    for (size_t p = 0; p < past.size() && past[p].start >= units[u].first_day; ++p) {
      series[u].series.push_back(booked.Of(u, p) / seasons[p]);
    }
    Summarize(series[u]);
  }
  // In months of the mean season: what is ahead, and its square for what is independent.
  double ahead = 0, ahead_squares = 0;
  for (const Period& part : parts) {
    const int gone = std::max(0, period.start + elapsed_days - part.start);
    const double share = booked.ShareAhead(gone);
    ahead += share * season_of(part.start);
    ahead_squares += share * season_of(part.start) * season_of(part.start);
  }
  std::vector<Pace> paces;
  for (const Belief& belief : Shrink(series)) {
    // The error of the mean is there as far as any of the period is ahead, as the noise is.
    paces.push_back({ahead * belief.mean,
                     ahead_squares * belief.variance + ahead * ahead * belief.mean_variance});
  }
  return paces;
}

}  // namespace quotacast::simulation
