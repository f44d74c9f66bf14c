#include "simulation/forecast.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "simulation/fit.h"
#include "tests/simulation/tiny_company.h"
#include "tests/simulation/worked_company.h"

namespace quotacast::simulation {
namespace {

constexpr Day kAsOf = kFirstDay + 100;

FittedModel Model() { return *FitModel(TinyCompany(), kAsOf * kDayUs); }

Question Ask(int32_t rep, int64_t target, Day start = kAsOf - 10, Day end = kAsOf + 20) {
  Question question;
  question.owner = rep;
  question.period_start = start;
  question.period_end = end;
  question.target = target;
  return question;
}

Question AskTeam(int32_t team, int64_t target) {
  Question question = Ask(team, target);
  question.owner_type = OwnerType::kTeam;
  return question;
}

std::vector<Forecast> Answers(const FittedModel& model, const std::vector<Question>& questions,
                              const ForecastOptions& options = {}) {
  const absl::StatusOr<std::vector<Forecast>> forecasts =
      ForecastAttainment(model, questions, options);
  EXPECT_TRUE(forecasts.ok()) << forecasts.status();
  return *forecasts;
}

void ExpectSame(const Forecast& a, const Forecast& b) {
  EXPECT_EQ(a.attainment_probability, b.attainment_probability);
  EXPECT_EQ(a.standard_error, b.standard_error);
  EXPECT_EQ(a.probability_low, b.probability_low);
  EXPECT_EQ(a.mean, b.mean);
  EXPECT_EQ(a.expected_from_open, b.expected_from_open);
  EXPECT_EQ(a.trial_count, b.trial_count);
  for (size_t i = 0; i < a.quantiles.size(); ++i) {
    EXPECT_EQ(a.quantiles[i].value, b.quantiles[i].value);
  }
}

// The chance is .380945 exactly (docs/model.md). The bound of 4.5 standard
// errors fails a right engine for one seed in 100,000; the seed is fixed.
TEST(ForecastAttainment, WorkedCase) {
  const FittedModel model = WorkedCase();
  ForecastOptions options;
  options.trial_count = 200'000;
  options.run_rate_share = 0;
  const Forecast forecast = Answers(model, {WorkedQuestion()}, options)[0];
  EXPECT_NEAR(forecast.attainment_probability, .380945, 4.5 * forecast.standard_error);
  EXPECT_LT(forecast.standard_error, 0.0015);
  EXPECT_EQ(forecast.booked, 1);
  EXPECT_EQ(forecast.open_opportunity_count, 6);
  EXPECT_NEAR(forecast.expected_from_new, .190402, 2e-6);
  EXPECT_NEAR(forecast.expected_from_open,
              .159592 + .190973 + .097267 + .663201 + .553506 + .360640, 1e-5);
  EXPECT_EQ(forecast.probability_low, forecast.probability_high);
}

TEST(ForecastAttainment, AnswersHangTogether) {
  const FittedModel model = Model();
  ForecastOptions options;
  options.keep_samples = true;
  for (const Forecast& forecast :
       Answers(model, {Ask(0, 30'000'000), AskTeam(0, 90'000'000)}, options)) {
    EXPECT_GE(forecast.trial_count, 10'000);
    ASSERT_EQ(forecast.samples.size(), static_cast<size_t>(forecast.trial_count));
    EXPECT_TRUE(std::is_sorted(forecast.samples.begin(), forecast.samples.end()));
    EXPECT_GE(forecast.samples.front(), forecast.booked);
    const double n = static_cast<double>(forecast.trial_count);
    const double reached = static_cast<double>(
        forecast.samples.end() - std::lower_bound(forecast.samples.begin(), forecast.samples.end(),
                                                  forecast.question.target));
    EXPECT_NEAR(forecast.attainment_probability, reached / n, 1e-12);
    const double sum = std::accumulate(forecast.samples.begin(), forecast.samples.end(), 0.0);
    EXPECT_NEAR(forecast.mean, sum / n, 1e-6 * forecast.mean);
    ASSERT_EQ(forecast.quantiles.size(), 7u);
    for (const Quantile& quantile : forecast.quantiles) {
      const size_t rank = static_cast<size_t>(std::ceil(quantile.level * n)) - 1;
      EXPECT_EQ(quantile.value, static_cast<double>(forecast.samples[rank]));
    }
    EXPECT_LT(forecast.probability_low, forecast.attainment_probability);
    EXPECT_GT(forecast.probability_high, forecast.attainment_probability);
  }
}

TEST(ForecastAttainment, SameBytesOnAnyThreadCountAndInAnyCompany) {
  const FittedModel model = Model();
  const std::vector<Question> questions = {Ask(0, 30'000'000), Ask(1, 20'000'000),
                                           AskTeam(0, 90'000'000), AskTeam(1, 50'000'000)};
  const std::vector<Forecast> one = Answers(model, questions);
  for (const int threads : {2, 8}) {
    ForecastOptions options;
    options.thread_count = threads;
    const std::vector<Forecast> many = Answers(model, questions, options);
    for (size_t i = 0; i < one.size(); ++i) ExpectSame(one[i], many[i]);
  }
  // A rep's answer does not depend on what else is asked,
  ExpectSame(Answers(model, {questions[1]})[0], one[1]);
  // nor on what other reps have open.
  FittedModel alone = model;
  std::erase_if(alone.open, [](const OpenOpportunity& open) { return open.rep != 1; });
  ExpectSame(Answers(alone, {questions[1]})[0], one[1]);
}

TEST(ForecastAttainment, ATeamIsTheSumOfItsSubtree) {
  const FittedModel model = Model();
  Question listed = Ask(0, 90'000'000);
  listed.reps = {3, 1, 0, 2};
  const std::vector<Forecast> forecasts =
      Answers(model, {AskTeam(0, 90'000'000), listed, Ask(0, 1), Ask(1, 1), Ask(2, 1), Ask(3, 1)});
  ExpectSame(forecasts[0], forecasts[1]);
  double mean = 0;
  int64_t booked = 0;
  for (int i = 2; i < 6; ++i) {
    mean += forecasts[i].mean;
    booked += forecasts[i].booked;
  }
  EXPECT_NEAR(forecasts[0].mean, mean, 1e-9 * mean);
  EXPECT_EQ(forecasts[0].booked, booked);
}

TEST(ForecastAttainment, WhatIsReachedIsCertainAndWhatIsFarImpossible) {
  const FittedModel model = Model();
  const std::vector<Forecast> forecasts = Answers(model, {Ask(0, 1), Ask(0, int64_t{1} << 60)});
  ASSERT_GT(forecasts[0].booked, 1);
  EXPECT_EQ(forecasts[0].attainment_probability, 1);
  EXPECT_EQ(forecasts[1].attainment_probability, 0);
  EXPECT_GT(forecasts[1].standard_error, 0);
}

// Two periods that follow each other bring together what the whole brings.
TEST(ForecastAttainment, APeriodThatHasNotBegun) {
  const FittedModel model = Model();
  ForecastOptions options;
  options.trial_count = 200'000;
  options.run_rate_share = 0;
  const std::vector<Forecast> forecasts =
      Answers(model,
              {Ask(0, 1, kAsOf, kAsOf + 30), Ask(0, 1, kAsOf, kAsOf + 10),
               Ask(0, 1, kAsOf + 10, kAsOf + 30)},
              options);
  EXPECT_EQ(forecasts[2].booked, 0);
  EXPECT_NEAR(forecasts[0].expected_from_open,
              forecasts[1].expected_from_open + forecasts[2].expected_from_open,
              1e-4 * forecasts[0].expected_from_open);
  EXPECT_NEAR(forecasts[0].mean, forecasts[1].mean + forecasts[2].mean, 0.02 * forecasts[0].mean);
}

TEST(ForecastAttainment, PrecisionAskedIsReached) {
  const FittedModel model = Model();
  ForecastOptions options;
  options.precision_pp = 0.4;
  const std::vector<Forecast> both =
      Answers(model, {Ask(0, 30'000'000), Ask(1, 20'000'000)}, options);
  for (const Forecast& forecast : both) EXPECT_LE(forecast.standard_error, 0.004);
  ExpectSame(Answers(model, {Ask(1, 20'000'000)}, options)[0], both[1]);
}

// The spread of the answers over seeds is what they say of themselves. With 60 seeds its relative
// error is 9 %, and the stated error's own is some 3 %: 40 % fails a right one less than once in
// 10,000 choices of the seeds.
TEST(ForecastAttainment, TheStandardErrorIsTrue) {
  const FittedModel model = Model();
  const std::vector<Question> questions = {Ask(0, 40'000'000), AskTeam(0, 150'000'000)};
  std::vector<double> sum(2), squares(2), stated(2);
  const int seeds = 60;
  for (int seed = 0; seed < seeds; ++seed) {
    ForecastOptions options;
    options.seed = static_cast<uint64_t>(seed);
    const std::vector<Forecast> forecasts = Answers(model, questions, options);
    for (size_t i = 0; i < 2; ++i) {
      const double p = forecasts[i].attainment_probability;
      sum[i] += p;
      squares[i] += p * p;
      stated[i] += forecasts[i].standard_error * forecasts[i].standard_error / seeds;
    }
  }
  for (size_t i = 0; i < 2; ++i) {
    const double spread = std::sqrt((squares[i] - sum[i] * sum[i] / seeds) / (seeds - 1));
    EXPECT_NEAR(spread / std::sqrt(stated[i]), 1, 0.4) << i;
    EXPECT_GT(sum[i] / seeds, 0.05);
    EXPECT_LT(sum[i] / seeds, 0.95);
  }
}

TEST(ForecastAttainment, ARepWhoHasLeftCreatesNothing) {
  FittedModel model = Model();
  EXPECT_GT(Answers(model, {Ask(0, 1)})[0].expected_from_new, 0);
  model.reps[0].end_day = kAsOf;
  const Forecast forecast = Answers(model, {Ask(0, 1)})[0];
  EXPECT_EQ(forecast.expected_from_new, 0);
  EXPECT_GT(forecast.expected_from_open, 0);
}

TEST(ForecastAttainment, SmallAndStrangeCompaniesGetAnAnswer) {
  for (const TinyCompanyOptions& options :
       {TinyCompanyOptions{.reps = 1, .days = 3}, TinyCompanyOptions{.reps = 3, .days = 12},
        TinyCompanyOptions{.reps = 2, .days = 30, .lost_share = 1}}) {
    const History history = TinyCompany(options);
    const Day as_of = kFirstDay + options.days;
    const absl::StatusOr<FittedModel> model = FitModel(history, as_of * kDayUs + kDayUs / 2);
    if (history.opportunities.empty()) continue;
    ASSERT_TRUE(model.ok()) << model.status();
    for (const Measure measure : {Measure::kAmount, Measure::kUnits}) {
      Question question = Ask(0, 3, as_of, as_of + 1000);
      question.measure = measure;
      const Forecast forecast = Answers(*model, {question})[0];
      EXPECT_TRUE(std::isfinite(forecast.mean));
      EXPECT_TRUE(std::isfinite(forecast.standard_error));
      EXPECT_GE(forecast.probability_low, 0);
      EXPECT_LE(forecast.probability_high, 1);
    }
  }
}

// Remembers what it is told.
class Observer final : public ForecastObserver {
 public:
  void OnProgress(double share_done) override {
    EXPECT_GE(share_done, done);
    EXPECT_LE(share_done, 1);
    done = share_done;
  }
  void OnAnswer(size_t question, bool final, const std::function<Forecast()>& forecast) override {
    (final ? finals : earlier).emplace_back(question, forecast());
  }
  std::vector<std::pair<size_t, Forecast>> finals, earlier;
  double done = 0;
};

TEST(ForecastAttainment, ShowsAnswersAsTheyCome) {
  const FittedModel model = Model();
  const std::vector<Question> questions = {Ask(0, 5'000'000), Ask(1, 4'000'000),
                                           AskTeam(0, 9'000'000)};
  Observer observer;
  ForecastOptions options;
  options.precision_pp = 0.08;
  options.thread_count = 2;
  options.observer = &observer;
  const std::vector<Forecast> answers = Answers(model, questions, options);
  ASSERT_EQ(observer.finals.size(), questions.size());
  for (const auto& [question, forecast] : observer.finals) ExpectSame(forecast, answers[question]);
  std::set<size_t> shown;
  for (const auto& [question, forecast] : observer.earlier) {
    shown.insert(question);
    EXPECT_LT(forecast.trial_count, answers[question].trial_count);
    EXPECT_GT(forecast.standard_error, 0);
    EXPECT_NEAR(forecast.attainment_probability, answers[question].attainment_probability,
                6 * forecast.standard_error);
  }
  EXPECT_FALSE(shown.empty());
  EXPECT_EQ(observer.done, 1);
}

TEST(ForecastAttainment, RefusesWhatWouldNotFitInMemory) {
  ForecastOptions options;
  options.trial_count = 10'000'000;
  const std::vector<Question> questions(60, AskTeam(0, 9'000'000));
  const auto status = ForecastAttainment(Model(), questions, options).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(status.message().find("trial_count"), std::string::npos) << status;
}

TEST(ForecastAttainment, CanBeCancelled) {
  ForecastOptions options;
  options.trial_count = 10'000'000;
  int polls = 0;
  options.cancelled = [&] { return ++polls > 20; };
  const absl::StatusOr<std::vector<Forecast>> forecasts =
      ForecastAttainment(Model(), std::vector<Question>{Ask(0, 1)}, options);
  EXPECT_EQ(forecasts.status().code(), absl::StatusCode::kCancelled);
  EXPECT_LT(polls, 30);
}

TEST(ForecastAttainment, RefusesBadQuestionsAndOptions) {
  const FittedModel model = Model();
  const auto code = [&](const Question& question, const ForecastOptions& options = {}) {
    return ForecastAttainment(model, std::vector<Question>{question}, options).status().code();
  };
  const auto kBad = absl::StatusCode::kInvalidArgument;
  EXPECT_EQ(code(Ask(0, 0)), kBad);
  EXPECT_EQ(code(Ask(4, 1)), kBad);
  EXPECT_EQ(code(Ask(-1, 1)), kBad);
  EXPECT_EQ(code(AskTeam(2, 1)), kBad);
  EXPECT_EQ(code(Ask(0, 1, kAsOf, kAsOf)), kBad);
  EXPECT_EQ(code(Ask(0, 1, kAsOf - 9, kAsOf)), kBad);
  EXPECT_EQ(code(Ask(0, 1, kAsOf, kAsOf + 5000)), kBad);
  ForecastOptions options;
  options.trial_count = 99;
  EXPECT_EQ(code(Ask(0, 1), options), kBad);
  options = {};
  options.run_rate_share = 1.5;
  EXPECT_EQ(code(Ask(0, 1), options), kBad);
  options = {};
  options.precision_pp = -1;
  EXPECT_EQ(code(Ask(0, 1), options), kBad);
  options = {};
  options.thread_count = 0;
  EXPECT_EQ(code(Ask(0, 1), options), kBad);
}

}  // namespace
}  // namespace quotacast::simulation
