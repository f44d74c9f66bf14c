#include "simulation/questions.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "simulation/run_rate.h"

namespace quotacast::simulation {
namespace {

constexpr Day kLongestHorizonDays = 5 * 366;
constexpr int kMostThreads = 1024;

absl::Status Invalid(absl::string_view field, double given, absl::string_view allowed) {
  return absl::InvalidArgumentError(absl::StrCat(field, " must be ", allowed, "; got ", given));
}

absl::Status ValidateQuestion(const FittedModel& model, const Question& question) {
  const bool team = question.owner_type == OwnerType::kTeam;
  const size_t owners = team ? model.team_parents.size() : model.reps.size();
  if (question.reps.empty() &&
      (question.owner < 0 || static_cast<size_t>(question.owner) >= owners)) {
    return Invalid("question.owner", question.owner, team ? "a known team" : "a known rep");
  }
  for (const int32_t rep : question.reps) {
    if (rep < 0 || static_cast<size_t>(rep) >= model.reps.size()) {
      return Invalid("question.reps", rep, "known reps");
    }
  }
  if (question.target <= 0) {
    return Invalid("question.target", static_cast<double>(question.target), "> 0");
  }
  if (question.period_start >= question.period_end) {
    return absl::InvalidArgumentError("question.period_end must be after question.period_start");
  }
  if (question.period_end <= model.as_of_day) {
    return Invalid("question.period_end", question.period_end,
                   absl::StrCat("after the day of as_of, ", model.as_of_day));
  }
  if (question.period_end - model.as_of_day > kLongestHorizonDays) {
    return Invalid("question.period_end", question.period_end,
                   absl::StrCat("at most five years after the day of as_of, ", model.as_of_day));
  }
  return absl::OkStatus();
}

std::vector<Pace> PacesOf(const FittedModel& model, const Question& question) {
  std::vector<PaceUnit> units;
  for (size_t r = 0; r < model.reps.size(); ++r) {
    const FittedRep& rep = model.reps[r];
    const Day first = rep.start_day == INT32_MIN ? rep.first_seen : rep.start_day;
    units.push_back({{static_cast<int32_t>(r)}, first});
  }
  const int elapsed = std::max(0, model.as_of_day - question.period_start);
  return RestOfPeriodPace(model.bookings[static_cast<size_t>(question.measure)], units,
                          {question.period_start, question.period_end}, elapsed, /*seasonal=*/true,
                          model.calendar.fiscal_year_start_month);
}

}  // namespace

absl::Status ValidateForecast(const FittedModel& model, absl::Span<const Question> questions,
                              const ForecastOptions& options) {
  if (options.precision_pp == 0 &&
      (options.trial_count < 100 || options.trial_count > 10'000'000)) {
    return Invalid("trial_count", static_cast<double>(options.trial_count), "100 to 10,000,000");
  }
  if (!(options.precision_pp >= 0 && options.precision_pp <= 50)) {
    return Invalid("precision_pp", options.precision_pp, "0 to 50");
  }
  if (!(options.run_rate_share >= 0 && options.run_rate_share <= 1)) {
    return Invalid("run_rate_share", options.run_rate_share, "0 to 1");
  }
  if (options.thread_count < 1 || options.thread_count > kMostThreads) {
    return Invalid("thread_count", options.thread_count, "1 to 1024");
  }
  for (const Question& question : questions) {
    if (absl::Status status = ValidateQuestion(model, question); !status.ok()) return status;
  }
  return absl::OkStatus();
}

std::vector<int32_t> RepsOf(const FittedModel& model, const Question& question) {
  std::vector<int32_t> reps = question.reps;
  if (reps.empty() && question.owner_type == OwnerType::kRep) reps = {question.owner};
  if (reps.empty()) {
    for (size_t r = 0; r < model.reps.size(); ++r) {
      int32_t team = model.reps[r].team;
      while (team != kNone && team != question.owner) team = model.team_parents[team];
      if (team == question.owner) reps.push_back(static_cast<int32_t>(r));
    }
  }
  std::sort(reps.begin(), reps.end());
  reps.erase(std::unique(reps.begin(), reps.end()), reps.end());
  return reps;
}

std::vector<RepTask> PlanTasks(const FittedModel& model, absl::Span<const Question> questions,
                               const ForecastOptions& options) {
  std::vector<std::vector<int32_t>> open_of(model.reps.size());
  for (size_t i = 0; i < model.open.size(); ++i) {
    if (model.open[i].rep != kNone) open_of[model.open[i].rep].push_back(static_cast<int32_t>(i));
  }
  using PeriodKey = std::tuple<Day, Day, Measure>;
  std::map<PeriodKey, std::vector<Pace>> paces;
  std::map<std::pair<PeriodKey, int32_t>, size_t> index;
  std::vector<RepTask> tasks;
  for (size_t q = 0; q < questions.size(); ++q) {
    const Question& question = questions[q];
    const PeriodKey period = {question.period_start, question.period_end, question.measure};
    if (options.run_rate_share > 0 && paces.find(period) == paces.end()) {
      paces[period] = PacesOf(model, question);
    }
    for (const int32_t rep : RepsOf(model, question)) {
      const auto [found, added] = index.emplace(std::make_pair(period, rep), tasks.size());
      if (added) {
        RepTask task;
        task.question = {rep, question.measure, question.period_start, question.period_end, 0, {}};
        task.question.booked = model.bookings[static_cast<size_t>(question.measure)].Between(
            {rep}, question.period_start, question.period_end);
        if (options.run_rate_share > 0) task.question.pace = paces[period][rep];
        task.open = open_of[rep];
        tasks.push_back(std::move(task));
      }
      tasks[found->second].asked_by.push_back(static_cast<int32_t>(q));
    }
  }
  return tasks;
}

}  // namespace quotacast::simulation
