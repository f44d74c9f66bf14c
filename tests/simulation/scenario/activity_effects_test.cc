#include "simulation/scenario/activity_effects.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "client/sample/sample.h"
#include "simulation/fit.h"
#include "simulation/scenario/follow_up_effect.h"
#include "tests/simulation/csv_history.h"

namespace quotacast::simulation {
namespace {

constexpr size_t kCall = static_cast<size_t>(ActivityType::kCall);
constexpr size_t kEmail = static_cast<size_t>(ActivityType::kEmail);
constexpr size_t kFollowUp = static_cast<size_t>(ActivityType::kFollowUp);
constexpr int kReps = 40;

// 4.5 standard errors of a 90 % interval of a logarithm: a false-positive rate below 1e-5.
constexpr double kReach = 4.5 / 1.645;

int64_t EndOf(const History& history) {
  int64_t end = 0;
  for (const StageEvent& event : history.events) end = std::max(end, event.time_us);
  return end + 1;
}

struct World {
  double contact_rate = .06;
  double follow_up_effect = 1;
  int rep_count = kReps;
  uint64_t seed = 7;
};

History MakeUp(const World& world) {
  sample::SampleOptions options;
  options.rep_count = world.rep_count;
  options.month_count = 12;
  options.end = absl::CivilDay(2026, 3, 1);
  options.seed = world.seed;
  options.contact_rate = world.contact_rate;
  options.follow_up_effect = world.follow_up_effect;
  std::string folder = testing::TempDir() + "quotacast_effects_XXXXXX";
  folder = mkdtemp(folder.data());
  const auto made = sample::WriteSample(folder, options);
  EXPECT_TRUE(made.ok()) << made.status();
  const auto history = LoadCsvHistory(folder, absl::UTCTimeZone());
  std::filesystem::remove_all(folder);
  EXPECT_TRUE(history.ok()) << history.status();
  return *history;
}

ActivityEffects Learn(const History& history) {
  const auto model = FitModel(history, EndOf(history));
  EXPECT_TRUE(model.ok()) << model.status();
  return LearnActivityEffects(history, *model, model->as_of_us, 2);
}

double LogError(const Estimate& estimate) {
  return std::log(estimate.high / estimate.value) / 1.645;
}

TEST(ActivityEffectsTest, RecoversWhatWasPlanted) {
  History history = MakeUp({.follow_up_effect = 1.6});
  const ActivityEffects effects = Learn(history);
  const ActivityOfKind& calls = effects.kinds[kCall];
  ASSERT_EQ(calls.method, EffectMethod::kLinked);
  // The reps' own rates are drawn with a coefficient of variation of 1 / sqrt(20).
  const double skill_error = 1 / std::sqrt(20.0 * kReps);
  const double error = std::hypot(LogError(calls.company_per_activity), skill_error);
  EXPECT_NEAR(std::log(calls.company_per_activity.value / .06), 0, 4.5 * error);
  EXPECT_GT(calls.range.most, calls.weekly[0]);
  // E-mails lead to nothing, and are about nobody.
  EXPECT_EQ(effects.kinds[kEmail].method, EffectMethod::kWithinRep);
  EXPECT_FALSE(effects.kinds[kEmail].found);
  // 28 % of calls connect.
  double share = 0;
  for (const GammaPosterior& odds : calls.connect_odds) {
    share += odds.shape / (odds.shape + odds.rate) / kReps;
  }
  EXPECT_NEAR(share, .28, .02);

  const FollowUpEffect& follow_ups = effects.follow_ups[kFollowUp];
  ASSERT_TRUE(follow_ups.recorded);
  EXPECT_TRUE(follow_ups.advance.found);
  EXPECT_NEAR(std::log(follow_ups.advance.ratio.value / 1.6), 0,
              4.5 * LogError(follow_ups.advance.ratio));
  EXPECT_NEAR(std::log(follow_ups.lost.ratio.value), 0, 4.5 * LogError(follow_ups.lost.ratio));

  // Without a word of which call led to what, the days tell: the slope within reps.
  for (Activity& activity : history.activities) {
    if (activity.type == ActivityType::kCall) activity.opportunity = kNone;
  }
  const ActivityOfKind unlinked = Learn(history).kinds[kCall];
  ASSERT_EQ(unlinked.method, EffectMethod::kWithinRep);
  EXPECT_TRUE(unlinked.found);
  const double reach =
      kReach * (unlinked.company_per_activity.high - unlinked.company_per_activity.value);
  EXPECT_NEAR(unlinked.company_per_activity.value, .06, reach);
}

TEST(ActivityEffectsTest, AreTheSameWithAnyNumberOfThreads) {
  const History history = MakeUp({});
  const auto model = FitModel(history, EndOf(history));
  ASSERT_TRUE(model.ok()) << model.status();
  const ActivityEffects whole = LearnActivityEffects(history, *model, model->as_of_us, 1);
  const ActivityEffects part = LearnProspectingEffects(history, *model, model->as_of_us, 3);
  EXPECT_EQ(part.creations_weekly, whole.creations_weekly);
  for (size_t k = 0; k < kActivityTypeCount; ++k) {
    EXPECT_EQ(part.kinds[k].method, whole.kinds[k].method);
    EXPECT_EQ(part.kinds[k].count, whole.kinds[k].count);
    EXPECT_EQ(part.kinds[k].weekly, whole.kinds[k].weekly);
    EXPECT_EQ(part.kinds[k].per_activity, whole.kinds[k].per_activity);
    EXPECT_EQ(part.kinds[k].company_per_activity.high, whole.kinds[k].company_per_activity.high);
    EXPECT_EQ(part.kinds[k].range.most, whole.kinds[k].range.most);
    // What goes with follow-ups is not in the part.
    EXPECT_FALSE(part.follow_ups[k].recorded);
  }
}

TEST(ActivityEffectsTest, ReportsNoneWhereThereIsNone) {
  const ActivityEffects effects = Learn(MakeUp({.contact_rate = 0}));
  const ActivityOfKind& calls = effects.kinds[kCall];
  EXPECT_EQ(calls.method, EffectMethod::kWithinRep);
  EXPECT_GT(calls.count, 1'000);
  EXPECT_FALSE(calls.found);
  EXPECT_EQ(calls.per_activity[0], 0);
  EXPECT_LT(calls.company_per_activity.low, 0);
  EXPECT_GT(calls.company_per_activity.high, 0);
  const FollowUpEffect& follow_ups = effects.follow_ups[kFollowUp];
  ASSERT_TRUE(follow_ups.recorded);
  EXPECT_FALSE(follow_ups.advance.found);
  EXPECT_FALSE(follow_ups.lost.found);
  EXPECT_EQ(FollowUpFactor(follow_ups, follow_ups.advance, 0, 5), 1);
}

// 20 small companies without any effect. Slopes of calls and e-mails are called found with a chance
// of 1 %, the ratios of meetings and follow-ups with .5 %: 40 * .01 + 80 * .005 = .8 expected. More
// than 5 come by chance with a probability of 2e-4.
TEST(ActivityEffectsTest, RarelyFindsWhatIsNotThere) {
  int found = 0;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const ActivityEffects effects =
        Learn(MakeUp({.contact_rate = 0, .rep_count = 8, .seed = seed}));
    for (size_t k = 0; k < kActivityTypeCount; ++k) {
      found += effects.kinds[k].found ? 1 : 0;
      found += effects.follow_ups[k].advance.found ? 1 : 0;
      found += effects.follow_ups[k].lost.found ? 1 : 0;
    }
  }
  EXPECT_LE(found, 5);
}

TEST(ActivityEffectsTest, SaysNothingOfWhatIsNotRecorded) {
  History history = MakeUp({});
  history.activities.clear();
  const ActivityEffects effects = Learn(history);
  for (size_t k = 0; k < kActivityTypeCount; ++k) {
    EXPECT_EQ(effects.kinds[k].method, EffectMethod::kNotRecorded);
    EXPECT_FALSE(effects.kinds[k].found);
    EXPECT_FALSE(effects.follow_ups[k].recorded);
  }
  EXPECT_GT(effects.creations_weekly[0], 0);
}

// Raw, a loan application that was called about lately moves on less than half as often as others,
// and is lost more often. Given its stage, age and clerk there is nothing left of that above its
// error.
TEST(ActivityEffectsTest, LoansHoldAlmostNothing) {
  if (SharedDataFolder().empty()) GTEST_SKIP() << "no shared data";
  const auto history = LoadLoans();
  ASSERT_TRUE(history.ok()) << history.status();
  const ActivityEffects effects = Learn(*history);
  const FollowUpEffect& calls = effects.follow_ups[kCall];
  ASSERT_TRUE(calls.recorded);
  EXPECT_GT(calls.advance.events_after, 1'000);
  EXPECT_LT(calls.advance.raw, .5);
  EXPECT_GT(calls.lost.raw, 1.3);
  EXPECT_FALSE(calls.advance.found);
  EXPECT_FALSE(calls.lost.found);
  EXPECT_LT(calls.advance.ratio.low, 1);
  EXPECT_GT(calls.advance.ratio.high, 1);
  EXPECT_EQ(effects.kinds[kCall].method, EffectMethod::kNotRecorded)
      << "no call is without an application";
}

}  // namespace
}  // namespace quotacast::simulation
