#include "simulation/fit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "tests/simulation/tiny_company.h"

namespace quotacast::simulation {
namespace {

FittedModel Fit(const History& history, Day as_of_day, const ModelOptions& options = {}) {
  const absl::StatusOr<FittedModel> model = FitModel(history, int64_t{as_of_day} * kDayUs, options);
  EXPECT_TRUE(model.ok()) << model.status();
  return *model;
}

void ExpectFinite(const FittedModel& model) {
  for (const Cell& cell : model.cells) {
    for (const Cause& cause : cell.causes) {
      for (const GammaPosterior& hazard : cause.hazards) {
        EXPECT_GT(hazard.shape, 0);
        EXPECT_TRUE(std::isfinite(hazard.shape / hazard.rate));
      }
      for (const double mean : cause.weekday.mean_log) EXPECT_TRUE(std::isfinite(mean));
      for (const double mean : cause.month_of_quarter.mean_log) EXPECT_TRUE(std::isfinite(mean));
      for (const GammaPosterior& rep : cause.reps) EXPECT_TRUE(std::isfinite(rep.shape / rep.rate));
    }
  }
}

// Stays are geometric with a chance of 1/6 a day from the second day on, so that every bucket but
// the first has the hazard -log(5/6) = .182, 70 % of it to advance. 4 reps over 120 days leave some
// 300 exits: 4.5 standard errors are 26 %.
TEST(FitModel, FindsTheHazard) {
  ModelOptions options;
  options.hazard_half_life_days = 1e9;
  options.bucket_starts = {0, 1, 5};
  const FittedModel model = Fit(TinyCompany(), kFirstDay + 120, options);
  ASSERT_EQ(model.cells.size(), 2u);
  const std::vector<Cause>& causes = model.cells[0].causes;
  ASSERT_EQ(causes.size(), 2u);
  EXPECT_EQ(causes[0].next_stage, 1);
  EXPECT_EQ(causes[1].next_stage, 3);
  const double advance = causes[0].hazards[1].shape / causes[0].hazards[1].rate;
  const double lost = causes[1].hazards[1].shape / causes[1].hazards[1].rate;
  EXPECT_NEAR(advance + lost, 0.182, 0.26 * 0.182);
  EXPECT_NEAR(advance / (advance + lost), 0.7, 4.5 * std::sqrt(0.21 / 200));
}

// Counts of weight w add up to sum w, but vary like sum w^2: with a half-life of 20 days and a long
// past one is twice the other.
TEST(FitModel, WeightedCountsAreWorthTheirEffectiveNumber) {
  ModelOptions options;
  options.hazard_half_life_days = 20;
  options.bucket_starts = {0};
  options.weekday_factors = options.month_of_quarter_factors = false;
  options.bucket_prior_events = 1e-9;
  const Cause cause = Fit(TinyCompany(), kFirstDay + 240, options).cells[0].causes[0];
  double sum = 0, squares = 0;
  for (int age = 0; age <= 240; ++age) {
    const double weight = std::pow(0.5, age / 20.0);
    sum += weight;
    squares += weight * weight;
  }
  EXPECT_NEAR(sum / squares, 2, 0.05);
  EXPECT_NEAR(cause.hazards[0].shape / cause.events, sum / squares, 1e-6);
}

// 120 days are four stretches of 30, each with its shock of variance 1.5 * 31 / 30 - 1.
TEST(FitModel, ShockedCountsSayLess) {
  ModelOptions options;
  options.arrival_half_life_days = 1e9;
  options.weekday_factors = false;
  options.shock_days = 30;
  options.arrival_shock_prior_stretches = std::numeric_limits<double>::infinity();
  const History history = TinyCompany();
  const double company_rate = static_cast<double>(history.opportunities.size()) / (4 * 120);
  const double n = static_cast<double>(
      std::count_if(history.opportunities.begin(), history.opportunities.end(),
                    [](const Opportunity& opportunity) { return opportunity.rep == 0; }));
  const double prior = options.arrival_prior_events;
  const double expected = 120 * (prior + n) / (prior / company_rate + 120);
  const double information = 1 / (1 + expected * 0.55 / 4);
  const GammaPosterior shocked =
      Fit(history, kFirstDay + 120, options).pipelines[0].arrivals.reps[0];
  EXPECT_NEAR(shocked.shape, prior + information * n, 1e-4);
  EXPECT_NEAR(shocked.rate, prior / company_rate + information * 120, 1e-3);

  options.arrival_rep_shock_shape = options.arrival_company_shock_shape =
      std::numeric_limits<double>::infinity();
  const GammaPosterior calm = Fit(history, kFirstDay + 120, options).pipelines[0].arrivals.reps[0];
  EXPECT_NEAR(calm.shape, prior + n, 1e-4);
}

TEST(FitModel, FindsTheRateOfCreation) {
  ModelOptions options;
  options.arrival_half_life_days = 1e9;
  const FittedModel model = Fit(TinyCompany(), kFirstDay + 120, options);
  for (const GammaPosterior& rep : model.pipelines[0].arrivals.reps) {
    // 60 expected; shrunk towards the company.
    EXPECT_NEAR(rep.shape / rep.rate, 0.5, 4.5 * std::sqrt(0.25 / 120));
  }
  EXPECT_EQ(model.pipelines[0].arrivals.entry_share, (std::vector<double>{1, 0, 0, 0}));
}

TEST(FitModel, KnowsNothingFromTheInstantOn) {
  const History all = TinyCompany();
  const int64_t as_of_us = (kFirstDay + 60) * kDayUs;
  History known = all;
  known.opportunities.clear();
  known.events.clear();
  for (const Opportunity& opportunity : all.opportunities) {
    if (opportunity.create_time_us >= as_of_us) continue;
    const int32_t index = static_cast<int32_t>(known.opportunities.size());
    known.opportunities.push_back(opportunity);
    for (int i = 0; i < opportunity.event_count; ++i) {
      StageEvent event = all.events[opportunity.first_event + i];
      event.opportunity = index;
      if (event.time_us < as_of_us) known.events.push_back(event);
    }
  }
  IndexEvents(known);
  const FittedModel a = Fit(all, kFirstDay + 60), b = Fit(known, kFirstDay + 60);
  ASSERT_EQ(a.open.size(), b.open.size());
  for (size_t c = 0; c < a.cells.size(); ++c) {
    for (size_t k = 0; k < a.cells[c].causes.size(); ++k) {
      for (size_t i = 0; i < a.bucket_starts.size(); ++i) {
        EXPECT_EQ(a.cells[c].causes[k].hazards[i].shape, b.cells[c].causes[k].hazards[i].shape);
        EXPECT_EQ(a.cells[c].causes[k].hazards[i].rate, b.cells[c].causes[k].hazards[i].rate);
      }
    }
  }
}

TEST(FitModel, TheOrderOfOpportunitiesDoesNotMatter) {
  const History history = TinyCompany();
  History reversed = history;
  std::reverse(reversed.opportunities.begin(), reversed.opportunities.end());
  const int32_t last = static_cast<int32_t>(history.opportunities.size()) - 1;
  for (StageEvent& event : reversed.events) event.opportunity = last - event.opportunity;
  IndexEvents(reversed);
  const FittedModel a = Fit(history, kFirstDay + 90), b = Fit(reversed, kFirstDay + 90);
  for (size_t c = 0; c < a.cells.size(); ++c) {
    for (size_t k = 0; k < a.cells[c].causes.size(); ++k) {
      EXPECT_EQ(a.cells[c].causes[k].hazards[0].rate, b.cells[c].causes[k].hazards[0].rate);
      EXPECT_EQ(a.cells[c].causes[k].reps[1].rate, b.cells[c].causes[k].reps[1].rate);
    }
  }
}

TEST(FitModel, TheNumberOfThreadsDoesNotMatter) {
  const History history = TinyCompany();
  const int64_t as_of_us = (kFirstDay + 90) * kDayUs;
  const FittedModel one = *FitModel(history, as_of_us);
  for (const int threads : {2, 3, 8}) {
    const FittedModel many = *FitModel(history, as_of_us, {}, threads);
    ASSERT_EQ(many.open.size(), one.open.size());
    for (size_t i = 0; i < one.open.size(); ++i) EXPECT_EQ(many.open[i].key, one.open[i].key);
    for (size_t c = 0; c < one.cells.size(); ++c) {
      for (size_t k = 0; k < one.cells[c].causes.size(); ++k) {
        const Cause &a = one.cells[c].causes[k], &b = many.cells[c].causes[k];
        EXPECT_EQ(a.next_stage, b.next_stage);
        for (size_t i = 0; i < a.hazards.size(); ++i) {
          EXPECT_EQ(a.hazards[i].shape, b.hazards[i].shape);
          EXPECT_EQ(a.hazards[i].rate, b.hazards[i].rate);
        }
        for (size_t r = 0; r < a.reps.size(); ++r) EXPECT_EQ(a.reps[r].rate, b.reps[r].rate);
      }
    }
    EXPECT_EQ(many.pipelines[0].arrivals.reps[0].shape, one.pipelines[0].arrivals.reps[0].shape);
  }
}

// Exits were not recorded in the first 60 days, though there must have been many.
TEST(FitModel, DoesNotCountDaysOnWhichExitsWereNotRecorded) {
  const History history = TinyCompany();
  History late = history;
  std::erase_if(late.events, [&](const StageEvent& event) {
    return event.stage != 0 && event.time_us < (kFirstDay + 60) * kDayUs;
  });
  // What left unseen is unknown altogether.
  std::vector<char> left(history.opportunities.size());
  for (const StageEvent& event : history.events) {
    if (event.stage != 0 && event.time_us < (kFirstDay + 60) * kDayUs) left[event.opportunity] = 1;
  }
  std::erase_if(late.events, [&](const StageEvent& event) { return left[event.opportunity] != 0; });
  for (size_t i = 0; i < left.size(); ++i) {
    if (left[i] != 0) late.opportunities[i].create_time_us = INT64_MAX;
  }
  IndexEvents(late);
  ModelOptions options;
  options.hazard_half_life_days = 1e9;
  const FittedModel model = Fit(late, kFirstDay + 120, options);
  // Only what has survived is left from then: few days, so few exits to be missed. With the bodies
  // of those who left in place there are many.
  EXPECT_EQ(model.cells[1].observed_from, INT32_MIN);
  History bodies = history;
  std::erase_if(bodies.events, [&](const StageEvent& event) {
    return event.stage != 0 && event.time_us < (kFirstDay + 60) * kDayUs;
  });
  IndexEvents(bodies);
  const FittedModel truncated = Fit(bodies, kFirstDay + 120, options);
  EXPECT_GE(truncated.cells[0].observed_from, kFirstDay + 60);
  EXPECT_LE(truncated.cells[0].observed_from, kFirstDay + 63);
  EXPECT_EQ(Fit(history, kFirstDay + 120, options).cells[0].observed_from, INT32_MIN);
}

TEST(FitModel, AStageNeverLeftAndRepsWithoutHistory) {
  History history = TinyCompany({.reps = 1, .days = 10});
  history.pipelines[0].stages.insert(history.pipelines[0].stages.begin() + 2,
                                     {"never", StageKind::kOpen});
  for (StageEvent& event : history.events) event.stage = event.stage >= 2 ? 2 : event.stage;
  history.reps.push_back({"newcomer"});
  const FittedModel model = Fit(history, kFirstDay + 400);
  ExpectFinite(model);
  EXPECT_EQ(model.cells[2].causes.size(), 2u);
  EXPECT_EQ(model.cells[0].causes[0].reps[1].shape, model.cells[0].causes[0].reps[1].rate);
}

TEST(FitModel, OneOpportunity) {
  History history = TinyCompany({.reps = 1, .days = 0});
  history.opportunities.resize(1);
  history.opportunities[0].rep = 0;
  history.opportunities[0].create_time_us = kFirstDay * kDayUs;
  ExpectFinite(Fit(history, kFirstDay + 1));
}

TEST(FitModel, RefusesNothingAndBadOptions) {
  const History history = TinyCompany();
  EXPECT_EQ(FitModel(history, kFirstDay * kDayUs).status().code(),
            absl::StatusCode::kFailedPrecondition);
  ModelOptions options;
  options.rep_shock_shape = 0;
  const absl::Status status = FitModel(history, (kFirstDay + 9) * kDayUs, options).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "model.rep_shock_shape must be > 0; got 0");
  options = {};
  options.bucket_starts = {0, 5, 5};
  EXPECT_EQ(FitModel(history, (kFirstDay + 9) * kDayUs, options).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace quotacast::simulation
