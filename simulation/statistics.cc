#include "simulation/statistics.h"

#include <algorithm>
#include <cmath>

#include "simulation/parallel.h"
#include "simulation/portable_math.h"

namespace quotacast::simulation {
namespace {

constexpr Day kCenturyDays = 36'525;

// Calls add(bucket, begin, end) for each run of the days [begin, end) of one age bucket.
template <typename Add>
void ForEachBucketRun(Day entry_day, Day begin, Day end, const std::vector<int>& starts, Add add) {
  if (begin >= end) return;
  int bucket = BucketOf(begin - entry_day, starts);
  while (begin < end) {
    const bool last = bucket + 1 == static_cast<int>(starts.size());
    const Day run_end = last ? end : std::min(end, entry_day + starts[bucket + 1]);
    add(bucket, begin, run_end);
    begin = run_end;
    ++bucket;
  }
}

size_t IndexOf(const std::vector<int16_t>& next_stages, int16_t stage) {
  return std::lower_bound(next_stages.begin(), next_stages.end(), stage) - next_stages.begin();
}

std::vector<CellStatistics> CountVisits(const Observation& observation,
                                        absl::Span<const Visit> visits,
                                        const std::vector<std::vector<int32_t>>& cell_of,
                                        const std::vector<CellFrame>& frames,
                                        const RecencyWeights& weights,
                                        const std::vector<int>& bucket_starts, size_t rep_count) {
  const size_t row = bucket_starts.size() * kDayClassCount;
  std::vector<CellStatistics> cells(frames.size());
  for (size_t c = 0; c < frames.size(); ++c) {
    cells[c].exposure.resize((rep_count + 1) * row);
    for (const int16_t next : frames[c].next_stages) {
      cells[c].causes.push_back(
          {next, std::vector<int64_t>(row), std::vector<int64_t>(rep_count + 1)});
    }
  }
  const double gone = 1 - observation.first_day_fraction;
  for (const Visit& visit : visits) {
    const int32_t c = cell_of[visit.pipeline][visit.stage];
    const Day begin = std::max(visit.first_day, frames[c].observed_from);
    if (begin > visit.last_day) continue;
    const size_t rep = visit.rep == kNone ? rep_count : static_cast<size_t>(visit.rep);
    const absl::Span<int64_t> exposure(&cells[c].exposure[rep * row], row);
    ForEachBucketRun(
        visit.entry_day, begin, visit.last_day, bucket_starts, [&](int bucket, Day from, Day to) {
          weights.AddDays(from, to, exposure.subspan(static_cast<size_t>(bucket) * kDayClassCount));
        });
    const size_t last =
        static_cast<size_t>(BucketOf(visit.last_day - visit.entry_day, bucket_starts)) *
            kDayClassCount +
        static_cast<size_t>(weights.ClassOf(visit.last_day));
    const int64_t weight = weights.Of(visit.last_day);
    if (visit.next_stage != kNone) {
      exposure[last] += weight / 2;
      CauseStatistics& cause = cells[c].causes[IndexOf(frames[c].next_stages, visit.next_stage)];
      cause.events[last] += weight;
      cause.rep_events[rep] += weight;
    } else if (visit.last_day == observation.as_of_day) {
      exposure[last] += std::llround(static_cast<double>(weight) * gone);
    }
  }
  return cells;
}

void Add(const std::vector<int64_t>& from, std::vector<int64_t>& to) {
  for (size_t i = 0; i < to.size(); ++i) to[i] += from[i];
}

void Add(const CellStatistics& from, CellStatistics& to) {
  Add(from.exposure, to.exposure);
  for (size_t k = 0; k < to.causes.size(); ++k) {
    Add(from.causes[k].events, to.causes[k].events);
    Add(from.causes[k].rep_events, to.causes[k].rep_events);
  }
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

void RecencyWeights::AddDays(Day begin, Day end, absl::Span<int64_t> by_class) const {
  begin = std::max(begin, first_);
  end = std::max(end, begin);
  if (end - begin < kDayClassCount) {
    for (Day day = begin; day < end; ++day) by_class[ClassOf(day)] += Of(day);
    return;
  }
  const int64_t* low = &sums_[static_cast<size_t>(begin - first_) * kDayClassCount];
  const int64_t* high = &sums_[static_cast<size_t>(end - first_) * kDayClassCount];
  for (int c = 0; c < kDayClassCount; ++c) by_class[c] += high[c] - low[c];
}

std::vector<CellStatistics> CountCells(const Observation& observation,
                                       const std::vector<std::vector<int32_t>>& cell_of,
                                       const std::vector<CellFrame>& frames,
                                       const RecencyWeights& weights,
                                       const std::vector<int>& bucket_starts, size_t rep_count,
                                       int thread_count) {
  std::vector<std::vector<CellStatistics>> parts(static_cast<size_t>(thread_count));
  const size_t count = observation.visits.size();
  ParallelFor(thread_count, parts.size(), [&](int, size_t part) {
    const size_t first = count * part / parts.size(), end = count * (part + 1) / parts.size();
    const absl::Span<const Visit> visits(&observation.visits[first], end - first);
    parts[part] =
        CountVisits(observation, visits, cell_of, frames, weights, bucket_starts, rep_count);
  });
  for (size_t part = 1; part < parts.size(); ++part) {
    for (size_t c = 0; c < frames.size(); ++c) Add(parts[part][c], parts[0][c]);
  }
  return std::move(parts[0]);
}

std::vector<Day> ObservedFrom(const Observation& observation,
                              const std::vector<std::vector<int32_t>>& cell_of, size_t cell_count,
                              const std::vector<int>& bucket_starts, double unseen_exits_limit) {
  std::vector<Day> first_exit(cell_count, INT32_MAX);
  for (const Visit& visit : observation.visits) {
    Day& first = first_exit[cell_of[visit.pipeline][visit.stage]];
    if (visit.next_stage != kNone) first = std::min(first, visit.last_day);
  }
  const size_t buckets = bucket_starts.size();
  std::vector<int64_t> before(cell_count * buckets), after(before), exits(before);
  for (const Visit& visit : observation.visits) {
    const size_t cell = static_cast<size_t>(cell_of[visit.pipeline][visit.stage]);
    const Day split = std::clamp(first_exit[cell], visit.first_day, visit.last_day);
    const auto count = [&](std::vector<int64_t>& days) {
      return [&](int bucket, Day from, Day to) { days[cell * buckets + bucket] += to - from; };
    };
    ForEachBucketRun(visit.entry_day, visit.first_day, split, bucket_starts, count(before));
    ForEachBucketRun(visit.entry_day, split, visit.last_day + 1, bucket_starts, count(after));
    if (visit.next_stage != kNone) {
      ++exits[cell * buckets + BucketOf(visit.last_day - visit.entry_day, bucket_starts)];
    }
  }
  std::vector<Day> observed_from(cell_count, INT32_MIN);
  for (size_t cell = 0; cell < cell_count; ++cell) {
    double unseen = 0;
    for (size_t i = cell * buckets; i < (cell + 1) * buckets; ++i) {
      if (after[i] == 0) continue;
      unseen += static_cast<double>(before[i]) * static_cast<double>(exits[i]) /
                static_cast<double>(after[i]);
    }
    if (first_exit[cell] != INT32_MAX && unseen > unseen_exits_limit) {
      observed_from[cell] = first_exit[cell];
    }
  }
  return observed_from;
}

}  // namespace quotacast::simulation
