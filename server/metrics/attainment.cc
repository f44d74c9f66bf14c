#include "server/metrics/attainment.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "absl/time/civil_time.h"

namespace quotacast::metrics {

using simulation::Measure;
using simulation::OwnerType;
using simulation::Period;
using simulation::Quota;

void BookingLedger::Add(const Journey& journey) {
  if (journey.state != simulation::StageKind::kWon || journey.close_rep == simulation::kNone) {
    return;
  }
  reps_[journey.close_rep].push_back({journey.close_us, journey.amount_micros, journey.units});
}

void BookingLedger::Merge(const BookingLedger& other) {
  for (size_t rep = 0; rep < reps_.size(); ++rep) {
    reps_[rep].insert(reps_[rep].end(), other.reps_[rep].begin(), other.reps_[rep].end());
  }
}

void BookingLedger::Finish() {
  for (std::vector<Entry>& entries : reps_) {
    std::sort(entries.begin(), entries.end(),
              [](const Entry& a, const Entry& b) { return a.time_us < b.time_us; });
    for (size_t i = 1; i < entries.size(); ++i) {
      entries[i].amount_micros += entries[i - 1].amount_micros;
      entries[i].units += entries[i - 1].units;
    }
  }
}

int64_t BookingLedger::Booked(int32_t rep, Measure measure, Window window) const {
  const std::vector<Entry>& entries = reps_[rep];
  const auto sum_before = [&](int64_t time_us) {
    const auto after =
        std::lower_bound(entries.begin(), entries.end(), time_us,
                         [](const Entry& entry, int64_t time) { return entry.time_us < time; });
    if (after == entries.begin()) return int64_t{0};
    return measure == Measure::kAmount ? (after - 1)->amount_micros : (after - 1)->units;
  };
  return window.end_us <= window.start_us ? 0
                                          : sum_before(window.end_us) - sum_before(window.start_us);
}

std::vector<Attainment> AttainmentOf(absl::Span<const Quota> quotas, absl::TimeZone zone,
                                     const Grouping& grouping, const BookingLedger& ledger,
                                     Period period, Measure measure, int64_t as_of_us) {
  const Window window = WindowOf(period, as_of_us, zone);
  std::vector<Attainment> rows(grouping.row_count());
  std::vector<int64_t> team_targets(grouping.team_count(), 0);
  for (const Quota& quota : quotas) {
    if (quota.measure != measure || quota.period_start != period.start ||
        quota.period_end != period.end) {
      continue;
    }
    (quota.owner_type == OwnerType::kRep ? rows[quota.owner].target : team_targets[quota.owner]) =
        quota.target;
  }
  for (int32_t rep = 0; rep < grouping.rep_count(); ++rep) {
    Attainment& own = rows[rep];
    own.booked = ledger.Booked(rep, measure, window);
    own.reps_with_quota = own.target > 0;
    own.reps_made = own.target > 0 && own.booked >= own.target;
    for (const int32_t above : grouping.Above(rep)) {
      rows[above].target += own.target;
      rows[above].booked += own.booked;
      rows[above].reps_with_quota += own.reps_with_quota;
      rows[above].reps_made += own.reps_made;
    }
  }
  for (size_t team = 0; team < team_targets.size(); ++team) {
    if (team_targets[team] > 0) {
      rows[grouping.TeamRow(static_cast<int32_t>(team))].target = team_targets[team];
    }
  }
  return rows;
}

std::vector<Period> PastQuotaPeriods(absl::Span<const Quota> quotas, Period period, int limit) {
  const simulation::PeriodKind kind = simulation::KindOf(period);
  // Few periods have many quotas, and the kind of a period takes a while to tell.
  std::set<std::pair<simulation::Day, simulation::Day>> starts;
  for (const Quota& quota : quotas) {
    if (quota.owner_type == OwnerType::kRep && quota.period_end <= period.start) {
      starts.insert({quota.period_start, quota.period_end});
    }
  }
  for (auto it = starts.begin(); it != starts.end();) {
    const Period past = {it->first, it->second};
    const bool same = kind == simulation::PeriodKind::kAny
                          ? past.end - past.start == period.end - period.start
                          : simulation::KindOf(past) == kind;
    it = same ? std::next(it) : starts.erase(it);
  }
  std::vector<Period> periods;
  for (auto it = starts.rbegin(); it != starts.rend(); ++it) {
    if (static_cast<int>(periods.size()) == limit) break;
    periods.push_back({it->first, it->second});
  }
  return periods;
}

Period CurrentPeriod(absl::Span<const Quota> quotas, simulation::Day day) {
  Period shortest = {0, 0};
  for (const Quota& quota : quotas) {
    const Period period = {quota.period_start, quota.period_end};
    if (quota.owner_type != OwnerType::kRep || day < period.start || day >= period.end) continue;
    const bool none = shortest.end == shortest.start;
    if (none || period.end - period.start < shortest.end - shortest.start) shortest = period;
  }
  if (shortest.end > shortest.start) return shortest;
  const absl::CivilMonth month(absl::CivilDay(1970, 1, 1) + day);
  const auto day_of = [](absl::CivilMonth m) {
    return static_cast<simulation::Day>(absl::CivilDay(m) - absl::CivilDay(1970, 1, 1));
  };
  return {day_of(month), day_of(month + 1)};
}

}  // namespace quotacast::metrics
