#include "simulation/baselines.h"

#include <algorithm>
#include <boost/random/mersenne_twister.hpp>
#include <boost/random/uniform_01.hpp>
#include <cmath>
#include <map>
#include <utility>

#include "simulation/distributions.h"
#include "simulation/scores.h"

namespace quotacast::simulation {
namespace {

int64_t ValueOf(const Opportunity& opportunity, int64_t amount_micros, Measure measure) {
  return measure == Measure::kAmount ? amount_micros : opportunity.units;
}

bool InSubtree(const std::vector<Team>& teams, int32_t team, int32_t root) {
  while (team != kNone && team != root) team = teams[team].parent;
  return team == root;
}

}  // namespace

absl::string_view NameOf(Baseline baseline) {
  switch (baseline) {
    case Baseline::kRunRate:
      return "run rate";
    case Baseline::kSeasonalRunRate:
      return "seasonal run rate";
    case Baseline::kWeightedPipeline:
      return "weighted pipeline";
    case Baseline::kStageOdds:
      return "stage odds";
    case Baseline::kBaseRate:
      return "base rate";
  }
  return "";
}

std::vector<int32_t> RepsOf(const History& history, const Question& question) {
  std::vector<int32_t> reps = question.reps;
  if (!reps.empty()) {
    std::sort(reps.begin(), reps.end());
  } else if (question.owner_type == OwnerType::kRep) {
    reps = {question.owner};
  } else {
    for (size_t r = 0; r < history.reps.size(); ++r) {
      if (InSubtree(history.teams, history.reps[r].team, question.owner)) {
        reps.push_back(static_cast<int32_t>(r));
      }
    }
  }
  return reps;
}

BaselineForecaster::BaselineForecaster(const History& history, int64_t as_of_us, Measure measure)
    : history_(history),
      as_of_us_(as_of_us),
      measure_(measure),
      today_(DayOf(as_of_us, history.time_zone)),
      bookings_(history, as_of_us, measure) {
  ReadVisits();
}

void BaselineForecaster::ReadVisits() {
  for (size_t i = 0; i < history_.opportunities.size(); ++i) {
    const Opportunity& opportunity = history_.opportunities[i];
    const std::vector<Stage>& stages = history_.pipelines[opportunity.pipeline].stages;
    const size_t first = visits_.size();
    int32_t owner = opportunity.rep, stage = kNone;
    int64_t amount = opportunity.amount_micros;
    Day entered = 0;
    for (int32_t k = 0; k < opportunity.event_count; ++k) {
      const StageEvent& event = history_.events[opportunity.first_event + k];
      if (event.time_us >= as_of_us_) break;
      if (event.rep != kNone) owner = event.rep;
      if (event.amount_micros != kUnchanged) amount = event.amount_micros;
      if (event.stage == stage) continue;
      const Day day = DayOf(event.time_us, history_.time_zone);
      if (stage != kNone && stages[stage].kind == StageKind::kOpen) visits_.back().leave = day;
      stage = event.stage;
      entered = day;
      if (stages[stage].kind != StageKind::kOpen) continue;
      visits_.push_back({.opportunity = static_cast<int32_t>(i),
                         .pipeline = opportunity.pipeline,
                         .stage = stage,
                         .enter = day});
    }
    const int64_t value = ValueOf(opportunity, amount, measure_);
    for (size_t v = first; v < visits_.size(); ++v) {
      visits_[v].rep = owner;
      visits_[v].value = value;
      if (stages[stage].kind == StageKind::kWon) visits_[v].won = entered;
      visits_[v].lost = stages[stage].kind == StageKind::kLost;
    }
  }
}

int64_t BaselineForecaster::Booked(const Question& question) const {
  return bookings_.Between(RepsOf(history_, question), question.period_start, question.period_end);
}

std::vector<std::vector<int64_t>> BaselineForecaster::Predict(Baseline baseline,
                                                              absl::Span<const Question> questions,
                                                              uint64_t seed) const {
  std::map<std::pair<Day, Day>, std::vector<size_t>> by_period;
  for (size_t q = 0; q < questions.size(); ++q) {
    by_period[{questions[q].period_start, questions[q].period_end}].push_back(q);
  }
  std::vector<std::vector<int64_t>> predictions(questions.size());
  for (const auto& [period, members] : by_period) {
    std::vector<Question> asked;
    for (const size_t q : members) asked.push_back(questions[q]);
    std::vector<Pace> paces;
    std::vector<double> chances;
    if (baseline == Baseline::kRunRate) paces = Paces(asked, false);
    if (baseline == Baseline::kSeasonalRunRate) paces = Paces(asked, true);
    if (baseline == Baseline::kWeightedPipeline) chances = ChancesWithin(period.second - today_);
    if (baseline == Baseline::kStageOdds) chances = ChancesEver();
    for (size_t i = 0; i < members.size(); ++i) {
      predictions[members[i]] = !paces.empty() ? RunRate(asked[i], paces[i])
                                : baseline == Baseline::kBaseRate
                                    ? BaseRate(asked[i])
                                    : SumOfOpen(asked[i], chances, seed);
    }
  }
  return predictions;
}

std::vector<Pace> BaselineForecaster::Paces(absl::Span<const Question> questions,
                                            bool seasonal) const {
  const Period period{questions[0].period_start, questions[0].period_end};
  const int elapsed_days = std::max(today_ - period.start, 0);
  const auto paces_of = [&](const std::vector<PaceUnit>& units) {
    return RestOfPeriodPace(bookings_, units, period, elapsed_days, seasonal,
                            history_.fiscal_year_start_month);
  };
  std::vector<Pace> paces(questions.size());
  std::vector<PaceUnit> reps;
  std::vector<size_t> asked_by;
  for (size_t q = 0; q < questions.size(); ++q) {
    PaceUnit unit{RepsOf(history_, questions[q])};
    if (unit.reps.size() == 1) {
      unit.first_day = history_.reps[unit.reps[0]].start_day;
      reps.push_back(std::move(unit));
      asked_by.push_back(q);
    } else {
      paces[q] = paces_of({unit})[0];
    }
  }
  const std::vector<Pace> shrunk = paces_of(reps);
  for (size_t i = 0; i < reps.size(); ++i) paces[asked_by[i]] = shrunk[i];
  return paces;
}

std::vector<int64_t> BaselineForecaster::RunRate(const Question& question, Pace pace) const {
  const double booked = static_cast<double>(Booked(question));
  std::vector<int64_t> values(kSampleCount);
  for (int i = 0; i < kSampleCount; ++i) {
    const double z = NormalQuantile((i + 0.5) / kSampleCount);
    values[i] = std::llround(booked + std::max(0.0, pace.mean + z * std::sqrt(pace.variance)));
  }
  return values;
}

std::vector<double> BaselineForecaster::ChancesWithin(int days) const {
  // Every day on which the outcome of the next `days` days is known by now is a trial.
  const Day first = bookings_.first_close_day(), last = today_ - days;
  std::map<std::pair<int32_t, int32_t>, std::pair<double, double>> trials;
  for (const Visit& visit : visits_) {
    const Day from = std::max(visit.enter + 1, first), to = std::min(visit.leave, last);
    if (from > to) continue;
    auto& [wins, count] = trials[{visit.pipeline, visit.stage}];
    count += to - from + 1;
    if (visit.won != INT32_MAX) wins += std::max(0, to - std::max(from, visit.won - days + 1) + 1);
  }
  std::vector<double> chances = ChancesEver();
  for (size_t v = 0; v < visits_.size(); ++v) {
    const auto found = trials.find({visits_[v].pipeline, visits_[v].stage});
    if (found == trials.end()) continue;
    chances[v] = (found->second.first + 0.5) / (found->second.second + 1);
  }
  return chances;
}

std::vector<double> BaselineForecaster::ChancesEver() const {
  struct Counts {
    double won = 0, lost = 0;
  };
  Counts all;
  std::map<std::pair<int32_t, int32_t>, Counts> by_stage;
  std::map<int32_t, Counts> by_rep;
  const auto add = [](Counts& counts, const Visit& visit) {
    (visit.lost ? counts.lost : counts.won) += 1;
  };
  for (size_t v = 0; v < visits_.size(); ++v) {
    const Visit& visit = visits_[v];
    if (visit.won == INT32_MAX && !visit.lost) continue;
    bool first_of_opportunity = true, first_of_stage = true;
    for (size_t u = v; u-- > 0 && visits_[u].opportunity == visit.opportunity;) {
      first_of_opportunity = false;
      if (visits_[u].stage == visit.stage) first_of_stage = false;
    }
    if (first_of_opportunity) add(all, visit);
    if (first_of_opportunity) add(by_rep[visit.rep], visit);
    if (first_of_stage) add(by_stage[{visit.pipeline, visit.stage}], visit);
  }
  const double reps = static_cast<double>(history_.reps.size());
  std::vector<double> chances;
  for (const Visit& visit : visits_) {
    const Counts stage = by_stage[{visit.pipeline, visit.stage}], rep = by_rep[visit.rep];
    double odds = (all.won + 1) / (all.lost + 1);
    odds *= (stage.won + 1) / (all.won + 2) / ((stage.lost + 1) / (all.lost + 2));
    odds *= (rep.won + 1) / (all.won + reps) / ((rep.lost + 1) / (all.lost + reps));
    chances.push_back(odds / (1 + odds));
  }
  return chances;
}

std::vector<int64_t> BaselineForecaster::SumOfOpen(const Question& question,
                                                   absl::Span<const double> chances,
                                                   uint64_t seed) const {
  const std::vector<int32_t> reps = RepsOf(history_, question);
  std::vector<int64_t> key = {question.period_start, question.period_end, as_of_us_};
  key.insert(key.end(), reps.begin(), reps.end());
  boost::random::mt19937_64 random(static_cast<uint64_t>(UniformOf(seed, key) * 0x1p53));
  boost::random::uniform_01<double> uniform;
  std::vector<int64_t> values(kSampleCount, Booked(question));
  for (size_t v = 0; v < visits_.size(); ++v) {
    const Visit& visit = visits_[v];
    const bool open = visit.leave == INT32_MAX && visit.won == INT32_MAX && !visit.lost;
    if (!open || !std::binary_search(reps.begin(), reps.end(), visit.rep)) continue;
    for (int64_t& value : values) {
      if (uniform(random) < chances[v]) value += visit.value;
    }
  }
  std::sort(values.begin(), values.end());
  return values;
}

std::vector<int64_t> BaselineForecaster::BaseRate(const Question& question) const {
  // By period: booked and target, either of each owner or, for several reps, of all together.
  const Period asked{question.period_start, question.period_end};
  const bool together = RepsOf(history_, question).size() > 1;
  std::map<std::pair<Day, int32_t>, std::pair<double, double>> past;
  for (const Quota& quota : history_.quotas) {
    const Period period{quota.period_start, quota.period_end};
    if (quota.measure != measure_ || quota.owner_type != OwnerType::kRep ||
        KindOf(period) != KindOf(asked) || period.end > today_) {
      continue;
    }
    auto& [booked, target] = past[{period.start, together ? 0 : quota.owner}];
    booked += static_cast<double>(bookings_.Between({quota.owner}, period.start, period.end));
    target += static_cast<double>(quota.target);
  }
  std::vector<double> shares;
  shares.reserve(past.size());
  for (const auto& [key, sums] : past) shares.push_back(sums.first / sums.second);
  // Without an earlier quota the past says nothing of shares; the target itself is all there is.
  if (shares.empty()) shares = {0, 1, 2};
  std::sort(shares.begin(), shares.end());
  const int64_t booked = Booked(question);
  std::vector<int64_t> values(kSampleCount);
  for (int i = 0; i < kSampleCount; ++i) {
    const size_t rank = static_cast<size_t>((i + 0.5) / kSampleCount * shares.size());
    values[i] = std::max(
        booked,
        static_cast<int64_t>(std::llround(shares[rank] * static_cast<double>(question.target))));
  }
  return values;
}

}  // namespace quotacast::simulation
