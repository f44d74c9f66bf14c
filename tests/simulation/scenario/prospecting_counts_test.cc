#include "simulation/scenario/prospecting_counts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/random/mersenne_twister.hpp>
#include <boost/random/uniform_int_distribution.hpp>
#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "simulation/fit.h"
#include "simulation/scenario/activity_effects.h"

namespace quotacast::simulation {
namespace {

constexpr int64_t kHourUs = 3'600'000'000;
constexpr Day kToday = 19'000;
constexpr int kReps = 3;

void Append(double value, std::string& text) {
  char buffer[32];
  snprintf(buffer, sizeof(buffer), "%a ", value);
  text += buffer;
}

// All that prospecting effects say, to the last bit.
std::string Describe(const ActivityEffects& effects) {
  std::string text;
  for (const double weekly : effects.creations_weekly) Append(weekly, text);
  for (const double end : {effects.creations_range.least, effects.creations_range.most}) {
    Append(end, text);
  }
  for (const ActivityOfKind& kind : effects.kinds) {
    absl::StrAppend(&text, "\n", static_cast<int>(kind.method), " ", kind.count, " ", kind.found,
                    " ");
    for (const double weekly : kind.weekly) Append(weekly, text);
    for (const GammaPosterior& odds : kind.connect_odds) {
      Append(odds.shape, text);
      Append(odds.rate, text);
    }
    for (const double each : kind.per_activity) Append(each, text);
    const Estimate& company = kind.company_per_activity;
    for (const double value : {company.value, company.low, company.high}) Append(value, text);
    for (const double end : {kind.range.least, kind.range.most}) Append(end, text);
  }
  return text;
}

std::string Describe(const ProspectingCounts& counts) {
  std::string text;
  for (size_t rep = 0; rep < counts.rep_count(); ++rep) {
    for (int k = 0; k < kActivityTypeCount; ++k) {
      const auto type = static_cast<ActivityType>(k);
      absl::StrAppend(&text, "\nrep ", rep, " kind ", k, " of ", counts.made_count(type), ":");
      for (const ProspectingDay& day : counts.days(type, rep)) {
        absl::StrAppend(&text, " ", day.day, " ", day.made, "/", day.answered, "/", day.connected,
                        "/", day.credited);
      }
    }
    absl::StrAppend(&text, "\ncreated:");
    for (const CreationDay& day : counts.created(rep)) {
      absl::StrAppend(&text, " ", day.day, " ", day.count);
    }
  }
  return text;
}

// A company whose opportunities and activities become known in any order. Calls are mostly about
// opportunities, e-mails about none.
class CallingCompany {
 public:
  explicit CallingCompany(uint32_t seed) : random_(seed) {
    EXPECT_TRUE(absl::LoadTimeZone("Europe/Amsterdam", &history_.time_zone));
    history_.pipelines = {
        {"p", {{"open", StageKind::kOpen}, {"won", StageKind::kWon}, {"lost", StageKind::kLost}}}};
    for (int r = 0; r < kReps; ++r) history_.reps.push_back({absl::StrCat("r", r)});
    history_.reps[1].start_day = kToday - 60;
    history_.reps[2].end_day = kToday - 10;
  }

  const History& history() const { return history_; }
  int UpTo(int n) { return boost::random::uniform_int_distribution<int>(0, n - 1)(random_); }
  int64_t Midnight() const { return StartOfDayUs(kToday, history_.time_zone); }

  // Grows by up to two opportunities and up to `activities`, or by nothing.
  void Grow(int activities, ProspectingCounts* counts) {
    const size_t known = history_.opportunities.size();
    for (int i = UpTo(3); i > 0; --i) AddOpportunity();
    std::vector<Activity> added(static_cast<size_t>(UpTo(activities + 1)));
    for (Activity& activity : added) activity = MakeActivity();
    const auto earlier = [](const Activity& a, const Activity& b) { return a.time_us < b.time_us; };
    std::stable_sort(added.begin(), added.end(), earlier);
    history_.activities.insert(history_.activities.end(), added.begin(), added.end());
    std::stable_sort(history_.activities.begin(), history_.activities.end(), earlier);
    if (counts != nullptr) counts->Grow(history_, known, added);
  }

 private:
  // In the last 150 days or, rarely, the next ones; few enough that several fall together.
  int64_t Instant() { return Midnight() + kHourUs * (UpTo(8) == 0 ? UpTo(48) : -UpTo(150 * 24)); }

  void AddOpportunity() {
    Opportunity& opportunity = history_.opportunities.emplace_back();
    opportunity.id = absl::StrCat("o", history_.opportunities.size());
    opportunity.rep = UpTo(kReps + 1) - 1;
    opportunity.create_time_us = Instant();
    opportunity.first_event = static_cast<int64_t>(history_.events.size());
  }

