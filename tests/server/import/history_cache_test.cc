#include "server/history_cache.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/model_cache.h"
#include "simulation/fit.h"
#include "simulation/scenario/activity_effects.h"
#include "tests/server/storage/store_fixture.h"

namespace quotacast {
namespace {

using storage::Key;
using storage::kHour;

class HistoryCacheTest : public testing::Test {
 protected:
  HistoryCacheTest() : fixture_(storage::SqliteBackend()) { fixture_.MakeCompany(); }
  Key org() const { return fixture_.organization(); }
  void AppendEvent(Key opportunity, int64_t time_us, int16_t stage) {
    fixture_.Write([&](storage::WriteTransaction& transaction) {
      const storage::StageEventFact event = storage::MakeEvent(opportunity, time_us, stage);
      ASSERT_TRUE(transaction.AppendStageEvents(org(), {&event, 1}).ok());
    });
  }

  storage::StoreFixture fixture_;
};

// All of two histories but what is not data.
void ExpectSame(const simulation::History& a, const simulation::History& b) {
  EXPECT_EQ(a.labels, b.labels);
  ASSERT_EQ(a.opportunities.size(), b.opportunities.size());
  for (size_t i = 0; i < a.opportunities.size(); ++i) {
    EXPECT_EQ(a.opportunities[i].id, b.opportunities[i].id);
    EXPECT_EQ(a.opportunities[i].label, b.opportunities[i].label);
    ASSERT_EQ(a.opportunities[i].event_count, b.opportunities[i].event_count);
    for (int32_t k = 0; k < a.opportunities[i].event_count; ++k) {
      const simulation::StageEvent& of_a = a.events[a.opportunities[i].first_event + k];
      const simulation::StageEvent& of_b = b.events[b.opportunities[i].first_event + k];
      EXPECT_EQ(of_a.time_us, of_b.time_us);
      EXPECT_EQ(of_a.opportunity, of_b.opportunity);
      EXPECT_EQ(of_a.stage, of_b.stage);
      EXPECT_EQ(of_a.rep, of_b.rep);
    }
  }
  ASSERT_EQ(a.activities.size(), b.activities.size());
  for (size_t i = 0; i < a.activities.size(); ++i) {
    EXPECT_EQ(a.activities[i].time_us, b.activities[i].time_us);
  }
}

TEST_F(HistoryCacheTest, NeedsAnOrganization) {
  HistoryCache cache(fixture_.store(), 2);
  EXPECT_EQ(cache.Get("none").status().code(), absl::StatusCode::kNotFound);
}

TEST_F(HistoryCacheTest, HoldsTheCompanyByIndices) {
  const Key o1 = fixture_.MakeOpportunity("o1", "bob");
  const Key ann = fixture_.rep("ann");
  fixture_.Write([&](storage::WriteTransaction& transaction) {
    std::vector<storage::StageEventFact> events = {storage::MakeEvent(o1, 2 * kHour, 2),
                                                   storage::MakeEvent(o1, 1 * kHour, 0)};
    events[0].rep = ann;
    events[0].amount_micros = 5;
    ASSERT_TRUE(transaction.AppendStageEvents(org(), events).ok());
    std::vector<storage::ActivityFact> activities = {storage::MakeActivity("a1", ann, 3 * kHour),
                                                     storage::MakeActivity("a2", ann, 1 * kHour)};
    activities[0].opportunity = o1;
    ASSERT_TRUE(transaction.AppendActivities(org(), activities).ok());
    const storage::QuotaFact quota = storage::MakeQuota(ann, 100, 7);
    ASSERT_TRUE(transaction.AppendQuotas(org(), {&quota, 1}).ok());
  });
  HistoryCache cache(fixture_.store(), 2);
  const auto company = cache.Get("acme").value();
  const simulation::History& history = company->history;
  EXPECT_EQ(history.fiscal_year_start_month, 4);
  EXPECT_EQ(history.time_zone.name(), "Europe/Amsterdam");
  ASSERT_EQ(history.teams.size(), 1u);
  ASSERT_EQ(history.reps.size(), 2u);
  EXPECT_EQ(history.reps[0].id, "ann");
  EXPECT_EQ(history.reps[0].team, 0);
  EXPECT_EQ(history.reps[0].start_day, INT32_MIN);
  EXPECT_EQ(history.reps[0].end_day, INT32_MAX);
  ASSERT_EQ(history.pipelines.size(), 1u);
  EXPECT_EQ(history.pipelines[0].stages[2].kind, simulation::StageKind::kWon);
  ASSERT_EQ(history.opportunities.size(), 1u);
  EXPECT_EQ(history.opportunities[0].rep, 1);
  EXPECT_EQ(history.opportunities[0].units, 2);
  EXPECT_EQ(history.opportunities[0].event_count, 2);
  ASSERT_EQ(history.events.size(), 2u);
  EXPECT_EQ(history.events[0].stage, 0);
  EXPECT_EQ(history.events[0].rep, simulation::kNone);
  EXPECT_EQ(history.events[0].amount_micros, simulation::kUnchanged);
  EXPECT_EQ(history.events[1].stage, 2);
  EXPECT_EQ(history.events[1].rep, 0);
  EXPECT_EQ(history.events[1].amount_micros, 5);
  ASSERT_EQ(history.activities.size(), 2u);
  EXPECT_EQ(history.activities[0].opportunity, simulation::kNone);
  EXPECT_EQ(history.activities[1].opportunity, 0);
  EXPECT_EQ(history.activities[1].duration_seconds, simulation::kNone);
  ASSERT_EQ(history.quotas.size(), 1u);
  EXPECT_EQ(history.quotas[0].owner, 0);
  EXPECT_EQ(history.quotas[0].target, 7);
}

TEST_F(HistoryCacheTest, ReadsOnlyWhatIsNew) {
  HistoryCache cache(fixture_.store(), 2);
  const Key o1 = fixture_.MakeOpportunity("o1");
  AppendEvent(o1, 5 * kHour, 1);
  const auto first = cache.Get("acme").value();
  EXPECT_EQ(cache.Get("acme").value(), first);  // Nothing was written between.
  // Of another opportunity, and earlier than what there is of the first.
  const Key o2 = fixture_.MakeOpportunity("o2");
  AppendEvent(o2, 1 * kHour, 0);
  AppendEvent(o1, 2 * kHour, 0);
  fixture_.Write([&](storage::WriteTransaction& transaction) {
    const storage::ActivityFact activity =
        storage::MakeActivity("a1", transaction.GetRep(org(), "ann")->key, kHour);
    ASSERT_TRUE(transaction.AppendActivities(org(), {&activity, 1}).ok());
  });
  const auto second = cache.Get("acme").value();
  EXPECT_EQ(first->history.events.size(), 1u);
  HistoryCache fresh(fixture_.store(), 2);
  ExpectSame(second->history, fresh.Get("acme").value()->history);
  EXPECT_EQ(second->history.opportunities[0].event_count, 2);
  EXPECT_EQ(second->history.opportunities[1].event_count, 1);
  EXPECT_EQ(second->history.labels, std::vector<std::string>{"Silver"});
}

TEST_F(HistoryCacheTest, GrowsInPlaceWhereNobodyReads) {
  HistoryCache cache(fixture_.store(), 2);
  const Key o1 = fixture_.MakeOpportunity("o1");
  AppendEvent(o1, 1 * kHour, 0);
  const CompanyHistory* const before = cache.Get("acme").value().get();
  AppendEvent(o1, 2 * kHour, 1);
  const auto held = cache.Get("acme").value();
  EXPECT_EQ(held.get(), before);
  EXPECT_EQ(held->history.opportunities[0].event_count, 2);
  AppendEvent(o1, 3 * kHour, 2);
  EXPECT_EQ(cache.Get("acme").value()->history.opportunities[0].event_count, 3);
  EXPECT_EQ(held->history.opportunities[0].event_count, 2);
}

TEST_F(HistoryCacheTest, FollowsNewRepsTeamsAndQuotas) {
  HistoryCache cache(fixture_.store(), 2);
  const Key o1 = fixture_.MakeOpportunity("o1", "bob");
  AppendEvent(o1, 5 * kHour, 1);
  ASSERT_TRUE(cache.Get("acme").ok());
  fixture_.Write([&](storage::WriteTransaction& transaction) {
    // Before the others in the order of ids.
    ASSERT_TRUE(transaction.InsertTeam(org(), storage::MakeTeam("east")).ok());
    ASSERT_TRUE(transaction.InsertRep(org(), storage::MakeRep("abe", "east")).ok());
    ASSERT_TRUE(transaction.InsertPipeline(org(), storage::MakePipeline("partners")).ok());
    const storage::QuotaFact quota =
        storage::MakeQuota(transaction.GetRep(org(), "abe")->key, 100, 7);
    ASSERT_TRUE(transaction.AppendQuotas(org(), {&quota, 1}).ok());
    storage::ActivityFact activity =
        storage::MakeActivity("a1", transaction.GetRep(org(), "bob")->key, kHour);
    ASSERT_TRUE(transaction.AppendActivities(org(), {&activity, 1}).ok());
  });
  const auto grown = cache.Get("acme").value();
  HistoryCache fresh(fixture_.store(), 2);
  const auto read = fresh.Get("acme").value();
  ExpectSame(grown->history, read->history);
  ASSERT_EQ(grown->history.reps.size(), 3u);
  EXPECT_EQ(grown->history.reps[grown->history.opportunities[0].rep].id, "bob");
  EXPECT_EQ(grown->history.opportunities[0].rep, read->history.opportunities[0].rep);
  EXPECT_EQ(grown->history.opportunities[0].pipeline, read->history.opportunities[0].pipeline);
  EXPECT_EQ(grown->history.activities[0].rep, read->history.activities[0].rep);
  ASSERT_EQ(grown->history.quotas.size(), 1u);
  EXPECT_EQ(grown->history.quotas[0].owner, read->history.quotas[0].owner);
}

TEST_F(HistoryCacheTest, TheModelAfterAWriteIsThatOfAFreshReading) {
  HistoryCache cache(fixture_.store(), 2);
  int64_t now_us = 500 * kHour;
  const auto shapes = [](const simulation::FittedModel& model) {
    std::vector<double> all;
    for (const simulation::Cell& cell : model.cells) {
      for (const simulation::Cause& cause : cell.causes) {
        for (const auto& hazard : cause.hazards) {
          all.insert(all.end(), {hazard.shape, hazard.rate});
        }
        for (const auto& rep : cause.reps) all.insert(all.end(), {rep.shape, rep.rate});
      }
    }
    for (const auto& size : model.pipelines[0].arrivals.company_sizes.sizes()) {
      all.push_back(static_cast<double>(size.amount_micros));
    }
    all.push_back(static_cast<double>(model.open.size()));
    return all;
  };
  for (int i = 0; i < 30; ++i) {
    const Key key = fixture_.MakeOpportunity(absl::StrCat("o", i), i % 3 == 0 ? "ann" : "bob");
    AppendEvent(key, (1 + 3 * i) * kHour, 0);
    if (i % 2 == 0) AppendEvent(key, (5 + 7 * i) * kHour, 1);
    if (i % 4 == 0) AppendEvent(key, (20 + 8 * i) * kHour, i % 8 == 0 ? 2 : 3);
    // Each write is in the model of the question that follows it.
    const auto company = cache.Get("acme").value();
    const auto live = company->live->Fit(company->history, company->revision, ++now_us, 1);
    ASSERT_TRUE(live.has_value() && live->ok());
    HistoryCache fresh(fixture_.store(), 2);
    const auto read = fresh.Get("acme").value();
    EXPECT_EQ(shapes((*live)->model), shapes(*simulation::FitModel(read->history, now_us))) << i;
  }
  // Asked about what was, it says that it has gone on.
  const auto company = cache.Get("acme").value();
  EXPECT_FALSE(company->live->Fit(company->history, company->revision, now_us - 1, 1).has_value());
  EXPECT_FALSE(company->live->Fit(company->history, company->revision - 1, now_us, 1).has_value());
}

TEST_F(HistoryCacheTest, AnActivityLeavesTheModelAsItIs) {
  HistoryCache cache(fixture_.store(), 2);
  ModelCache models;
  const int64_t start_us = 500 * kHour, second_us = 1'000'000;
  for (int i = 0; i < 20; ++i) {
    const Key key = fixture_.MakeOpportunity(absl::StrCat("o", i), "ann");
    AppendEvent(key, (1 + 3 * i) * kHour, 0);
    if (i % 2 == 0) AppendEvent(key, (40 + 8 * i) * kHour, 1);
  }
  // One that is to come, half a minute after the start.
  const Key last = fixture_.MakeOpportunity("last", "ann");
  AppendEvent(last, start_us + 30 * second_us, 1);
  const auto model_at = [&](int64_t as_of_us) {
    return models.Get(cache.Get("acme").value(), as_of_us, 1).value();
  };
  const auto first = model_at(start_us);
  fixture_.Write([&](storage::WriteTransaction& transaction) {
    storage::ActivityFact activity =
        storage::MakeActivity("a1", transaction.GetRep(org(), "ann")->key, start_us + second_us);
    ASSERT_TRUE(transaction.AppendActivities(org(), {&activity, 1}).ok());
  });
  const auto same = model_at(start_us + 20 * second_us);
  EXPECT_EQ(&same->model(), &first->model());
  EXPECT_EQ(same->as_of_us(), start_us + 20 * second_us);
  // The activity is in what goes with activities.
  const size_t kind = static_cast<size_t>(simulation::ActivityType::kCall);
  EXPECT_EQ(first->prospecting(1).kinds[kind].count, 0);
  EXPECT_EQ(same->prospecting(1).kinds[kind].count, 1);
  EXPECT_EQ(model_at(start_us + 30 * second_us)->model().as_of_us, start_us);
  // A known move that has come, the next quarter of an hour, a move that is written: each is a new
  // model.
  EXPECT_GT(model_at(start_us + 31 * second_us)->model().as_of_us, start_us);
  const auto late = model_at(start_us + 899 * second_us);
  EXPECT_EQ(late->model().as_of_us, start_us + 31 * second_us);
  EXPECT_GT(model_at(start_us + 900 * second_us)->model().as_of_us, late->model().as_of_us);
  AppendEvent(last, start_us + 901 * second_us, 2);
  const auto moved = model_at(start_us + 902 * second_us);
  EXPECT_EQ(moved->model().as_of_us, start_us + 902 * second_us);
  // Asked about an instant before one that is kept.
  EXPECT_EQ(model_at(start_us + 901 * second_us)->model().as_of_us, start_us + 901 * second_us);
}

TEST_F(HistoryCacheTest, TheProspectingAfterAWriteIsThatOfAFreshReading) {
  HistoryCache cache(fixture_.store(), 2);
  int64_t now_us = 500 * kHour;
  const auto learn = [](const CompanyHistory& company, int64_t as_of_us) {
    const auto model = simulation::FitModel(company.history, as_of_us);
    EXPECT_TRUE(model.ok());
    return company.prospecting->Learn(company.history, company.revision, *model, as_of_us, 1);
  };
  const auto calls = [](const simulation::ActivityEffects& effects) {
    const simulation::ActivityOfKind& kind =
        effects.kinds[static_cast<size_t>(simulation::ActivityType::kCall)];
    std::vector<double> all = kind.weekly;
    all.insert(all.end(), kind.per_activity.begin(), kind.per_activity.end());
    all.push_back(static_cast<double>(kind.count));
    all.push_back(kind.company_per_activity.value);
    return all;
  };
  ASSERT_TRUE(cache.Get("acme").ok());
  for (int i = 0; i < 40; ++i) {
    if (i == 30) {
      // Comes before the others in the order of ids.
      fixture_.Write([&](storage::WriteTransaction& transaction) {
        ASSERT_TRUE(transaction.InsertRep(org(), storage::MakeRep("abe", "north")).ok());
      });
    }
    const Key opportunity =
        fixture_.MakeOpportunity(absl::StrCat("o", i), i % 3 == 0 ? "ann" : "bob");
    fixture_.Write([&](storage::WriteTransaction& transaction) {
      const std::string id = absl::StrCat("a", i), late_id = absl::StrCat("late", i);
      std::vector<storage::ActivityFact> facts = {
          storage::MakeActivity(id, fixture_.rep("ann"), -(1 + i) * kHour),
          storage::MakeActivity(late_id, fixture_.rep("bob"), (i % 2 == 0 ? 1 : 600) * kHour)};
      for (storage::ActivityFact& fact : facts) fact.type = simulation::ActivityType::kCall;
      facts[0].opportunity = opportunity;
      ASSERT_TRUE(transaction.AppendActivities(org(), facts).ok());
    });
    const auto company = cache.Get("acme").value();
    const auto live = learn(*company, ++now_us);
    ASSERT_TRUE(live.has_value()) << i;
    HistoryCache fresh(fixture_.store(), 2);
    const auto read = fresh.Get("acme").value();
    EXPECT_EQ(calls(*live), calls(*learn(*read, now_us))) << i;
  }
  const auto company = cache.Get("acme").value();
  const auto live = learn(*company, now_us);
  ASSERT_TRUE(live.has_value());
  EXPECT_EQ(live->kinds[static_cast<size_t>(simulation::ActivityType::kCall)].method,
            simulation::EffectMethod::kLinked);
  // Asked about what was, it says that it has gone on.
  EXPECT_FALSE(learn(*company, now_us - 1).has_value());
  fixture_.MakeOpportunity("another");
  ASSERT_TRUE(cache.Get("acme").ok());
  EXPECT_FALSE(learn(*company, now_us).has_value());
}

TEST_F(HistoryCacheTest, FollowsAChangeOfThePipeline) {
  HistoryCache cache(fixture_.store(), 2);
  const Key o1 = fixture_.MakeOpportunity("o1");
  AppendEvent(o1, 5 * kHour, 1);
  EXPECT_EQ(cache.Get("acme").value()->history.events[0].stage, 1);
  fixture_.Write([&](storage::WriteTransaction& transaction) {
    storage::Pipeline pipeline = *transaction.GetPipeline(org(), "sales");
    std::swap(pipeline.stages[0], pipeline.stages[1]);
    ASSERT_TRUE(transaction.UpdatePipeline(org(), pipeline, std::nullopt).ok());
  });
  EXPECT_EQ(cache.Get("acme").value()->history.events[0].stage, 0);
}

TEST_F(HistoryCacheTest, LabelsOnlyWhatSeveralOpportunitiesShare) {
  fixture_.Write([&](storage::WriteTransaction& transaction) {
    const Key pipeline = transaction.GetPipeline(org(), "sales")->key;
    const Key ann = transaction.GetRep(org(), "ann")->key;
    std::vector<storage::OpportunityFact> facts;
    for (const char* id : {"o1", "o2", "o3", "o4"}) {
      facts.push_back(storage::MakeOpportunityFact(id, pipeline, ann));
    }
    facts[0].name = "Deal of one";
    facts[1].name = "Gold";
    facts[2].name = "";
    facts[3].name = "Gold";
    ASSERT_TRUE(transaction.AppendOpportunities(org(), facts).ok());
  });
  HistoryCache cache(fixture_.store(), 2);
  const auto company = cache.Get("acme").value();
  const simulation::History& history = company->history;
  EXPECT_EQ(history.labels, std::vector<std::string>{"Gold"});
  EXPECT_EQ(history.opportunities[0].label, simulation::kNone);
  EXPECT_EQ(history.opportunities[1].label, 0);
  EXPECT_EQ(history.opportunities[2].label, simulation::kNone);
  EXPECT_EQ(history.opportunities[3].label, 0);
}

TEST_F(HistoryCacheTest, KnowsTheQuotasOfEachTime) {
  const Key ann = fixture_.rep("ann");
  storage::Quota quota;
  quota.owner = "ann";
  quota.period_start = 100;
  quota.period_end = 130;
  quota.target = 9;
  fixture_.Write([&](storage::WriteTransaction& transaction) {
    const storage::QuotaFact fact = storage::MakeQuota(ann, 100, 7);
    ASSERT_TRUE(transaction.AppendQuotas(org(), {&fact, 1}).ok());
  });
  fixture_.SetNowUs(2'000 * kHour);
  fixture_.Write([&](storage::WriteTransaction& transaction) {
    ASSERT_TRUE(transaction.UpdateQuota(org(), quota, std::nullopt).ok());
  });
  fixture_.SetNowUs(3'000 * kHour);
  fixture_.Write([&](storage::WriteTransaction& transaction) {
    ASSERT_TRUE(transaction.DeleteQuota(org(), quota, std::nullopt).ok());
  });
  HistoryCache cache(fixture_.store(), 2);
  const auto company = cache.Get("acme").value();
  const auto target = [&](int64_t as_of_us) {
    const auto quotas = company->QuotasAsOf(as_of_us);
    return quotas.empty() ? 0 : quotas.at(0).target;
  };
  EXPECT_EQ(target(0), 7);
  EXPECT_EQ(target(2'000 * kHour), 7);  // The instant of the change is not known yet.
  EXPECT_EQ(target(2'000 * kHour + 1), 9);
  EXPECT_EQ(target(3'000 * kHour), 9);
  EXPECT_EQ(target(3'000 * kHour + 1), 0);
  EXPECT_TRUE(company->history.quotas.empty());
}

TEST_F(HistoryCacheTest, KeepsTheOnesUsedLast) {
  fixture_.Write([](storage::WriteTransaction& transaction) {
    ASSERT_TRUE(transaction.InsertOrganization(storage::MakeOrganization("other")).ok());
  });
  HistoryCache cache(fixture_.store(), 2, 1);
  const auto acme = cache.Get("acme").value();
  EXPECT_EQ(cache.Get("none").status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(cache.Get("other").ok());
  const auto again = cache.Get("acme").value();
  EXPECT_NE(again, acme);  // Had to be read again.
  EXPECT_EQ(again->revision, acme->revision);
}

}  // namespace
}  // namespace quotacast
