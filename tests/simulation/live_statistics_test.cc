#include "simulation/live_statistics.h"

#include <gtest/gtest.h>

#include <boost/random/mersenne_twister.hpp>
#include <boost/random/uniform_int_distribution.hpp>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "simulation/fit.h"

namespace quotacast::simulation {
namespace {

constexpr int64_t kHourUs = 3'600'000'000;
constexpr Day kToday = 19'000;
constexpr int kReps = 4;
constexpr int16_t kStages = 6;  // Four open ones, won, lost.

// Everything that a forecast reads of a model, as text.
std::string Describe(const FittedModel& model) {
  std::string text = absl::StrCat(model.first_day, " ", model.as_of_us, " ",
                                  absl::SixDigits(model.first_day_fraction), "\n");
  const auto gammas = [&text](const std::vector<GammaPosterior>& all) {
    for (const GammaPosterior& gamma : all) {
      char buffer[64];
      snprintf(buffer, sizeof(buffer), "%a/%a ", gamma.shape, gamma.rate);
      text += buffer;
    }
    text += "\n";
  };
  const auto doubles = [&text](const auto& all) {
    for (const double value : all) {
      char buffer[32];
      snprintf(buffer, sizeof(buffer), "%a ", value);
      text += buffer;
    }
    text += "\n";
  };
  const auto sizes = [&text](const WonSizes& all) {
    for (const WonSize& size : all.sizes()) {
      absl::StrAppend(&text, size.amount_micros, "x", size.units, " ");
    }
    text += "\n";
  };
  for (const Cell& cell : model.cells) {
    absl::StrAppend(&text, "cell ", cell.pipeline, " ", cell.stage, " ", cell.observed_from, "\n");
    doubles(cell.cure_fractions);
    for (const Cause& cause : cell.causes) {
      absl::StrAppend(&text, "to ", cause.next_stage, "\n");
      gammas(cause.hazards);
      gammas(cause.reps);
      doubles(cause.weekday.mean_log);
      doubles(cause.month_of_quarter.variance_log);
    }
  }
  for (const FittedPipeline& pipeline : model.pipelines) {
    gammas(pipeline.arrivals.reps);
    doubles(pipeline.arrivals.weekday.mean_log);
    doubles(pipeline.arrivals.entry_share);
    sizes(pipeline.arrivals.company_sizes);
    for (const WonSizes& own : pipeline.arrivals.rep_sizes) sizes(own);
  }
  doubles(model.ratios.all.ratios());
  for (const Ratios& label : model.ratios.by_label) doubles(label.ratios());
  for (const OpenOpportunity& open : model.open) {
    absl::StrAppend(&text, "open ", open.opportunity, " ", open.rep, " ", open.cell, " ",
                    open.entry_day, " ", open.amount_micros, "\n");
  }
  for (const FittedRep& rep : model.reps) absl::StrAppend(&text, rep.first_seen, " ");
  for (const DailyBookings& bookings : model.bookings) {
    absl::StrAppend(&text, "first close ", bookings.first_close_day(), ": ");
    for (int32_t rep = 0; rep < kReps; ++rep) {
      for (Day day = kToday - 200; day <= kToday; ++day) {
        absl::StrAppend(&text, bookings.Between({&rep, 1}, day, day + 1), " ");
      }
    }
  }
  return text;
}

// A company whose facts become known in any order.
class GrowingCompany {
 public:
  explicit GrowingCompany(uint32_t seed) : random_(seed) {
    EXPECT_TRUE(absl::LoadTimeZone("Europe/Amsterdam", &history_.time_zone));
    for (int p = 0; p < 2; ++p) {
      Pipeline& pipeline = history_.pipelines.emplace_back();
      pipeline.id = absl::StrCat("p", p);
      for (int s = 0; s < kStages; ++s) {
        pipeline.stages.push_back({absl::StrCat("s", s), s == 4   ? StageKind::kWon
                                                         : s == 5 ? StageKind::kLost
                                                                  : StageKind::kOpen});
      }
    }
    history_.teams = {{"t"}};
    for (int r = 0; r < kReps; ++r) history_.reps.push_back({absl::StrCat("r", r), 0});
    history_.labels = {"a", "b"};
  }

  const History& history() const { return history_; }
  int UpTo(int n) { return boost::random::uniform_int_distribution<int>(0, n - 1)(random_); }

  // An instant of the last 150 days, rarely of the next hours.
  int64_t Instant() {
    const int64_t start = StartOfDayUs(kToday, history_.time_zone);
    return UpTo(10) == 0 ? start + UpTo(24) * kHourUs : start - UpTo(150 * 24) * kHourUs;
  }

