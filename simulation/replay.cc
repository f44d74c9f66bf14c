#include "simulation/replay.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "simulation/bookings.h"

namespace quotacast::simulation {
namespace {

using QuestionsByPeriod = std::map<std::pair<Day, Day>, std::vector<Question>>;

// The questions of each period: its reps by index, then their total.
QuestionsByPeriod QuestionsOf(const History& history, const ReplayOptions& options) {
  std::map<std::pair<Day, Day>, std::map<int32_t, int64_t>> targets;
  for (const Quota& quota : history.quotas) {
    const Period period{quota.period_start, quota.period_end};
    if (quota.owner_type != OwnerType::kRep || quota.measure != options.measure ||
        period.start < options.from || period.start >= options.to ||
        (options.period_kind != PeriodKind::kAny && KindOf(period) != options.period_kind) ||
        StartOfDayUs(period.end, history.time_zone) > options.complete_until_us) {
      continue;
    }
    targets[{period.start, period.end}][quota.owner] = quota.target;
  }
  QuestionsByPeriod questions;
  for (const auto& [period, by_rep] : targets) {
    Question total{.owner_type = OwnerType::kTeam,
                   .measure = options.measure,
                   .period_start = period.first,
                   .period_end = period.second};
    for (const auto& [rep, target] : by_rep) {
      questions[period].push_back({.owner = rep,
                                   .measure = options.measure,
                                   .period_start = period.first,
                                   .period_end = period.second,
                                   .target = target});
      total.reps.push_back(rep);
      total.target += target;
    }
    questions[period].push_back(std::move(total));
  }
  return questions;
}

}  // namespace

absl::Status ValidateReplay(const ReplayOptions& options) {
  if (options.origins.empty()) return absl::InvalidArgumentError("origins must not be empty");
  for (const double origin : options.origins) {
    if (!(origin >= 0 && origin < 1)) {
      return absl::InvalidArgumentError(absl::StrCat("origins must be >= 0 and < 1; got ", origin));
    }
  }
  if (options.from >= options.to) return absl::InvalidArgumentError("from must be before to");
  return absl::OkStatus();
}

ReplayPlan PlanReplay(const History& history, const ReplayOptions& options) {
  int64_t first_event_us = INT64_MAX;
  for (const StageEvent& event : history.events) {
    if (event.opportunity != kNone) first_event_us = std::min(first_event_us, event.time_us);
  }
  ReplayPlan plan;
  for (const auto& [period, questions] : QuestionsOf(history, options)) {
    const int64_t start_us = StartOfDayUs(period.first, history.time_zone);
    const int64_t end_us = StartOfDayUs(period.second, history.time_zone);
    const std::vector<int64_t> actual = BookedByRep(BookingsAsOf(history, end_us), options.measure,
                                                    start_us, end_us, history.reps.size());
    for (size_t origin = 0; origin < options.origins.size(); ++origin) {
      const int64_t as_of_us =
          OriginUs({period.first, period.second}, options.origins[origin], history.time_zone);
      if (as_of_us <= first_event_us) {
        plan.skipped_count += static_cast<int64_t>(questions.size());
        continue;
      }
      for (const Question& question : questions) {
        ReplayQuestion asked{.question = question, .origin = static_cast<int>(origin)};
        if (question.reps.empty()) asked.actual = actual[question.owner];
        for (const int32_t rep : question.reps) asked.actual += actual[rep];
        plan.instants[as_of_us].push_back(std::move(asked));
      }
    }
  }
  return plan;
}

absl::Status ForEachOf(int64_t count, int thread_count,
                       const std::function<absl::Status(int64_t)>& answer,
                       const std::function<void(int64_t, int64_t)>& progress) {
  std::atomic<int64_t> next{0};
  std::mutex mutex;
  absl::Status status;
  int64_t done = 0;
  const auto worker = [&] {
    for (int64_t i = next++; i < count; i = next++) {
      const absl::Status answered = answer(i);
      const std::lock_guard<std::mutex> lock(mutex);
      status.Update(answered);
      if (!status.ok()) return;
      ++done;
      if (progress) progress(done, count);
    }
  };
  std::vector<std::thread> threads;
  for (int64_t t = 1; t < std::min<int64_t>(thread_count, count); ++t) {
    threads.emplace_back(worker);
  }
  worker();
  for (std::thread& thread : threads) thread.join();
  return status;
}

}  // namespace quotacast::simulation