  Activity MakeActivity() {
    Activity activity;
    activity.type = static_cast<ActivityType>(UpTo(3));
    activity.outcome = static_cast<ActivityOutcome>(UpTo(3));
    activity.rep = UpTo(10 * kReps) == 0 ? kNone : UpTo(kReps);
    activity.time_us = Instant();
    const auto count = static_cast<int>(history_.opportunities.size());
    if (activity.type != ActivityType::kEmail && count > 0 && UpTo(4) > 0) {
      activity.opportunity = UpTo(count);
      // Mostly about when it was created.
      if (UpTo(3) > 0) {
        activity.time_us =
            history_.opportunities[activity.opportunity].create_time_us + kHourUs * (UpTo(24) - 20);
      }
    }
    return activity;
  }

  boost::random::mt19937 random_;
  History history_;
};

TEST(ProspectingCountsTest, GiveTheEffectsThatAReadingOfTheWholeHistoryGives) {
  int linked = 0, within = 0;
  for (uint32_t seed = 1; seed <= 5; ++seed) {
    CallingCompany company(seed);
    for (int i = 0; i < 40; ++i) company.Grow(20, nullptr);
    int64_t now_us = company.Midnight() - 3 * kHourUs;
    ProspectingCounts counts(company.history(), now_us);
    for (int round = 0; round < 60; ++round) {
      company.Grow(round % 4 == 0 ? 0 : 5, &counts);
      // Past midnight too: activities and opportunities whose time had not come are counted then.
      if (company.UpTo(2) == 0) now_us += kHourUs / 2 * company.UpTo(5);
      ASSERT_TRUE(counts.AdvanceTo(company.history(), now_us));
      const ProspectingCounts fresh(company.history(), now_us);
      ASSERT_EQ(Describe(counts), Describe(fresh)) << "seed " << seed << " round " << round;
      const auto model = FitModel(company.history(), now_us);
      ASSERT_TRUE(model.ok()) << model.status();
      const ActivityEffects kept = LearnProspectingEffects(counts, *model, 1);
      ASSERT_EQ(Describe(kept),
                Describe(LearnProspectingEffects(company.history(), *model, now_us, 3)))
          << "seed " << seed << " round " << round;
      for (const ActivityOfKind& kind : kept.kinds) {
        linked += kind.method == EffectMethod::kLinked;
        within += kind.method == EffectMethod::kWithinRep && kind.company_per_activity.high != 0;
      }
    }
  }
  EXPECT_GT(linked, 100);
  EXPECT_GT(within, 100);
}

TEST(ProspectingCountsTest, CreditTheFirstWhoeverSaysItLast) {
  History history;
  history.reps.resize(3);
  history.opportunities.emplace_back().create_time_us = 50 * kHourUs;
  const auto call = [](int32_t rep, int64_t hour) {
    Activity activity;
    activity.time_us = hour * kHourUs;
    activity.rep = rep;
    activity.opportunity = 0;
    activity.type = ActivityType::kCall;
    return activity;
  };
  ProspectingCounts counts(history, 50 * kHourUs);
  const auto credited = [&] {
    std::vector<int32_t> all;
    for (size_t rep = 0; rep < 3; ++rep) {
      int32_t sum = 0;
      for (const ProspectingDay& day : counts.days(ActivityType::kCall, rep)) sum += day.credited;
      all.push_back(sum);
    }
    return all;
  };
  const auto add = [&](const Activity& activity) {
    history.activities.push_back(activity);
    std::stable_sort(history.activities.begin(), history.activities.end(),
                     [](const Activity& a, const Activity& b) { return a.time_us < b.time_us; });
    counts.Grow(history, 1, {&activity, 1});
  };
  add(call(0, 40));
  EXPECT_EQ(credited(), (std::vector<int32_t>{0, 0, 0})) << "not created yet";
  EXPECT_TRUE(counts.AdvanceTo(history, 50 * kHourUs + 1));
  EXPECT_EQ(credited(), (std::vector<int32_t>{1, 0, 0}));
  add(call(1, 40));
  EXPECT_EQ(credited(), (std::vector<int32_t>{1, 0, 0})) << "of two at once the one known first";
  add(call(2, 10));
  EXPECT_EQ(credited(), (std::vector<int32_t>{0, 0, 1}));
  add(call(1, 51));
  EXPECT_EQ(counts.made_count(ActivityType::kCall), 3) << "has not come";
  EXPECT_TRUE(counts.AdvanceTo(history, 60 * kHourUs));
  EXPECT_EQ(counts.made_count(ActivityType::kCall), 4);
  EXPECT_EQ(counts.days(ActivityType::kCall, 1).size(), 1u) << "after its creation";
  EXPECT_FALSE(counts.AdvanceTo(history, 60 * kHourUs - 1));
}

}  // namespace
}  // namespace quotacast::simulation