  // Grows by a new opportunity or by events of a known one; tells `live` of it.
  void Grow(LiveStatistics* live) {
    if (history_.opportunities.empty() || UpTo(4) == 0) {
      Opportunity& opportunity = history_.opportunities.emplace_back();
      opportunity.id = absl::StrCat("o", history_.opportunities.size());
      opportunity.pipeline = UpTo(2);
      opportunity.rep = UpTo(kReps + 1) - 1;
      opportunity.label = UpTo(3) - 1;
      opportunity.amount_micros = UpTo(50) * 1'000'000;
      opportunity.create_time_us = Instant();
      opportunity.first_event = static_cast<int64_t>(history_.events.size());
      const auto index = static_cast<int32_t>(history_.opportunities.size()) - 1;
      if (live != nullptr) live->Add(history_, index);
      return;
    }
    const int32_t index = UpTo(static_cast<int>(history_.opportunities.size()));
    const Opportunity& opportunity = history_.opportunities[index];
    std::vector<StageEvent> events;
    for (int i = UpTo(3); i >= 0; --i) {
      StageEvent event;
      event.opportunity = index;
      // Mostly after what is known, by up to 20 days; sometimes whenever.
      const int64_t last =
          opportunity.event_count == 0
              ? opportunity.create_time_us
              : history_.events[opportunity.first_event + opportunity.event_count - 1].time_us;
      event.time_us = UpTo(5) == 0 ? Instant() : last + UpTo(20 * 24) * kHourUs;
      event.stage = static_cast<int16_t>(UpTo(kStages));
      if (UpTo(4) == 0) event.rep = UpTo(kReps);
      if (UpTo(3) == 0) event.amount_micros = UpTo(50) * 1'000'000;
      events.push_back(event);
    }
    if (live != nullptr) live->Remove(history_, index);
    AddEvents(history_, index, events);
    if (live != nullptr) live->Add(history_, index);
  }

 private:
  boost::random::mt19937 random_;
  History history_;
};

TEST(LiveStatisticsTest, GiveTheModelThatAReadingOfTheWholeHistoryGives) {
  int checks = 0, restarts = 0;
  for (uint32_t seed = 1; seed <= 6; ++seed) {
    GrowingCompany company(seed);
    for (int i = 0; i < 200; ++i) company.Grow(nullptr);
    int64_t now_us = StartOfDayUs(kToday, company.history().time_zone);
    std::optional<LiveStatistics> live;
    live.emplace(company.history(), now_us, ModelOptions{}, 2);
    for (int round = 0; round < 60; ++round) {
      for (int i = company.UpTo(6); i >= 0; --i) company.Grow(&*live);
      if (company.UpTo(2) == 0) now_us += int64_t{300'000'000} * company.UpTo(12);
      ++checks;
      if (!live->AdvanceTo(company.history(), now_us) || !live->statistics().Whole()) {
        ++restarts;
        live.emplace(company.history(), now_us, ModelOptions{}, 2);
      }
      History read = company.history();
      IndexEvents(read);
      const auto expected = FitModel(read, now_us);
      const auto model = FitModel(company.history(), live->statistics(), now_us, 2);
      ASSERT_TRUE(expected.ok() && model.ok());
      ASSERT_EQ(Describe(*model), Describe(*expected)) << "seed " << seed << " round " << round;
    }
  }
  // Facts in any order often change what is first, but mostly not.
  EXPECT_LT(restarts, checks / 2);
  EXPECT_GT(restarts, 0);
}

TEST(LiveStatisticsTest, StayOnTheirDay) {
  GrowingCompany company(1);
  for (int i = 0; i < 20; ++i) company.Grow(nullptr);
  const int64_t start_us = StartOfDayUs(kToday, company.history().time_zone);
  LiveStatistics live(company.history(), start_us + kHourUs, {}, 1);
  EXPECT_FALSE(live.AdvanceTo(company.history(), start_us));
  EXPECT_TRUE(live.AdvanceTo(company.history(), start_us + kHourUs));
  EXPECT_TRUE(live.AdvanceTo(company.history(), start_us + 23 * kHourUs));
  EXPECT_FALSE(live.AdvanceTo(company.history(), start_us + 24 * kHourUs));
}

TEST(AddEventsTest, KeepsTheIndexAndTheOrder) {
  History history;
  history.opportunities.resize(2);
  history.events = {{.time_us = 10, .opportunity = 0, .stage = 0},
                    {.time_us = 20, .opportunity = 0, .stage = 1},
                    {.time_us = 10, .opportunity = 1, .stage = 0}};
  IndexEvents(history);
  for (int64_t time_us = 15; time_us < 30; ++time_us) {
    AddEvents(history, static_cast<int32_t>(time_us % 2),
              {{.time_us = time_us, .opportunity = static_cast<int32_t>(time_us % 2), .stage = 2}});
    for (int32_t o = 0; o < 2; ++o) {
      const Opportunity& opportunity = history.opportunities[o];
      for (int32_t i = 0; i < opportunity.event_count; ++i) {
        const StageEvent& event = history.events[opportunity.first_event + i];
        EXPECT_EQ(event.opportunity, o);
        if (i > 0) {
          EXPECT_GE(event.time_us, history.events[opportunity.first_event + i - 1].time_us);
        }
      }
    }
  }
  EXPECT_EQ(history.opportunities[0].event_count + history.opportunities[1].event_count, 3 + 15);
  // What was known first comes first.
  const Opportunity& first = history.opportunities[0];
  int at_20 = 0;
  for (int32_t i = 0; i < first.event_count; ++i) {
    const StageEvent& event = history.events[first.first_event + i];
    if (event.time_us != 20) continue;
    EXPECT_EQ(event.stage, at_20++ == 0 ? 1 : 2);
  }
  EXPECT_EQ(at_20, 2);
}

}  // namespace
}  // namespace quotacast::simulation
