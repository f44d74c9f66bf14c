#include "simulation/scenario/explanation.h"

#include <gtest/gtest.h>

#include <numeric>

#include "simulation/fit.h"
#include "tests/simulation/planted_company.h"

namespace quotacast::simulation {
namespace {

constexpr int64_t kDayUs = int64_t{86'400} * 1'000'000;

class ExplanationTest : public testing::Test {
 protected:
  ExplanationTest() : history_(PlantCompany({.reps = 4}, 5).history) {
    int64_t end = 0;
    for (const StageEvent& event : history_.events) end = std::max(end, event.time_us);
    end_us_ = StartOfDayUs(DayOf(end, history_.time_zone) + 1, history_.time_zone);
    question_.period_start = DayOf(end_us_, history_.time_zone) - 20;
    question_.period_end = question_.period_start + 40;
    question_.target = 60'000'000'000;
  }

  Explanation Explain(int64_t from_us, int64_t to_us, int64_t target_after) {
    const auto before = FitModel(history_, from_us), after = FitModel(history_, to_us);
    EXPECT_TRUE(before.ok() && after.ok());
    Question later = question_;
    later.target = target_after;
    const auto explanations =
        ExplainChange(history_, *before, *after, {question_}, {later}, options_);
    EXPECT_TRUE(explanations.ok()) << explanations.status();
    const Explanation& explanation = explanations->front();
    EXPECT_EQ(explanation.before.attainment_probability,
              (*ForecastAttainment(*before, {question_}, options_))[0].attainment_probability);
    EXPECT_EQ(explanation.after.attainment_probability,
              (*ForecastAttainment(*after, {later}, options_))[0].attainment_probability);
    return explanation;
  }
  static double Part(const Explanation& explanation, ChangePart part) {
    return explanation.parts[static_cast<size_t>(part)];
  }

  History history_;
  int64_t end_us_ = 0;
  Question question_;
  ForecastOptions options_;
};

TEST_F(ExplanationTest, PartsAddUp) {
  const Explanation explanation = Explain(end_us_ - 14 * kDayUs, end_us_, 50'000'000'000);
  const double sum = std::accumulate(explanation.parts.begin(), explanation.parts.end(), 0.0);
  EXPECT_NEAR(sum,
              explanation.after.attainment_probability - explanation.before.attainment_probability,
              1e-12);
  EXPECT_GE(Part(explanation, ChangePart::kQuota), 0) << "the target is lower";
  EXPECT_LE(Part(explanation, ChangePart::kTimePassed), .05) << "time alone brings nothing";
  EXPECT_GE(Part(explanation, ChangePart::kWon), 0);
  EXPECT_LE(Part(explanation, ChangePart::kLost), .02);
  EXPECT_FALSE(explanation.deals[static_cast<size_t>(ChangePart::kWon)].empty());
}

TEST_F(ExplanationTest, NothingHappensInNoTime) {
  const Explanation explanation = Explain(end_us_, end_us_, question_.target);
  for (const double part : explanation.parts) EXPECT_EQ(part, 0);
  for (const auto& deals : explanation.deals) EXPECT_TRUE(deals.empty());
}

// One kind of news at a time: the whole change is that of its part.
TEST_F(ExplanationTest, EachKindOfNewsHasItsPart) {
  const auto before = FitModel(history_, end_us_);
  ASSERT_TRUE(before.ok());
  question_.target =
      static_cast<int64_t>((*ForecastAttainment(*before, {question_}, options_))[0].mean);
  size_t deal = 0;  // The largest of the rep's.
  for (size_t i = 0; i < before->open.size(); ++i) {
    const OpenOpportunity& open = before->open[i];
    if (open.rep != 0) continue;
    if (before->open[deal].rep != 0 || open.amount_micros > before->open[deal].amount_micros) {
      deal = i;
    }
  }
  const auto expect_only = [&](ChangePart part, const FittedModel& after, const Question& later) {
    const auto explanations =
        ExplainChange(history_, *before, after, {question_}, {later}, options_);
    ASSERT_TRUE(explanations.ok()) << explanations.status();
    const Explanation& explanation = explanations->front();
    for (int p = 0; p < kChangePartCount; ++p) {
      if (p == static_cast<int>(part)) {
        EXPECT_NE(explanation.parts[static_cast<size_t>(p)], 0) << p;
      } else {
        EXPECT_EQ(explanation.parts[static_cast<size_t>(p)], 0) << p;
      }
    }
  };
  FittedModel after = *before;
  after.open.erase(after.open.begin() + static_cast<int64_t>(deal));
  expect_only(ChangePart::kLost, after, question_);
  after = *before;
  after.open[deal].cell += after.open[deal].cell == 0 ? 1 : -1;
  expect_only(ChangePart::kStageMoves, after, question_);
  after = *before;
  after.open[deal].amount_micros /= 100;
  expect_only(ChangePart::kDealChanges, after, question_);
  after = *before;
  after.open.push_back(after.open[deal]);
  after.open.back().opportunity = static_cast<int32_t>(history_.opportunities.size());
  after.open.back().key += 1;
  expect_only(ChangePart::kNewDeals, after, question_);
  after = *before;
  for (Cell& cell : after.cells) {
    for (Cause& cause : cell.causes) cause.reps[0].rate *= 2;
  }
  expect_only(ChangePart::kRates, after, question_);
  Question later = question_;
  later.target = later.target * 11 / 10;
  expect_only(ChangePart::kQuota, *before, later);
}

}  // namespace
}  // namespace quotacast::simulation
