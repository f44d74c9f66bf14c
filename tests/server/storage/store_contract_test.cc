// What every store must do. Another backend joins by a value of INSTANTIATE_TEST_SUITE_P, at the
// end.

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "server/limits.h"
#include "tests/server/storage/store_fixture.h"

namespace quotacast::storage {
namespace {

class StoreContract : public testing::TestWithParam<Backend> {
 protected:
  StoreContract() : fixture_(GetParam()) { fixture_.MakeCompany(); }
  Key org() const { return fixture_.organization(); }

  StoreFixture fixture_;
};

template <typename Record>
std::vector<std::string> Ids(const std::vector<Record>& records) {
  std::vector<std::string> ids;
  for (const Record& record : records) ids.push_back(record.id);
  return ids;
}

using Strings = std::vector<std::string>;

TEST_P(StoreContract, KeepsAnOrganizationOverARestart) {
  fixture_.Reopen();
  const auto stored = fixture_.Read()->GetOrganization("acme");
  ASSERT_TRUE(stored.ok()) << stored.status();
  EXPECT_EQ(stored->key, org());
  EXPECT_EQ(stored->name, "The company acme");
  EXPECT_EQ(stored->currency, "EUR");
  EXPECT_EQ(stored->time_zone, "Europe/Amsterdam");
  EXPECT_EQ(stored->fiscal_year_start_month, 4);
  EXPECT_EQ(stored->recorded.create_time_us, 1'000 * kHour);
  EXPECT_EQ(fixture_.Read()->GetOrganization("other").status().code(), absl::StatusCode::kNotFound);
}

TEST_P(StoreContract, RefusesASecondOfTheSameId) {
  const absl::Status organization = fixture_.TryWrite([](WriteTransaction& transaction) {
    return transaction.InsertOrganization(MakeOrganization("acme")).status();
  });
  EXPECT_EQ(organization.code(), absl::StatusCode::kAlreadyExists) << organization;
  const absl::Status team = fixture_.TryWrite([this](WriteTransaction& transaction) {
    return transaction.InsertTeam(org(), MakeTeam("north")).status();
  });
  EXPECT_EQ(team.code(), absl::StatusCode::kAlreadyExists) << team;
  const absl::Status rep = fixture_.TryWrite([this](WriteTransaction& transaction) {
    return transaction.InsertRep(org(), MakeRep("ann")).status();
  });
  EXPECT_EQ(rep.code(), absl::StatusCode::kAlreadyExists) << rep;
  const absl::Status pipeline = fixture_.TryWrite([this](WriteTransaction& transaction) {
    return transaction.InsertPipeline(org(), MakePipeline("sales")).status();
  });
  EXPECT_EQ(pipeline.code(), absl::StatusCode::kAlreadyExists) << pipeline;
}

TEST_P(StoreContract, UpdatesOnlyTheExpectedRevision) {
  const Organization before = *fixture_.Read()->GetOrganization("acme");
  Organization changed = before;
  changed.name = "Renamed";
  changed.fiscal_year_start_month = 1;
  fixture_.SetNowUs(2'000 * kHour);
  fixture_.Write([&](WriteTransaction& transaction) {
    const auto after = transaction.UpdateOrganization(changed, before.recorded.revision);
    ASSERT_TRUE(after.ok()) << after.status();
    EXPECT_EQ(after->name, "Renamed");
    EXPECT_EQ(after->recorded.create_time_us, 1'000 * kHour);
    EXPECT_EQ(after->recorded.update_time_us, 2'000 * kHour);
    EXPECT_GT(after->recorded.revision, before.recorded.revision);
  });
  const absl::Status stale = fixture_.TryWrite([&](WriteTransaction& transaction) {
    return transaction.UpdateOrganization(changed, before.recorded.revision).status();
  });
  EXPECT_EQ(stale.code(), absl::StatusCode::kAborted) << stale;
  EXPECT_TRUE(fixture_
                  .TryWrite([&](WriteTransaction& transaction) {
                    return transaction.UpdateOrganization(changed, std::nullopt).status();
                  })
                  .ok());
}

TEST_P(StoreContract, KeepsWhetherForecastsAreCorrected) {
  const Organization before = *fixture_.Read()->GetOrganization("acme");
  EXPECT_EQ(before.correction_mode, CorrectionMode::kOff);
  for (const CorrectionMode mode : {CorrectionMode::kWhereBetter, CorrectionMode::kOn}) {
    fixture_.Write([&](WriteTransaction& transaction) {
      Organization changed = before;
      changed.correction_mode = mode;
      ASSERT_TRUE(transaction.UpdateOrganization(changed, std::nullopt).ok());
      Organization other = MakeOrganization(mode == CorrectionMode::kOn ? "on" : "better");
      other.correction_mode = mode;
      EXPECT_EQ(transaction.InsertOrganization(other)->correction_mode, mode);
    });
    fixture_.Reopen();
    EXPECT_EQ(fixture_.Read()->GetOrganization("acme")->correction_mode, mode);
  }
  const auto all = fixture_.Read()->ListOrganizations({})->items;
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].correction_mode, CorrectionMode::kOn) << all[0].id;
  EXPECT_EQ(all[1].correction_mode, CorrectionMode::kWhereBetter) << all[1].id;
  EXPECT_EQ(all[2].correction_mode, CorrectionMode::kOn) << all[2].id;
}

TEST_P(StoreContract, EveryKindOfRecordHasItsPrecondition) {
  const int64_t stale = 999'999;
  fixture_.Write([&](WriteTransaction& transaction) {
    const auto aborted = absl::StatusCode::kAborted;
    const Team team = *transaction.GetTeam(org(), "north");
    EXPECT_EQ(transaction.UpdateTeam(org(), team, stale).status().code(), aborted);
    EXPECT_EQ(transaction.DeleteTeam(org(), "north", stale).code(), aborted);
    const Rep rep = *transaction.GetRep(org(), "ann");
    EXPECT_EQ(transaction.UpdateRep(org(), rep, stale).status().code(), aborted);
    EXPECT_EQ(transaction.DeleteRep(org(), "ann", stale).code(), aborted);
    const Pipeline pipeline = *transaction.GetPipeline(org(), "sales");
    EXPECT_EQ(transaction.UpdatePipeline(org(), pipeline, stale).status().code(), aborted);
    EXPECT_EQ(transaction.DeletePipeline(org(), "sales", stale).code(), aborted);
  });
}

TEST_P(StoreContract, KeepsTeamsAsATree) {
  fixture_.Write([this](WriteTransaction& transaction) {
    ASSERT_TRUE(transaction.InsertTeam(org(), MakeTeam("oslo", "north")).ok());
    EXPECT_EQ(transaction.GetTeam(org(), "oslo")->parent, "north");
    EXPECT_EQ(transaction.GetTeam(org(), "north")->parent, "");
  });
  const absl::Status cycle = fixture_.TryWrite([this](WriteTransaction& transaction) {
    return transaction.UpdateTeam(org(), MakeTeam("north", "oslo"), std::nullopt).status();
  });
  EXPECT_EQ(cycle.code(), absl::StatusCode::kInvalidArgument) << cycle;
  const absl::Status unknown = fixture_.TryWrite([this](WriteTransaction& transaction) {
    return transaction.InsertTeam(org(), MakeTeam("rome", "south")).status();
  });
  EXPECT_EQ(unknown.code(), absl::StatusCode::kNotFound) << unknown;
  EXPECT_EQ(fixture_.Read()->GetTeam(org(), "rome").status().code(), absl::StatusCode::kNotFound);
}

TEST_P(StoreContract, LimitsTheDepthOfTheTree) {
  const absl::Status deep = fixture_.TryWrite([this](WriteTransaction& transaction) {
    std::string parent = "north";
    for (size_t depth = 2; depth <= limits::kTeamDepthMax; ++depth) {
      const std::string id = "level" + std::to_string(depth);
      const auto team = transaction.InsertTeam(org(), MakeTeam(id, parent));
      if (!team.ok()) return absl::InternalError("refused too early: " + id);
      parent = id;
    }
    return transaction.InsertTeam(org(), MakeTeam("too deep", parent)).status();
  });
  EXPECT_EQ(deep.code(), absl::StatusCode::kInvalidArgument) << deep;
}

TEST_P(StoreContract, UpdatesAndDeletesStaff) {
  fixture_.Write([this](WriteTransaction& transaction) {
    Rep rep = *transaction.GetRep(org(), "ann");
    rep.name = "Ann Other";
    rep.team = "";
    rep.start_day = 100;
    rep.end_day = 200;
    rep.attributes = {{"region", "EMEA \"west\""}, {"grade", "7"}};
    const auto updated = transaction.UpdateRep(org(), rep, rep.recorded.revision);
    ASSERT_TRUE(updated.ok()) << updated.status();
    EXPECT_EQ(updated->name, "Ann Other");
    EXPECT_EQ(updated->team, "");
    EXPECT_EQ(updated->start_day, 100);
    EXPECT_EQ(updated->end_day, 200);
    EXPECT_EQ(updated->attributes, rep.attributes);
    ASSERT_TRUE(transaction.DeleteRep(org(), "ann", std::nullopt).ok());
    EXPECT_EQ(transaction.GetRep(org(), "ann").status().code(), absl::StatusCode::kNotFound);
    EXPECT_EQ(transaction.DeleteRep(org(), "ann", std::nullopt).code(),
              absl::StatusCode::kNotFound);
    // Bob is still in it.
    EXPECT_EQ(transaction.DeleteTeam(org(), "north", std::nullopt).code(),
              absl::StatusCode::kFailedPrecondition);
    ASSERT_TRUE(transaction.DeleteRep(org(), "bob", std::nullopt).ok());
    EXPECT_TRUE(transaction.DeleteTeam(org(), "north", std::nullopt).ok());
  });
}

TEST_P(StoreContract, KeepsRepsThatFactsReferTo) {
  const Key key = fixture_.MakeOpportunity("o1", "ann");
  const Key bob = fixture_.rep("bob");
  fixture_.Write([&](WriteTransaction& transaction) {
    EXPECT_EQ(transaction.DeleteRep(org(), "ann", std::nullopt).code(),
              absl::StatusCode::kFailedPrecondition);
    StageEventFact event = MakeEvent(key, kHour, 0);
    event.rep = bob;
    ASSERT_EQ(transaction.AppendStageEvents(org(), {&event, 1})->created, 1);
    EXPECT_EQ(transaction.DeleteRep(org(), "bob", std::nullopt).code(),
              absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(transaction.DeletePipeline(org(), "sales", std::nullopt).code(),
              absl::StatusCode::kFailedPrecondition);
  });
}

TEST_P(StoreContract, RefusesFactsOfARepThatWasDeleted) {
  const Key bob = fixture_.rep("bob");
  fixture_.Write([&](WriteTransaction& transaction) {
    ASSERT_TRUE(transaction.DeleteRep(org(), "bob", std::nullopt).ok());
  });
  const absl::Status append = fixture_.TryWrite([&](WriteTransaction& transaction) {
    const ActivityFact fact = MakeActivity("a1", bob, kHour);
    return transaction.AppendActivities(org(), {&fact, 1}).status();
  });
  EXPECT_EQ(append.code(), absl::StatusCode::kNotFound) << append;
  const absl::Status quota = fixture_.TryWrite([&](WriteTransaction& transaction) {
    const QuotaFact fact = MakeQuota(bob, 0, 5);
    return transaction.AppendQuotas(org(), {&fact, 1}).status();
  });
  EXPECT_EQ(quota.code(), absl::StatusCode::kNotFound) << quota;
}

TEST_P(StoreContract, ChangesThePipelineButNotWhatWasEntered) {
  const Key key = fixture_.MakeOpportunity("o1");
  Pipeline pipeline = *fixture_.Read()->GetPipeline(org(), "sales");
  ASSERT_EQ(Ids(pipeline.stages), (Strings{"lead", "offer", "won", "lost"}));
  const int16_t offer = pipeline.stages[1].number;
  fixture_.Write([&](WriteTransaction& transaction) {
    const StageEventFact event = MakeEvent(key, kHour, offer);
    ASSERT_TRUE(transaction.AppendStageEvents(org(), {&event, 1}).ok());
    std::swap(pipeline.stages[0], pipeline.stages[1]);
    pipeline.stages[0].name = "Proposal";
    Stage& demo = *pipeline.stages.insert(pipeline.stages.begin() + 1, Stage());
    demo.id = "demo";
    const auto updated = transaction.UpdatePipeline(org(), pipeline, std::nullopt);
    ASSERT_TRUE(updated.ok()) << updated.status();
    EXPECT_EQ(Ids(updated->stages), (Strings{"offer", "demo", "lead", "won", "lost"}));
    EXPECT_EQ(updated->stages[0].number, offer);
    EXPECT_EQ(updated->stages[0].name, "Proposal");
    EXPECT_EQ(transaction.GetOpportunity(org(), "o1")->stage, "offer");
  });
  const auto update = [&](Pipeline changed) {
    return fixture_.TryWrite([&](WriteTransaction& transaction) {
      return transaction.UpdatePipeline(org(), changed, std::nullopt).status();
    });
  };
  Pipeline without_lead = pipeline, without_offer = pipeline, offer_wins = pipeline;
  without_lead.stages.erase(without_lead.stages.begin() + 2);
  EXPECT_TRUE(update(without_lead).ok());
  without_offer.stages.erase(without_offer.stages.begin());
  EXPECT_EQ(update(without_offer).code(), absl::StatusCode::kFailedPrecondition);
  offer_wins.stages[0].kind = StageKind::kWon;
  EXPECT_EQ(update(offer_wins).code(), absl::StatusCode::kFailedPrecondition);
}

TEST_P(StoreContract, FoldsAnOpportunity) {
  const Key key = fixture_.MakeOpportunity("o1");
  const Key bob = fixture_.rep("bob");
  Opportunity now = *fixture_.Read()->GetOpportunity(org(), "o1");
  EXPECT_EQ(now.key, key);
  EXPECT_EQ(now.stage, "");
  EXPECT_EQ(now.rep, "ann");
  EXPECT_EQ(now.pipeline, "sales");
  EXPECT_EQ(now.name, "Silver");
  EXPECT_EQ(now.units, 2);
  EXPECT_EQ(now.expected_close_day, kNoDay);
  EXPECT_EQ(now.state, OpportunityState::kOpen);

  std::vector<StageEventFact> events = {MakeEvent(key, 1 * kHour, 0), MakeEvent(key, 3 * kHour, 1),
                                        MakeEvent(key, 5 * kHour, 1), MakeEvent(key, 9 * kHour, 2)};
  events[2].rep = bob;
  events[3].amount_micros = 900'000'000;
  fixture_.Write([&](WriteTransaction& transaction) {
    EXPECT_EQ(transaction.AppendStageEvents(org(), events)->created, 4);
  });
  now = *fixture_.Read()->GetOpportunity(org(), "o1");
  EXPECT_EQ(now.stage, "won");
  EXPECT_EQ(now.state, OpportunityState::kWon);
  EXPECT_EQ(now.close_time_us, 9 * kHour);
  EXPECT_EQ(now.rep, "bob");
  EXPECT_EQ(now.amount_micros, 900'000'000);

  const auto as_of = [&](int64_t time_us) {
    return fixture_.Read()->GetOpportunityAsOf(org(), "o1", time_us);
  };
  EXPECT_EQ(as_of(0).status().code(), absl::StatusCode::kNotFound);  // Created at 0: not before.
  EXPECT_EQ(as_of(1).value().stage, "");
  EXPECT_EQ(as_of(3 * kHour).value().stage, "lead");  // The instant itself is not known yet.
  EXPECT_EQ(as_of(3 * kHour + 1).value().stage, "offer");
  const Opportunity offered = as_of(6 * kHour).value();
  EXPECT_EQ(offered.stage, "offer");
  EXPECT_EQ(offered.stage_entry_time_us, 3 * kHour);  // The change of owner leaves the age alone.
  EXPECT_EQ(offered.rep, "bob");
  EXPECT_EQ(offered.amount_micros, 1'000'000'000);
  EXPECT_EQ(offered.state, OpportunityState::kOpen);
  EXPECT_EQ(as_of(5 * kHour).value().rep, "ann");
}

TEST_P(StoreContract, FoldsEventsThatCameLateInTheOrderOfTheirTimes) {
  const Key key = fixture_.MakeOpportunity("o1");
  fixture_.Write([&](WriteTransaction& transaction) {
    const StageEventFact won = MakeEvent(key, 9 * kHour, 2);
    ASSERT_TRUE(transaction.AppendStageEvents(org(), {&won, 1}).ok());
  });
  fixture_.Write([&](WriteTransaction& transaction) {
    const StageEventFact lead = MakeEvent(key, 1 * kHour, 0);
    ASSERT_TRUE(transaction.AppendStageEvents(org(), {&lead, 1}).ok());
  });
  EXPECT_EQ(fixture_.Read()->GetOpportunity(org(), "o1")->stage, "won");
  EXPECT_EQ(fixture_.Read()->GetOpportunityAsOf(org(), "o1", 5 * kHour)->stage, "lead");
}

TEST_P(StoreContract, KeepsTheOrderOfEventsOfOneInstant) {
  const Key key = fixture_.MakeOpportunity("o1");
  std::vector<StageEventFact> events = {MakeEvent(key, kHour, 1), MakeEvent(key, kHour, 0),
                                        MakeEvent(key, kHour, 1)};
  events[2].ordinal = 1;
  fixture_.Write([&](WriteTransaction& transaction) {
    EXPECT_EQ(transaction.AppendStageEvents(org(), events)->created, 3);
    EXPECT_EQ(transaction.AppendStageEvents(org(), events)->unchanged, 3);
  });
  const auto transitions = fixture_.Read()->ListStageTransitions(org(), "o1", {});
  ASSERT_EQ(transitions->items.size(), 3u);
  EXPECT_EQ(transitions->items[0].stage, "offer");
  EXPECT_EQ(transitions->items[1].stage, "lead");
  EXPECT_EQ(transitions->items[2].stage, "offer");
  EXPECT_EQ(fixture_.Read()->GetOpportunity(org(), "o1")->stage, "offer");
}

TEST_P(StoreContract, UpdatesAnOpportunity) {
  const Key key = fixture_.MakeOpportunity("o1");
  const Key bob = fixture_.rep("bob");
  const auto update = [&](const OpportunityChange& change, std::optional<int64_t> revision) {
    return fixture_.TryWrite([&](WriteTransaction& transaction) {
      return transaction.UpdateOpportunity(org(), "o1", change, revision).status();
    });
  };
  OpportunityChange owner;
  owner.rep = bob;
  owner.time_us = 7 * kHour;
  // It is in no stage yet, which a change of owner would have to name.
  EXPECT_EQ(update(owner, std::nullopt).code(), absl::StatusCode::kFailedPrecondition);
  fixture_.Write([&](WriteTransaction& transaction) {
    const StageEventFact lead = MakeEvent(key, 1 * kHour, 0);
    ASSERT_TRUE(transaction.AppendStageEvents(org(), {&lead, 1}).ok());
  });
  const Opportunity before = *fixture_.Read()->GetOpportunity(org(), "o1");
  EXPECT_TRUE(update(owner, before.recorded.revision).ok());
  EXPECT_EQ(update(owner, before.recorded.revision).code(), absl::StatusCode::kAborted);
  OpportunityChange earlier = owner;
  earlier.time_us = 2 * kHour;
  EXPECT_EQ(update(earlier, std::nullopt).code(), absl::StatusCode::kFailedPrecondition);

  fixture_.SetNowUs(5'000 * kHour);
  OpportunityChange details;
  details.name = "Gold";
  details.units = 3;
  details.expected_close_day = 400;
  details.attributes = Attributes{{"source", "fair"}};
  EXPECT_TRUE(update(details, std::nullopt).ok());
  const Opportunity after = *fixture_.Read()->GetOpportunity(org(), "o1");
  EXPECT_EQ(after.rep, "bob");
  EXPECT_EQ(after.stage, "lead");
  EXPECT_EQ(after.stage_entry_time_us, 1 * kHour);
  EXPECT_EQ(after.name, "Gold");
  EXPECT_EQ(after.units, 3);
  EXPECT_EQ(after.expected_close_day, 400);
  EXPECT_EQ(after.attributes, details.attributes);
  EXPECT_GT(after.recorded.revision, before.recorded.revision);
  const Opportunity past = *fixture_.Read()->GetOpportunityAsOf(org(), "o1", 7 * kHour);
  EXPECT_EQ(past.rep, "ann");
  EXPECT_EQ(past.name, "Silver");
  EXPECT_EQ(past.expected_close_day, kNoDay);
}

TEST_P(StoreContract, AppendsOpportunitiesOnce) {
  const Key pipeline = fixture_.pipeline("sales");
  const Key ann = fixture_.rep("ann"), bob = fixture_.rep("bob");
  std::vector<OpportunityFact> rows = {MakeOpportunityFact("o1", pipeline, ann),
                                       MakeOpportunityFact("o2", pipeline, bob)};
  const std::string attributes = EncodeAttributes({{"source", "web"}});
  rows[1].attributes = attributes;
  fixture_.Write([&](WriteTransaction& transaction) {
    const AppendReport first = *transaction.AppendOpportunities(org(), rows);
    EXPECT_EQ(first.created, 2);
    const AppendReport again = *transaction.AppendOpportunities(org(), rows);
    EXPECT_EQ(again.created, 0);
    EXPECT_EQ(again.unchanged, 2);
    EXPECT_EQ(again.keys, first.keys);
    rows[0].amount_micros = 5;
    rows[1].rep = ann;
    const AppendReport other = *transaction.AppendOpportunities(org(), rows);
    EXPECT_EQ(other.created + other.unchanged, 0);
    ASSERT_EQ(other.conflicts.size(), 2u);
    EXPECT_EQ(other.conflicts[0].row, 0u);
    EXPECT_EQ(other.conflicts[0].field, "amount_micros");
    EXPECT_EQ(other.conflicts[0].stored, "1000000000");
    EXPECT_EQ(other.conflicts[0].given, "5");
    EXPECT_EQ(other.conflicts[1].field, "rep");
    EXPECT_EQ(other.conflicts[1].stored, "bob");
    EXPECT_EQ(other.conflicts[1].given, "ann");
  });
  EXPECT_EQ(fixture_.Read()->GetOpportunity(org(), "o1")->amount_micros, 1'000'000'000);
  EXPECT_EQ(fixture_.Read()->GetOpportunity(org(), "o2")->attributes,
            (Attributes{{"source", "web"}}));
}

TEST_P(StoreContract, AppendsEventsAndActivitiesOnce) {
  const Key key = fixture_.MakeOpportunity("o1");
  const Key ann = fixture_.rep("ann");
  StageEventFact event = MakeEvent(key, kHour, 0);
  ActivityFact activity = MakeActivity("a1", ann, kHour);
  activity.opportunity = key;
  activity.duration_seconds = 60;
  fixture_.Write([&](WriteTransaction& transaction) {
    EXPECT_EQ(transaction.AppendStageEvents(org(), {&event, 1})->created, 1);
    EXPECT_EQ(transaction.AppendStageEvents(org(), {&event, 1})->unchanged, 1);
    event.amount_micros = 7;
    const AppendReport events = *transaction.AppendStageEvents(org(), {&event, 1});
    ASSERT_EQ(events.conflicts.size(), 1u);
    EXPECT_EQ(events.conflicts[0].field, "amount_micros");
    EXPECT_EQ(transaction.AppendActivities(org(), {&activity, 1})->created, 1);
    EXPECT_EQ(transaction.AppendActivities(org(), {&activity, 1})->unchanged, 1);
    activity.outcome = ActivityOutcome::kNoAnswer;
    const AppendReport activities = *transaction.AppendActivities(org(), {&activity, 1});
    ASSERT_EQ(activities.conflicts.size(), 1u);
    EXPECT_EQ(activities.conflicts[0].field, "outcome");
  });
  const Activity stored = *fixture_.Read()->GetActivity(org(), "a1");
  EXPECT_EQ(stored.rep, "ann");
  EXPECT_EQ(stored.opportunity, "o1");
  EXPECT_EQ(stored.time_us, kHour);
  EXPECT_EQ(stored.type, ActivityType::kCall);
  EXPECT_EQ(stored.outcome, ActivityOutcome::kConnected);
  EXPECT_EQ(stored.duration_seconds, 60);
  EXPECT_EQ(fixture_.Read()->GetActivity(org(), "a2").status().code(), absl::StatusCode::kNotFound);
}

TEST_P(StoreContract, ChecksWhatAnAppendWouldDoWithoutDoingIt) {
  const Key key = fixture_.MakeOpportunity("o1");
  const Key pipeline = fixture_.pipeline("sales"), ann = fixture_.rep("ann");
  std::vector<OpportunityFact> opportunities = {MakeOpportunityFact("o1", pipeline, ann),
                                                MakeOpportunityFact("o2", pipeline, ann)};
  opportunities[0].name = "Gold";
  const StageEventFact event = MakeEvent(key, kHour, 0);
  const ActivityFact activity = MakeActivity("a1", ann, kHour);
  const QuotaFact quota = MakeQuota(ann, 0, 5);
  const int64_t revision = *fixture_.Read()->Revision(org());
  const auto reading = fixture_.Read();
  const AppendReport report = *reading->CheckOpportunities(org(), opportunities);
  EXPECT_EQ(report.created, 1);
  ASSERT_EQ(report.conflicts.size(), 1u);
  EXPECT_EQ(report.conflicts[0].field, "name");
  EXPECT_EQ(reading->CheckStageEvents(org(), {&event, 1})->created, 1);
  EXPECT_EQ(reading->CheckActivities(org(), {&activity, 1})->created, 1);
  EXPECT_EQ(reading->CheckQuotas(org(), {&quota, 1})->created, 1);
  EXPECT_EQ(*fixture_.Read()->Revision(org()), revision);
}

TEST_P(StoreContract, FindsOpportunitiesByTheirIds) {
  const Key key = fixture_.MakeOpportunity("o1");
  const std::vector<absl::string_view> ids = {"none", "o1"};
  const auto found = *fixture_.Read()->FindOpportunities(org(), ids);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].key, kNoKey);
  EXPECT_EQ(found[1].key, key);
  EXPECT_EQ(found[1].pipeline, fixture_.pipeline("sales"));
}

TEST_P(StoreContract, KeepsWhatAQuotaWasAtEachTime) {
  const QuotaFact fact = MakeQuota(fixture_.rep("ann"), 100, 5'000'000);
  Quota quota;
  quota.owner = "ann";
  quota.period_start = 100;
  quota.period_end = 130;
  const auto target_as_of = [&](std::optional<int64_t> as_of_us) -> int64_t {
    const auto page = *fixture_.Read()->ListQuotas(org(), {std::nullopt, kNoKey, as_of_us}, {});
    return page.items.empty() ? 0 : page.items[0].target;
  };
  fixture_.Write([&](WriteTransaction& transaction) {
    EXPECT_EQ(transaction.AppendQuotas(org(), {&fact, 1})->created, 1);
    EXPECT_EQ(transaction.AppendQuotas(org(), {&fact, 1})->unchanged, 1);
  });
  EXPECT_EQ(target_as_of(1), 5'000'000);  // The first fact holds from the beginning.
  fixture_.SetNowUs(2'000 * kHour);
  fixture_.Write([&](WriteTransaction& transaction) {
    quota.target = 6'000'000;
    const Quota before = *transaction.GetQuota(org(), quota);
    EXPECT_EQ(before.target, 5'000'000);
    EXPECT_EQ(transaction.UpdateQuota(org(), quota, before.recorded.revision + 1).status().code(),
              absl::StatusCode::kAborted);
    EXPECT_TRUE(transaction.UpdateQuota(org(), quota, before.recorded.revision).ok());
    // As first imported: the same file again changes nothing.
    EXPECT_EQ(transaction.AppendQuotas(org(), {&fact, 1})->unchanged, 1);
  });
  EXPECT_EQ(target_as_of(2'000 * kHour), 5'000'000);
  EXPECT_EQ(target_as_of(2'000 * kHour + 1), 6'000'000);
  EXPECT_EQ(target_as_of(std::nullopt), 6'000'000);
  fixture_.SetNowUs(3'000 * kHour);
  fixture_.Write([&](WriteTransaction& transaction) {
    EXPECT_TRUE(transaction.DeleteQuota(org(), quota, std::nullopt).ok());
    EXPECT_EQ(transaction.GetQuota(org(), quota).status().code(), absl::StatusCode::kNotFound);
    EXPECT_EQ(transaction.DeleteQuota(org(), quota, std::nullopt).code(),
              absl::StatusCode::kNotFound);
  });
  EXPECT_EQ(target_as_of(std::nullopt), 0);
  EXPECT_EQ(target_as_of(3'000 * kHour), 6'000'000);
  fixture_.SetNowUs(4'000 * kHour);
  fixture_.Write([&](WriteTransaction& transaction) {
    EXPECT_EQ(transaction.AppendQuotas(org(), {&fact, 1})->created, 1);
  });
  EXPECT_EQ(target_as_of(3'500 * kHour), 0);
  EXPECT_EQ(target_as_of(std::nullopt), 5'000'000);
}

TEST_P(StoreContract, ReportsAQuotaOfAnotherTarget) {
  QuotaFact fact = MakeQuota(fixture_.rep("ann"), 100, 5'000'000);
  fixture_.Write([&](WriteTransaction& transaction) {
    EXPECT_EQ(transaction.AppendQuotas(org(), {&fact, 1})->created, 1);
    fact.target = 1;
    const AppendReport report = *transaction.AppendQuotas(org(), {&fact, 1});
    ASSERT_EQ(report.conflicts.size(), 1u);
    EXPECT_EQ(report.conflicts[0].field, "target");
    EXPECT_EQ(report.conflicts[0].stored, "5000000");
    fact.measure = Measure::kUnits;
    EXPECT_EQ(transaction.AppendQuotas(org(), {&fact, 1})->created, 1);
  });
}

// Walks a list by pages of two and gives what it saw.
template <typename List>
auto ByPages(List list) {
  std::vector<typename decltype(list(PageRequest()).value().items)::value_type> seen;
  PageRequest page;
  page.limit = 2;
  do {
    auto part = list(page).value();
    EXPECT_LE(part.items.size(), 2u);
    for (auto& item : part.items) seen.push_back(std::move(item));
    page.after = part.next_after;
  } while (!page.after.empty() && seen.size() < 100);
  return seen;
}

TEST_P(StoreContract, ListsByPages) {
  fixture_.Write([this](WriteTransaction& transaction) {
    for (const char* id : {"b", "zeta", "a"}) {
      ASSERT_TRUE(transaction.InsertOrganization(MakeOrganization(id)).ok());
      ASSERT_TRUE(transaction.InsertTeam(org(), MakeTeam(id)).ok());
      ASSERT_TRUE(transaction.InsertRep(org(), MakeRep(id, id)).ok());
      ASSERT_TRUE(transaction.InsertPipeline(org(), MakePipeline(id)).ok());
    }
  });
  const auto reading = fixture_.Read();
  EXPECT_EQ(Ids(ByPages([&](const PageRequest& page) { return reading->ListOrganizations(page); })),
            (Strings{"a", "acme", "b", "zeta"}));
  EXPECT_EQ(Ids(ByPages([&](const PageRequest& page) { return reading->ListTeams(org(), page); })),
            (Strings{"a", "b", "north", "zeta"}));
  EXPECT_EQ(
      Ids(ByPages([&](const PageRequest& page) { return reading->ListReps(org(), kNoKey, page); })),
      (Strings{"a", "ann", "b", "bob", "zeta"}));
  const Key north = reading->GetTeam(org(), "north")->key;
  EXPECT_EQ(
      Ids(ByPages([&](const PageRequest& page) { return reading->ListReps(org(), north, page); })),
      (Strings{"ann", "bob"}));
  const auto pipelines =
      ByPages([&](const PageRequest& page) { return reading->ListPipelines(org(), page); });
  EXPECT_EQ(Ids(pipelines), (Strings{"a", "b", "sales", "zeta"}));
  EXPECT_EQ(pipelines[2].stages.size(), 4u);
}

TEST_P(StoreContract, ListsFactsByPagesAndFilters) {
  std::vector<Key> keys;
  for (const char* id : {"o5", "o1", "o3"}) keys.push_back(fixture_.MakeOpportunity(id, "ann"));
  keys.push_back(fixture_.MakeOpportunity("o4", "bob"));
  const Key ann = fixture_.rep("ann"), bob = fixture_.rep("bob");
  fixture_.Write([&](WriteTransaction& transaction) {
    const std::vector<StageEventFact> events = {
        MakeEvent(keys[1], 3 * kHour, 2), MakeEvent(keys[1], 1 * kHour, 0),
        MakeEvent(keys[1], 2 * kHour, 1), MakeEvent(keys[3], 1 * kHour, 0)};
    ASSERT_TRUE(transaction.AppendStageEvents(org(), events).ok());
    std::vector<ActivityFact> activities = {MakeActivity("a3", ann, 1), MakeActivity("a1", bob, 2),
                                            MakeActivity("a2", ann, 3)};
    activities[1].opportunity = keys[0];
    ASSERT_TRUE(transaction.AppendActivities(org(), activities).ok());
    const std::vector<QuotaFact> quotas = {MakeQuota(bob, 0, 1), MakeQuota(ann, 30, 2),
                                           MakeQuota(ann, 0, 3)};
    ASSERT_TRUE(transaction.AppendQuotas(org(), quotas).ok());
  });
  const auto reading = fixture_.Read();
  const auto opportunities = [&](const OpportunityFilter& filter) {
    return Ids(ByPages(
        [&](const PageRequest& page) { return reading->ListOpportunities(org(), filter, page); }));
  };
  OpportunityFilter filter;
  EXPECT_EQ(opportunities(filter), (Strings{"o1", "o3", "o4", "o5"}));
  filter.state = OpportunityState::kWon;
  EXPECT_EQ(opportunities(filter), (Strings{"o1"}));
  filter.state = OpportunityState::kOpen;
  EXPECT_EQ(opportunities(filter), (Strings{"o3", "o4", "o5"}));
  filter.rep = bob;
  EXPECT_EQ(opportunities(filter), (Strings{"o4"}));
  filter.pipeline = 12'345;
  EXPECT_EQ(opportunities(filter), (Strings{}));

  const auto transitions = ByPages(
      [&](const PageRequest& page) { return reading->ListStageTransitions(org(), "o1", page); });
  ASSERT_EQ(transitions.size(), 3u);
  EXPECT_EQ(transitions[0].stage, "lead");
  EXPECT_EQ(transitions[1].stage, "offer");
  EXPECT_EQ(transitions[2].stage, "won");
  const int64_t revision = transitions[1].recorded.revision;
  EXPECT_EQ(reading->GetStageTransition(org(), "o1", revision)->stage, "offer");
  EXPECT_EQ(reading->GetStageTransition(org(), "o3", revision).status().code(),
            absl::StatusCode::kNotFound);

  const auto activities = [&](const ActivityFilter& wanted) {
    return Ids(ByPages(
        [&](const PageRequest& page) { return reading->ListActivities(org(), wanted, page); }));
  };
  EXPECT_EQ(activities({}), (Strings{"a1", "a2", "a3"}));
  EXPECT_EQ(activities({ann, kNoKey}), (Strings{"a2", "a3"}));
  EXPECT_EQ(activities({kNoKey, keys[0]}), (Strings{"a1"}));

  const auto quotas = [&](const QuotaFilter& wanted) {
    std::vector<int64_t> targets;
    for (const Quota& quota : ByPages(
             [&](const PageRequest& page) { return reading->ListQuotas(org(), wanted, page); })) {
      targets.push_back(quota.target);
    }
    return targets;
  };
  EXPECT_EQ(quotas({}), (std::vector<int64_t>{3, 2, 1}));
  EXPECT_EQ(quotas({OwnerType::kRep, ann, std::nullopt}), (std::vector<int64_t>{3, 2}));
  EXPECT_EQ(quotas({OwnerType::kTeam, kNoKey, std::nullopt}), (std::vector<int64_t>{}));
}

TEST_P(StoreContract, RefusesAPageThatNoListGave) {
  fixture_.MakeOpportunity("o1");
  for (const char* after : {"x", "1.2", "1.2.x.4.5"}) {
    EXPECT_EQ(fixture_.Read()->ListQuotas(org(), {}, {after, 10}).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
  EXPECT_EQ(fixture_.Read()->ListStageTransitions(org(), "o1", {"x", 10}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_P(StoreContract, ScansWhatWasRecordedAfterARevision) {
  const Key key = fixture_.MakeOpportunity("o1");
  const Key ann = fixture_.rep("ann");
  const auto scan = [&](int64_t after_revision) {
    std::vector<std::string> seen;
    const auto reading = fixture_.Read();
    EXPECT_TRUE(reading
                    ->ScanOpportunities(org(), after_revision,
                                        [&](Key scanned, const OpportunityFact& fact) {
                                          EXPECT_EQ(scanned == key, fact.id == "o1");
                                          seen.push_back(std::string(fact.id));
                                        })
                    .ok());
    EXPECT_TRUE(reading
                    ->ScanStageEvents(org(), after_revision,
                                      [&](const StageEventFact& fact) {
                                        seen.push_back("event" + std::to_string(fact.stage));
                                      })
                    .ok());
    EXPECT_TRUE(reading
                    ->ScanActivities(
                        org(), after_revision,
                        [&](const ActivityFact& fact) { seen.push_back(std::string(fact.id)); })
                    .ok());
    return seen;
  };
  fixture_.Write([&](WriteTransaction& transaction) {
    const StageEventFact event = MakeEvent(key, kHour, 0);
    const ActivityFact activity = MakeActivity("a1", ann, 1);
    ASSERT_TRUE(transaction.AppendStageEvents(org(), {&event, 1}).ok());
    ASSERT_TRUE(transaction.AppendActivities(org(), {&activity, 1}).ok());
  });
  EXPECT_EQ(scan(0), (Strings{"o1", "event0", "a1"}));
  const int64_t revision = *fixture_.Read()->Revision(org());
  fixture_.Reopen();
  EXPECT_EQ(*fixture_.Read()->Revision(org()), revision);
  fixture_.Write([&](WriteTransaction& transaction) {
    const StageEventFact event = MakeEvent(key, 2 * kHour, 3);
    ASSERT_TRUE(transaction.AppendStageEvents(org(), {&event, 1}).ok());
  });
  EXPECT_EQ(scan(revision), (Strings{"event3"}));
}

TEST_P(StoreContract, KeepsOrganizationsApart) {
  Key other = kNoKey;
  fixture_.MakeOpportunity("o1");
  fixture_.Write([&](WriteTransaction& transaction) {
    other = transaction.InsertOrganization(MakeOrganization("other"))->key;
    const Key pipeline = transaction.InsertPipeline(other, MakePipeline("sales"))->key;
    const OpportunityFact fact = MakeOpportunityFact("o1", pipeline, kNoKey);
    ASSERT_EQ(transaction.AppendOpportunities(other, {&fact, 1})->created, 1);
  });
  const auto reading = fixture_.Read();
  EXPECT_EQ(reading->GetOpportunity(other, "o1")->rep, "");
  EXPECT_EQ(reading->GetOpportunity(org(), "o1")->rep, "ann");
  EXPECT_EQ(reading->GetRep(other, "ann").status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(reading->ListReps(other, kNoKey, {})->items.empty());
  int scanned = 0;
  EXPECT_TRUE(
      reading->ScanOpportunities(org(), 0, [&](Key, const OpportunityFact&) { ++scanned; }).ok());
  EXPECT_EQ(scanned, 1);
}

TEST_P(StoreContract, AFailedWriteLeavesNoTrace) {
  const int64_t revision = *fixture_.Read()->Revision(org());
  const absl::Status failed = fixture_.TryWrite([this](WriteTransaction& transaction) {
    EXPECT_TRUE(transaction.InsertRep(org(), MakeRep("carl")).ok());
    return absl::CancelledError("changed my mind");
  });
  EXPECT_EQ(failed, absl::CancelledError("changed my mind"));
  EXPECT_EQ(fixture_.Read()->GetRep(org(), "carl").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(*fixture_.Read()->Revision(org()), revision);
}

TEST_P(StoreContract, AReadSeesOneState) {
  const auto before = fixture_.Read();
  fixture_.Write([this](WriteTransaction& transaction) {
    ASSERT_TRUE(transaction.InsertRep(org(), MakeRep("carl")).ok());
    EXPECT_TRUE(transaction.GetRep(org(), "carl").ok());
  });
  EXPECT_EQ(before->GetRep(org(), "carl").status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(fixture_.Read()->GetRep(org(), "carl").ok());
}

TEST_P(StoreContract, ARequestIdIsDoneOnce) {
  int runs = 0;
  const auto insert = [&](const std::string& principal, const std::string& method,
                          const std::string& request_id, const std::string& fingerprint) {
    return fixture_.store().Write(
        Idempotency{principal, method, request_id, fingerprint},
        [&](WriteTransaction& transaction) -> absl::StatusOr<std::string> {
          ++runs;
          const auto team = transaction.InsertTeam(org(), MakeTeam("t" + std::to_string(runs)));
          if (!team.ok()) return team.status();
          return std::string("response\0 of ", 13) + team->id;
        });
  };
  const std::string first = insert("me", "CreateTeam", "r1", "f1").value();
  EXPECT_EQ(first, std::string("response\0 of t1", 15));
  EXPECT_EQ(insert("me", "CreateTeam", "r1", "f1").value(), first);
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(insert("me", "CreateTeam", "r1", "f2").status().code(),
            absl::StatusCode::kInvalidArgument);
  fixture_.Reopen();
  EXPECT_EQ(insert("me", "CreateTeam", "r1", "f1").value(), first);
  EXPECT_EQ(runs, 1);
  // Others' request_ids, and those of other methods, are others.
  EXPECT_TRUE(insert("you", "CreateTeam", "r1", "f1").ok());
  EXPECT_TRUE(insert("me", "DeleteTeam", "r1", "f1").ok());
  EXPECT_EQ(runs, 3);
  // After the time for which it is kept it is a new request.
  fixture_.SetNowUs(1'000 * kHour + limits::kIdempotencyKeptUs + 1);
  EXPECT_NE(insert("me", "CreateTeam", "r1", "f2").value(), first);
  EXPECT_EQ(runs, 4);
}

TEST_P(StoreContract, AFailedRequestMayBeTriedAgain) {
  bool fail = true;
  const auto request = [&] {
    return fixture_.store().Write(Idempotency{"me", "M", "r1", "f"},
                                  [&](WriteTransaction&) -> absl::StatusOr<std::string> {
                                    if (fail) return absl::UnavailableError("not now");
                                    return std::string("done");
                                  });
  };
  EXPECT_EQ(request().status().code(), absl::StatusCode::kUnavailable);
  fail = false;
  EXPECT_EQ(request().value(), "done");
}

TEST_P(StoreContract, KeepsTheLastReviewOfASignal) {
  SignalReview review;
  review.signal = "low-contact-rate~ann";
  review.reviewer = "Eve";
  review.note = "on leave; \"back\" in May";
  review.hidden_until_us = 1'090 * kHour;
  const int64_t revision = fixture_.Read()->Revision(org()).value();
  fixture_.Write([&](WriteTransaction& transaction) {
    const auto stored = transaction.AppendSignalReview(org(), review);
    ASSERT_TRUE(stored.ok()) << stored.status();
    EXPECT_EQ(stored->review_time_us, 1'000 * kHour);
    SignalReview other;
    other.signal = "close-date-past~bob";
    other.state = ReviewState::kSnoozed;
    ASSERT_TRUE(transaction.AppendSignalReview(org(), other).ok());
    EXPECT_EQ(transaction.ListSignalReviews(org())->size(), 2u);
  });
  fixture_.Reopen();
  std::vector<SignalReview> reviews = fixture_.Read()->ListSignalReviews(org()).value();
  ASSERT_EQ(reviews.size(), 2u);
  EXPECT_EQ(reviews[0].signal, "close-date-past~bob");
  EXPECT_EQ(reviews[0].state, ReviewState::kSnoozed);
  EXPECT_EQ(reviews[0].hidden_until_us, kNotHidden);
  EXPECT_EQ(reviews[1].signal, review.signal);
  EXPECT_EQ(reviews[1].state, ReviewState::kAcknowledged);
  EXPECT_EQ(reviews[1].reviewer, review.reviewer);
  EXPECT_EQ(reviews[1].note, review.note);
  EXPECT_EQ(reviews[1].review_time_us, 1'000 * kHour);
  EXPECT_EQ(reviews[1].hidden_until_us, 1'090 * kHour);

  fixture_.SetNowUs(1'010 * kHour);
  fixture_.Write([&](WriteTransaction& transaction) {
    SignalReview reopened;
    reopened.signal = review.signal;
    reopened.state = ReviewState::kReopened;
    ASSERT_TRUE(transaction.AppendSignalReview(org(), reopened).ok());
  });
  reviews = fixture_.Read()->ListSignalReviews(org()).value();
  ASSERT_EQ(reviews.size(), 2u);
  EXPECT_EQ(reviews[1].state, ReviewState::kReopened);
  EXPECT_EQ(reviews[1].review_time_us, 1'010 * kHour);
  // Reviews are no part of the history.
  EXPECT_EQ(fixture_.Read()->Revision(org()).value(), revision);
}

TEST_P(StoreContract, KeepsTheReviewsOfOrganizationsApart) {
  fixture_.Write([&](WriteTransaction& transaction) {
    const auto other = transaction.InsertOrganization(MakeOrganization("other"));
    ASSERT_TRUE(other.ok()) << other.status();
    SignalReview review;
    review.signal = "s";
    ASSERT_TRUE(transaction.AppendSignalReview(other->key, review).ok());
    EXPECT_EQ(transaction.ListSignalReviews(other->key)->size(), 1u);
    EXPECT_EQ(transaction.ListSignalReviews(org())->size(), 0u);
  });
}

TEST_P(StoreContract, KeepsTheAttributesOfStages) {
  fixture_.Write([&](WriteTransaction& transaction) {
    Pipeline pipeline = *transaction.GetPipeline(org(), "sales");
    pipeline.stages[1].attributes = {{"owner", "desk \"B\""}, {"sla", "7"}};
    ASSERT_TRUE(transaction.UpdatePipeline(org(), pipeline, std::nullopt).ok());
  });
  fixture_.Reopen();
  const Pipeline stored = *fixture_.Read()->GetPipeline(org(), "sales");
  EXPECT_EQ(stored.stages[0].attributes, Attributes());
  EXPECT_EQ(stored.stages[1].attributes, (Attributes{{"owner", "desk \"B\""}, {"sla", "7"}}));
}

INSTANTIATE_TEST_SUITE_P(Backends, StoreContract, testing::Values(SqliteBackend()),
                         [](const auto& backend) { return backend.param.name; });

}  // namespace
}  // namespace quotacast::storage
