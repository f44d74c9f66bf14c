#include "simulation/statistics.h"

#include <algorithm>
#include <cmath>

#include "simulation/add_up.h"
#include "simulation/portable_math.h"

namespace quotacast::simulation {
namespace {

constexpr Day kCenturyDays = 36'525;

CauseStatistics* Find(std::vector<CauseStatistics>& causes, int16_t next_stage) {
  const auto found = std::lower_bound(
      causes.begin(), causes.end(), next_stage,
      [](const CauseStatistics& cause, int16_t stage) { return cause.next_stage < stage; });
  return found != causes.end() && found->next_stage == next_stage ? &*found : nullptr;
}

}  // namespace

RecencyWeights::RecencyWeights(Day first, Day as_of_day, double half_life_days,
                               const FiscalCalendar& calendar)
    : first_(std::max(first, as_of_day - kCenturyDays)), sums_(kDayClassCount, 0) {
  for (Day day = first_; day <= as_of_day; ++day) {
    const double weight = Exp(Log(0.5) * (as_of_day - day) / half_life_days);
    weights_.push_back(std::llround(weight * static_cast<double>(kWeightOne)));
    classes_.push_back(DayClassOf(day, calendar));
    const size_t row = sums_.size() - kDayClassCount;
    for (int c = 0; c < kDayClassCount; ++c) sums_.push_back(sums_[row + c]);
    sums_[row + kDayClassCount + classes_.back()] += weights_.back();
  }
}

void RecencyWeights::AddDays(Day begin, Day end, int64_t sign, absl::Span<int64_t> by_class) const {
  begin = std::max(begin, first_);
  end = std::max(end, begin);
  if (end - begin < kDayClassCount) {
    for (Day day = begin; day < end; ++day) by_class[ClassOf(day)] += sign * Of(day);
    return;
  }
  const int64_t* low = &sums_[static_cast<size_t>(begin - first_) * kDayClassCount];
  const int64_t* high = &sums_[static_cast<size_t>(end - first_) * kDayClassCount];
  for (int c = 0; c < kDayClassCount; ++c) by_class[c] += sign * (high[c] - low[c]);
}

double RecencyWeights::Information(Day begin, Day end) const {
  double sum = 0, squares = 0;
  for (Day day = std::max(begin, first_); day < end; ++day) {
    const double weight = static_cast<double>(Of(day)) / static_cast<double>(kWeightOne);
    sum += weight;
    squares += weight * weight;
  }
  return squares > 0 ? sum / squares : 1;
}

std::vector<CellStatistics> EmptyCells(const std::vector<CellFrame>& frames, size_t bucket_count,
                                       size_t rep_count) {
  const size_t row = bucket_count * kDayClassCount;
  std::vector<CellStatistics> cells(frames.size());
  for (size_t c = 0; c < frames.size(); ++c) {
    cells[c].exposure.resize((rep_count + 1) * row);
    cells[c].there_today.resize((rep_count + 1) * bucket_count);
    for (const int16_t next : frames[c].next_stages) {
      cells[c].causes.push_back(
          {next, std::vector<int64_t>(row), std::vector<int64_t>(rep_count + 1)});
    }
  }
  return cells;
}

bool CountVisits(absl::Span<const Visit> visits, int64_t sign, Day as_of_day, const CellMap& cells,
                 const std::vector<CellFrame>& frames, const RecencyWeights& weights,
                 const std::vector<int>& bucket_starts, std::vector<CellStatistics>& statistics) {
  const size_t buckets = bucket_starts.size(), row = buckets * kDayClassCount;
  bool all_counted = true;
  for (const Visit& visit : visits) {
    const size_t c = static_cast<size_t>(cells.Of(visit));
    const Day begin = std::max(visit.first_day, frames[c].observed_from);
    if (begin > visit.last_day) continue;
    CellStatistics& cell = statistics[c];
    const size_t rep =
        visit.rep == kNone ? cell.exposure.size() / row - 1 : static_cast<size_t>(visit.rep);
    const absl::Span<int64_t> exposure(&cell.exposure[rep * row], row);
    ForEachBucketRun(visit.entry_day, begin, visit.last_day, bucket_starts,
                     [&](int bucket, Day from, Day to) {
                       const size_t first = static_cast<size_t>(bucket) * kDayClassCount;
                       weights.AddDays(from, to, sign, exposure.subspan(first));
                     });
    const size_t bucket =
        static_cast<size_t>(BucketOf(visit.last_day - visit.entry_day, bucket_starts));
    if (visit.next_stage != kNone) {
      const size_t last =
          bucket * kDayClassCount + static_cast<size_t>(weights.ClassOf(visit.last_day));
      const int64_t weight = weights.Of(visit.last_day);
      exposure[last] += sign * (weight / 2);
      CauseStatistics* const cause = Find(cell.causes, visit.next_stage);
      if (cause == nullptr) {
        all_counted = false;
        continue;
      }
      cause->events[last] += sign * weight;
      cause->rep_events[rep] += sign * weight;
    } else if (visit.last_day == as_of_day) {
      cell.there_today[rep * buckets + bucket] += sign;
    }
  }
  return all_counted;
}

void AddCells(const std::vector<CellStatistics>& from, std::vector<CellStatistics>& to) {
  for (size_t c = 0; c < to.size(); ++c) {
    AddUp(from[c].exposure, to[c].exposure);
    AddUp(from[c].there_today, to[c].there_today);
    for (size_t k = 0; k < to[c].causes.size(); ++k) {
      AddUp(from[c].causes[k].events, to[c].causes[k].events);
      AddUp(from[c].causes[k].rep_events, to[c].causes[k].rep_events);
    }
  }
}

}  // namespace quotacast::simulation
