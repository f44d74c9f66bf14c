#include "simulation/run_rate.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "simulation/portable_math.h"

namespace quotacast::simulation {
namespace {

constexpr double kHalfLifePeriods = 6;
constexpr double kPriorPeriods = 4;
constexpr int kMostPeriods = 26;

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
  double weight_sum = 0, square_sum = 0, sum = 0, weight = 1;
  for (const double value : unit.series) {
    weight_sum += weight;
    square_sum += weight * weight;
    sum += weight * value;
    weight *= Pow(0.5, 1 / kHalfLifePeriods);
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

// Means and variances of the units as they are believed to be, given all of them.
std::vector<Pace> Shrink(const std::vector<Unit>& units) {
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
  std::vector<Pace> paces;
  for (const Unit& unit : units) {
    const double n = static_cast<double>(unit.series.size());
    double mean = grand;
    if (n > 0 && count == 1) mean = unit.mean;
    if (n > 0 && count > 1 && tau2 > 0) {
      mean += tau2 / (tau2 + common_variance / unit.effective_count) * (unit.mean - grand);
    }
    const double own = n < 2 ? 0 : n - 1;
    paces.push_back({mean, (own * unit.variance + kPriorPeriods * common_cv2 * mean * mean) /
                               (own + kPriorPeriods)});
  }
  return paces;
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

}  // namespace

std::vector<Pace> RestOfPeriodPace(const DailyBookings& bookings, absl::Span<const PaceUnit> units,
                                   Period period, int elapsed_days, bool seasonal,
                                   int fiscal_year_start_month) {
  const std::vector<Period> past = PastPeriods(period, bookings.first_close_day(), kMostPeriods);
  if (past.empty()) return CarriedOn(bookings, units, period, elapsed_days);
  std::vector<double> totals(past.size(), 0);
  double ahead = 0, all = 0;
  for (const PaceUnit& unit : units) {
    for (size_t p = 0; p < past.size(); ++p) {
      const Day elapsed = std::min(past[p].start + elapsed_days, past[p].end);
      totals[p] += static_cast<double>(bookings.Between(unit.reps, past[p].start, past[p].end));
      ahead += static_cast<double>(bookings.Between(unit.reps, elapsed, past[p].end));
    }
  }
  for (const double total : totals) all += total;
  if (all == 0) return std::vector<Pace>(units.size());
  Season ratio{1, 1, 1};
  const bool by_month = seasonal && KindOf(period) == PeriodKind::kMonth;
  if (by_month) ratio = MonthRatios(totals, past, fiscal_year_start_month);
  std::vector<Unit> series(units.size());
  for (size_t u = 0; u < units.size(); ++u) {
    for (const Period& earlier : past) {
      if (earlier.start < units[u].first_day) break;
      const double booked =
          static_cast<double>(bookings.Between(units[u].reps, earlier.start, earlier.end));
      series[u].series.push_back(booked /
                                 ratio[MonthOfQuarter(earlier.start, fiscal_year_start_month)]);
    }
    Summarize(series[u]);
  }
  std::vector<Pace> paces = Shrink(series);
  const double season = ratio[MonthOfQuarter(period.start, fiscal_year_start_month)];
  const double share = ahead / all;
  for (Pace& pace : paces) {
    pace.mean *= share * season;
    pace.variance *= share * season * season;
  }
  return paces;
}

}  // namespace quotacast::simulation
