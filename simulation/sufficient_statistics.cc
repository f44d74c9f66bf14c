#include "simulation/sufficient_statistics.h"

#include <algorithm>
#include <utility>

#include "simulation/parallel.h"

namespace quotacast::simulation {
namespace {

// Opportunities that are observed at once: what they show stays in a core's cache.
constexpr size_t kBlock = 1024;

// Calls use(thread, observation) with what each block of opportunities shows as of an instant.
template <typename Use>
void ObserveBlocks(const History& history, int64_t as_of_us, size_t thread_count, const Use& use) {
  const size_t count = history.opportunities.size();
  std::vector<Observation> shown(thread_count);
  std::vector<DayReader> days(thread_count, DayReader(history.time_zone));
  const Day as_of_day = DayOf(as_of_us, history.time_zone);
  ParallelFor(
      static_cast<int>(thread_count), (count + kBlock - 1) / kBlock, [&](int thread, size_t block) {
        Observation& observation = shown[thread];
        observation.Clear();
        observation.as_of_day = as_of_day;
        const size_t end = std::min(count, (block + 1) * kBlock);
        for (size_t i = block * kBlock; i < end; ++i) {
          ObserveOpportunity(history, static_cast<int32_t>(i), as_of_us, days[thread], observation);
        }
        use(thread, observation);
      });
}

template <typename T>
void Append(const std::vector<T>& from, std::vector<T>& to) {
  to.insert(to.end(), from.begin(), from.end());
}

// First days: of all, and by rep.
void CountFirst(const Observation& shown, int64_t sign, EarliestDay& first,
                std::vector<EarliestDay>& first_seen) {
  const auto see = [&](int32_t rep, Day day) {
    first.Count(day, sign);
    if (rep != kNone) first_seen[rep].Count(day, sign);
  };
  for (const Creation& creation : shown.creations) see(creation.rep, creation.day);
  for (const Visit& visit : shown.visits) see(visit.rep, visit.first_day);
  for (const WinRecord& win : shown.wins) first.Count(win.day, sign);
}

}  // namespace

struct SufficientStatistics::Part {
  FrameCounts frame_counts;
  EarliestDay first_day;
  std::vector<EarliestDay> first_seen;
  std::vector<CellStatistics> cells;
  std::vector<CreationCounts> creations;
  std::vector<StretchCounts> stretches;
  std::vector<WinRecord> wins;
  std::vector<Booking> bookings;
  std::vector<OpenNow> open;
  int64_t first_close_us = INT64_MAX;
};

SufficientStatistics::SufficientStatistics(const History& history, int64_t as_of_us,
                                           const ModelOptions& options, int thread_count)
    : options_(options),
      bucket_starts_(options.age_buckets ? options.bucket_starts : std::vector<int>{0}),
      calendar_{history.fiscal_year_start_month, options.holidays},
      as_of_day_(DayOf(as_of_us, history.time_zone)),
      first_seen_(history.reps.size()),
      cell_map_(history.pipelines),
      frame_counts_(cell_map_, history.pipelines, bucket_starts_),
      wins_(history.pipelines.size(), history.reps.size()),
      days_(history.time_zone),
      bookings_(history.reps.size()) {
  for (const Pipeline& pipeline : history.pipelines) {
    creations_.emplace_back(history.reps.size(), pipeline.stages.size());
  }
  const Part empty = {frame_counts_, {}, first_seen_, {}, creations_, {}, {}, {}, {}};
  std::vector<Part> parts(static_cast<size_t>(thread_count), empty);
  CountExits(history, as_of_us, parts);
  CountRest(history, as_of_us, parts);
}

void SufficientStatistics::CountExits(const History& history, int64_t as_of_us,
                                      std::vector<Part>& parts) {
  ObserveBlocks(history, as_of_us, parts.size(), [&](int thread, const Observation& shown) {
    Part& part = parts[thread];
    part.frame_counts.CountExits(shown.visits, 1);
    CountFirst(shown, 1, part.first_day, part.first_seen);
  });
  for (const Part& part : parts) {
    frame_counts_.AddExits(part.frame_counts);
    first_day_.Add(part.first_day);
    for (size_t r = 0; r < first_seen_.size(); ++r) first_seen_[r].Add(part.first_seen[r]);
  }
  frame_counts_.FixFirstExits();
  weights_from_ = std::min(as_of_day_, first_day_.day());
  hazard_weights_.emplace(weights_from_, as_of_day_, options_.hazard_half_life_days, calendar_);
  arrival_weights_.emplace(weights_from_, as_of_day_, options_.arrival_half_life_days, calendar_);
  stretches_.assign(creations_.size(), StretchCounts(first_seen_.size(), weights_from_, as_of_day_,
                                                     options_.shock_days));
}

void SufficientStatistics::CountRest(const History& history, int64_t as_of_us,
                                     std::vector<Part>& parts) {
  // Without days these frames leave nothing out. Mostly that is right, and all is counted at once.
  const std::vector<CellFrame> everything = frame_counts_.Frames(options_.unseen_exits_limit);
  for (Part& part : parts) {
    part.frame_counts = frame_counts_;
    part.stretches = stretches_;
    part.cells = EmptyCells(everything, bucket_starts_.size(), first_seen_.size());
  }
  ObserveBlocks(history, as_of_us, parts.size(), [&](int thread, const Observation& shown) {
    Part& part = parts[thread];
    part.frame_counts.CountDays(shown.visits, 1);
    CountVisits(shown.visits, 1, as_of_day_, cell_map_, everything, *hazard_weights_,
                bucket_starts_, part.cells);
    for (const Creation& creation : shown.creations) {
      part.creations[creation.pipeline].Count(creation, 1, *arrival_weights_);
      part.stretches[creation.pipeline].Count(creation, 1);
    }
    Append(shown.wins, part.wins);
    Append(shown.bookings, part.bookings);
    Append(shown.open, part.open);
    part.first_close_us = std::min(part.first_close_us, shown.first_close_us);
  });
  std::vector<WinRecord> wins;
  for (const Part& part : parts) {
    frame_counts_.AddDays(part.frame_counts);
    for (size_t p = 0; p < creations_.size(); ++p) {
      creations_[p].Add(part.creations[p]);
      stretches_[p].Add(part.stretches[p]);
    }
    Append(part.wins, wins);
    for (const Booking& booking : part.bookings) CountBooking(booking, 1);
    for (const OpenNow& open : part.open) open_.emplace(open.opportunity, open);
    first_close_us_ = std::min(first_close_us_, part.first_close_us);
  }
  wins_.CountAll(wins);
  frames_ = frame_counts_.Frames(options_.unseen_exits_limit);
  if (frames_ != everything) CountVisitsInFrames(history, as_of_us, parts);
  AddCells(parts);
}

void SufficientStatistics::CountVisitsInFrames(const History& history, int64_t as_of_us,
                                               std::vector<Part>& parts) {
  for (Part& part : parts) {
    part.cells = EmptyCells(frames_, bucket_starts_.size(), first_seen_.size());
  }
  ObserveBlocks(history, as_of_us, parts.size(), [&](int thread, const Observation& shown) {
    CountVisits(shown.visits, 1, as_of_day_, cell_map_, frames_, *hazard_weights_, bucket_starts_,
                parts[thread].cells);
  });
}

void SufficientStatistics::AddCells(std::vector<Part>& parts) {
  cells_ = std::move(parts[0].cells);
  for (size_t part = 1; part < parts.size(); ++part) {
    simulation::AddCells(parts[part].cells, cells_);
  }
}

void SufficientStatistics::CountBooking(const Booking& booking, int64_t sign) {
  if (booking.rep == kNone) return;
  DayBookings& day = bookings_[booking.rep][days_.Of(booking.time_us)];
  day.amount_micros += sign * booking.amount_micros;
  day.units += sign * booking.units;
}

void SufficientStatistics::Count(const Observation& shown, int64_t sign) {
  frame_counts_.CountExits(shown.visits, sign);
  frame_counts_.CountDays(shown.visits, sign);
  whole_ = CountVisits(shown.visits, sign, as_of_day_, cell_map_, frames_, *hazard_weights_,
                       bucket_starts_, cells_) &&
           whole_;
  CountFirst(shown, sign, first_day_, first_seen_);
  for (const Creation& creation : shown.creations) {
    creations_[creation.pipeline].Count(creation, sign, *arrival_weights_);
    stretches_[creation.pipeline].Count(creation, static_cast<int32_t>(sign));
  }
  for (const WinRecord& win : shown.wins) wins_.Count(win, sign);
  for (const Booking& booking : shown.bookings) CountBooking(booking, sign);
  for (const OpenNow& open : shown.open) {
    if (sign > 0) {
      open_.emplace(open.opportunity, open);
    } else {
      open_.erase(open.opportunity);
    }
  }
  // Events are never forgotten, so the first to close anything stays the first.
  first_close_us_ = std::min(first_close_us_, shown.first_close_us);
}

bool SufficientStatistics::Whole() const {
  const auto known = [](const EarliestDay& day) { return day.known(); };
  return whole_ && first_day_.known() && (empty() || first_day_.day() == weights_from_) &&
         std::all_of(first_seen_.begin(), first_seen_.end(), known) &&
         frame_counts_.FirstExitsHold() &&
         frame_counts_.Frames(options_.unseen_exits_limit) == frames_;
}

}  // namespace quotacast::simulation
