// Rows that are refused, and what is said of them.

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/limits.h"
#include "tests/server/import/session_fixture.h"

namespace quotacast::importing {
namespace {

using storage::kHour;

using BadRowsTest = SessionTest;

// A batch in which one row is bad, and what must be said of it.
struct BadCase {
  std::string name;
  Batch batch;
  std::string column;
  std::string reason;  // Part of it.
};

template <typename Row>
Batch With(Row row, const std::function<void(Row&)>& change) {
  change(row);
  return std::vector<Row>{row};
}

const std::string& Long() {
  static const std::string text(10'000'000, 'x');
  return text;
}

std::vector<BadCase> BadRows() {
  const OpportunityRow opportunity = MakeOpportunityRow(7, "new");
  const StageEventRow event = MakeEventRow(7, "o1", "offer", 11 * kHour);
  const ActivityRow activity = MakeActivityRow(7, "new");
  const QuotaRow quota = MakeQuotaRow(7, "ann", 5);
  const RepRow rep = MakeRepRow(7, "new");
  const StageRow stage = MakeStageRow(7, "new", "lead", 1, StageKind::kOpen);
  const auto opp = [&](std::function<void(OpportunityRow&)> change) {
    return With<OpportunityRow>(opportunity, change);
  };
  const auto ev = [&](std::function<void(StageEventRow&)> change) {
    return With<StageEventRow>(event, change);
  };
  const auto act = [&](std::function<void(ActivityRow&)> change) {
    return With<ActivityRow>(activity, change);
  };
  const auto quo = [&](std::function<void(QuotaRow&)> change) {
    return With<QuotaRow>(quota, change);
  };
  return {
      {"team without id", std::vector<TeamRow>{MakeTeamRow(7, "")}, "team_id", "missing"},
      {"team of a slash", std::vector<TeamRow>{MakeTeamRow(7, "a/b")}, "team_id", "'/'"},
      {"unknown parent", std::vector<TeamRow>{MakeTeamRow(7, "x", "nowhere")}, "parent_team_id",
       "is not a team"},
      {"own parent", std::vector<TeamRow>{MakeTeamRow(7, "x", "x")}, "parent_team_id", "circle"},
      {"other team",
       With<TeamRow>(MakeTeamRow(7, "oslo", "north"), [](TeamRow& row) { row.name = "Other"; }),
       "name", "differs"},
      {"rep of unknown team", std::vector<RepRow>{MakeRepRow(7, "x", "nowhere")}, "team_id",
       "is not a team"},
      {"rep ends before it starts",
       With<RepRow>(rep,
                    [](RepRow& row) {
                      row.start_day = 10;
                      row.end_day = 9;
                    }),
       "end_date", "before start_date"},
      {"rep of a day out of range",
       With<RepRow>(rep, [](RepRow& row) { row.start_day = 1'000'000; }), "start_date",
       "out of range"},
      {"rep with a control character", With<RepRow>(rep, [](RepRow& row) { row.rep_id = "a\nb"; }),
       "rep_id", "control"},
      {"rep with a long name", With<RepRow>(rep, [](RepRow& row) { row.name = Long(); }), "name",
       "too long"},
      {"rep with long attributes", With<RepRow>(rep, [](RepRow& row) { row.attributes = Long(); }),
       "", "too long"},
      {"stage of no kind", With<StageRow>(stage, [](StageRow& row) { row.kind = std::nullopt; }),
       "kind", "not a kind"},
      {"two stages at a position",
       std::vector<StageRow>{MakeStageRow(6, "new", "a", 1, StageKind::kOpen),
                             MakeStageRow(7, "new", "b", 1, StageKind::kOpen)},
       "position", "taken"},
      {"a stage twice",
       std::vector<StageRow>{MakeStageRow(6, "new", "a", 1, StageKind::kOpen),
                             MakeStageRow(7, "new", "a", 2, StageKind::kOpen)},
       "stage_id", "twice"},
      {"other stages", std::vector<StageRow>{MakeStageRow(7, "sales", "lead", 1, StageKind::kOpen)},
       "pipeline_id", "differs"},
      {"opportunity of unknown rep", opp([](OpportunityRow& row) { row.rep_id = "nobody"; }),
       "rep_id", "is not a rep"},
      {"opportunity without rep", opp([](OpportunityRow& row) { row.rep_id = ""; }), "rep_id",
       "missing"},
      {"opportunity of unknown pipeline",
       opp([](OpportunityRow& row) { row.pipeline_id = "other"; }), "pipeline_id",
       "is not a pipeline"},
      {"negative amount", opp([](OpportunityRow& row) { row.amount_micros = -5'500'000; }),
       "amount", "negative"},
      {"too large an amount", opp([](OpportunityRow& row) { row.amount_micros = INT64_MAX; }),
       "amount", "out of range"},
      {"negative units", opp([](OpportunityRow& row) { row.units = -1; }), "units", "negative"},
      {"other currency", opp([](OpportunityRow& row) { row.currency = "USD"; }), "currency",
       "not the organization's"},
      {"time out of range", opp([](OpportunityRow& row) { row.create_time_us = INT64_MIN; }),
       "create_time", "out of range"},
      {"long opportunity id", opp([](OpportunityRow& row) { row.opportunity_id = Long(); }),
       "opportunity_id", "too long"},
      {"stored opportunity with another amount", opp([](OpportunityRow& row) {
         row.opportunity_id = "o1";
         row.amount_micros = 11'000'000;
       }),
       "amount", "duplicate"},
      {"event of unknown opportunity", ev([](StageEventRow& row) { row.opportunity_id = "none"; }),
       "opportunity_id", "is not an opportunity"},
      {"event of unknown stage", ev([](StageEventRow& row) { row.stage_id = "demo"; }), "stage_id",
       "is not a stage"},
      {"event of unknown rep", ev([](StageEventRow& row) { row.rep_id = "nobody"; }), "rep_id",
       "is not a rep"},
      {"event before its opportunity", ev([](StageEventRow& row) { row.time_us = 9 * kHour; }),
       "time", "before the opportunity's create_time"},
      {"event of a negative amount", ev([](StageEventRow& row) { row.amount_micros = -1; }),
       "amount", "negative"},
      {"stored event with another amount", ev([](StageEventRow& row) {
         row.stage_id = "lead";
         row.time_us = 10 * kHour;
         row.amount_micros = 3;
       }),
       "amount", "duplicate"},
      {"activity of unknown rep", act([](ActivityRow& row) { row.rep_id = "nobody"; }), "rep_id",
       "is not a rep"},
      {"activity of unknown opportunity", act([](ActivityRow& row) { row.opportunity_id = "x"; }),
       "opportunity_id", "is not an opportunity"},
      {"activity of no type", act([](ActivityRow& row) { row.type = std::nullopt; }), "type",
       "not a type"},
      {"activity of no outcome", act([](ActivityRow& row) { row.outcome = std::nullopt; }),
       "outcome", "not an outcome"},
      {"negative duration", act([](ActivityRow& row) { row.duration_seconds = -1; }),
       "duration_seconds", "negative"},
      {"stored activity at another time", act([](ActivityRow& row) {
         row.activity_id = "a1";
         row.time_us = 6 * kHour;
       }),
       "time", "duplicate"},
      {"quota of no owner type", quo([](QuotaRow& row) { row.owner_type = std::nullopt; }),
       "owner_type", "not a type"},
      {"quota of unknown rep", quo([](QuotaRow& row) { row.owner_id = "nobody"; }), "owner_id",
       "is not a rep"},
      {"quota of unknown team", quo([](QuotaRow& row) { row.owner_type = OwnerType::kTeam; }),
       "owner_id", "is not a team"},
      {"quota of no measure", quo([](QuotaRow& row) { row.measure = std::nullopt; }), "measure",
       "not a measure"},
      {"quota of no length", quo([](QuotaRow& row) { row.period_end = row.period_start; }),
       "period_end", "not after"},
      {"quota of nothing", quo([](QuotaRow& row) { row.target = 0; }), "target", "out of range"},
      {"quota in another currency", quo([](QuotaRow& row) { row.currency = "USD"; }), "currency",
       "not the organization's"},
      {"stored quota with another target", quo([](QuotaRow& row) { row.target = 999; }), "target",
       "duplicate"},
  };
}

// What is bad when it is written is found when it is only validated, and nothing of it is stored.
TEST_F(BadRowsTest, SaysWhatIsWrongAndStoresNothing) {
  ImportGoodFolder();
  for (const BadCase& bad : BadRows()) {
    for (const bool validate_only : {true, false}) {
      SCOPED_TRACE(absl::StrCat(bad.name, validate_only ? ", validated" : ", written"));
      const int64_t before = Revision();
      const auto session = OpenSession({.validate_only = validate_only});
      const auto result = session->Apply(bad.batch);
      ASSERT_TRUE(result.ok()) << result.status();
      EXPECT_FALSE(result->applied);
      EXPECT_EQ(result->bad, 1);
      ASSERT_FALSE(result->errors.empty());
      const RowError& error = result->errors[0];
      EXPECT_EQ(error.line, 7);
      EXPECT_EQ(error.column, bad.column);
      EXPECT_TRUE(absl::StrContains(error.reason, bad.reason)) << error.reason;
      EXPECT_LT(error.given.size(), 150u);
      EXPECT_EQ(Revision(), before);
    }
  }
}

TEST_F(BadRowsTest, SaysWhatWasGivenAndWhatIsAllowed) {
  ImportGoodFolder();
  const auto error_of = [&](const Batch& batch) {
    return OpenSession()->Apply(batch)->errors.at(0);
  };
  OpportunityRow opportunity = MakeOpportunityRow(4, "new");
  opportunity.amount_micros = -5'500'000;
  RowError error = error_of(std::vector<OpportunityRow>{opportunity});
  EXPECT_EQ(error.given, "-5.5");
  EXPECT_EQ(error.allowed, "0 to 10000000000");
  opportunity = MakeOpportunityRow(4, "o1");
  opportunity.create_time_us += kHour;
  error = error_of(std::vector<OpportunityRow>{opportunity});
  EXPECT_EQ(error.given, "1970-01-01T11:00:00+00:00");
  EXPECT_EQ(error.allowed, "1970-01-01T10:00:00+00:00");
  opportunity = MakeOpportunityRow(4, "o1");
  opportunity.rep_id = "bob";
  error = error_of(std::vector<OpportunityRow>{opportunity});
  EXPECT_EQ(error.column, "rep_id");
  EXPECT_EQ(error.given, "bob");
  EXPECT_EQ(error.allowed, "ann");
}

TEST_F(BadRowsTest, FindsDuplicatesWithOtherContentInOneStream) {
  ImportGoodFolder();
  OpportunityRow opportunity = MakeOpportunityRow(9, "n1");
  opportunity.units = 5;
  StageEventRow event = MakeEventRow(9, "n1", "lead", 10 * kHour);
  event.rep_id = "bob";
  ActivityRow activity = MakeActivityRow(9, "n1");
  activity.rep_id = "bob";
  QuotaRow quota = MakeQuotaRow(9, "bob", 4);
  quota.period_end = 131;
  QuotaRow other_quota = quota;
  other_quota.target = 5;
  using Pair = std::pair<Batch, Batch>;
  for (const bool validate_only : {true, false}) {
    const auto session = OpenSession({.validate_only = validate_only, .skip_bad_rows = true});
    for (const auto& [first, second] : std::vector<Pair>{
             {std::vector<OpportunityRow>{MakeOpportunityRow(8, "n1")},
              std::vector<OpportunityRow>{opportunity, MakeOpportunityRow(10, "n1")}},
             {std::vector<StageEventRow>{MakeEventRow(8, "n1", "lead", 10 * kHour),
                                         MakeEventRow(8, "n1", "offer", 12 * kHour)},
              std::vector<StageEventRow>{event, MakeEventRow(10, "n1", "lead", 10 * kHour)}},
             {std::vector<ActivityRow>{MakeActivityRow(8, "n1")},
              std::vector<ActivityRow>{activity, MakeActivityRow(10, "n1")}},
             {std::vector<QuotaRow>{quota}, std::vector<QuotaRow>{other_quota, quota}}}) {
      SCOPED_TRACE(absl::StrCat(FileOf(first), validate_only ? ", validated" : ", written"));
      EXPECT_EQ(session->Apply(first)->bad, 0);
      const BatchResult result = session->Apply(second).value();
      EXPECT_EQ(result.bad, 1);
      EXPECT_EQ(result.unchanged, 1);
      EXPECT_EQ(result.created, 0);
      ASSERT_EQ(result.errors.size(), 1u);
      EXPECT_EQ(result.errors[0].line, 9);
      EXPECT_TRUE(absl::StrContains(result.errors[0].reason, "duplicate"));
    }
  }
}

TEST_F(BadRowsTest, LeavesOutBadRowsWhenAskedTo) {
  ImportGoodFolder();
  const auto session = OpenSession({.skip_bad_rows = true});
  OpportunityRow bad = MakeOpportunityRow(3, "n2");
  bad.amount_micros = -1;
  const BatchResult result = session
                                 ->Apply(std::vector<OpportunityRow>{
                                     MakeOpportunityRow(2, "n1"), bad, MakeOpportunityRow(4, "n3")})
                                 .value();
  EXPECT_TRUE(result.applied);
  EXPECT_EQ(result.created, 2);
  EXPECT_EQ(result.bad, 1);
  EXPECT_TRUE(fixture_.Read()->GetOpportunity(org(), "n3").ok());
  EXPECT_FALSE(fixture_.Read()->GetOpportunity(org(), "n2").ok());
  // What refers to the row left out is bad too.
  EXPECT_EQ(
      session->Apply(std::vector<StageEventRow>{MakeEventRow(2, "n2", "lead", 20 * kHour)})->bad,
      1);
  // A conflict with what is stored is a bad row as any other.
  OpportunityRow conflict = MakeOpportunityRow(2, "o1");
  conflict.name = "Gold";
  const BatchResult mixed =
      session->Apply(std::vector<OpportunityRow>{conflict, MakeOpportunityRow(3, "n4")}).value();
  EXPECT_TRUE(mixed.applied);
  EXPECT_EQ(mixed.bad, 1);
  EXPECT_EQ(mixed.created, 1);
}

TEST_F(BadRowsTest, EndsWithARefusedBatch) {
  ImportGoodFolder();
  const auto session = OpenSession();
  OpportunityRow bad = MakeOpportunityRow(3, "n2");
  bad.units = -1;
  const BatchResult refused =
      session->Apply(std::vector<OpportunityRow>{MakeOpportunityRow(2, "n1"), bad}).value();
  EXPECT_FALSE(refused.applied);
  EXPECT_EQ(refused.created, 0);
  EXPECT_EQ(
      session->Apply(std::vector<OpportunityRow>{MakeOpportunityRow(2, "n1")}).status().code(),
      absl::StatusCode::kFailedPrecondition);
  EXPECT_FALSE(fixture_.Read()->GetOpportunity(org(), "n1").ok());
}

TEST_F(BadRowsTest, RefusesTooManyRows) {
  const std::vector<TeamRow> rows(limits::kImportBatchRowsMax + 1);
  EXPECT_EQ(OpenSession()->Apply(rows).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(BadRowsTest, ReportsAllBadRowsButDescribesOnlyTheFirst) {
  const std::vector<TeamRow> rows(1'000);
  const BatchResult result = OpenSession({.validate_only = true})->Apply(rows).value();
  EXPECT_EQ(result.bad, 1'000);
  EXPECT_EQ(result.errors.size(), limits::kImportErrorsMax);
}

}  // namespace
}  // namespace quotacast::importing
