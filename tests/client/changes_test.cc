#include "client/changes.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace quotacast::client {
namespace {

constexpr char kOrganization[] = "organizations/acme";

v1::ScenarioChange Parse(const std::string& flag, const std::string& text) {
  const auto change = ParseChange(flag, text, kOrganization);
  EXPECT_TRUE(change.ok()) << change.status();
  return change.ok() ? *change : v1::ScenarioChange();
}

TEST(ChangesTest, ReadsEveryForm) {
  EXPECT_EQ(Parse("activity", "call=+20%").activity().factor(), 1.2);
  EXPECT_EQ(Parse("activity", "email=-25%").activity().factor(), .75);
  EXPECT_EQ(Parse("activity", "email=-25%").activity().type(), v1::Activity::EMAIL);
  EXPECT_EQ(Parse("activity", "meeting=x1.5").activity().factor(), 1.5);
  EXPECT_EQ(Parse("activity", "call=25").activity().per_week(), 25);
  EXPECT_EQ(Parse("activity", "opportunity=3.5").creations().per_week(), 3.5);
  EXPECT_EQ(Parse("conversion", "proposal=+5pp").conversion().points(), 5);
  EXPECT_EQ(Parse("conversion", "proposal=-5pp").conversion().points(), -5);
  EXPECT_EQ(Parse("conversion", "proposal=x1.2").conversion().factor(), 1.2);
  EXPECT_EQ(Parse("speed", "a=b=x1.5").speed().stage(), "a=b");
  EXPECT_EQ(Parse("win", "OP-7").win(), "organizations/acme/opportunities/OP-7");
  EXPECT_EQ(Parse("lose", "OP-7").lose(), "organizations/acme/opportunities/OP-7");
  EXPECT_EQ(Parse("move", "OP-7=eva").move().rep(), "organizations/acme/reps/eva");
  EXPECT_EQ(Parse("slip", "OP-7=2026-04-15").slip().date(), "2026-04-15");
  EXPECT_EQ(Parse("amount", "OP-7=250.5").amount().amount(), 250.5);
  EXPECT_EQ(Parse("new", "proposal=9000").new_opportunity().stage(), "proposal");
  EXPECT_EQ(Parse("quota", "50000").quota(), 50'000);
  EXPECT_EQ(Parse("days-off", "2026-04-06..2026-04-11").days_off().end(), "2026-04-11");
  EXPECT_EQ(Parse("days-off", "2026-04-06..2026-04-11").days_off().rep(), "");
  EXPECT_EQ(Parse("days-off", "eva=2026-04-06..2026-04-11").days_off().start(), "2026-04-06");
  EXPECT_EQ(Parse("days-off", "eva=2026-04-06..2026-04-11").days_off().rep(),
            "organizations/acme/reps/eva");
  EXPECT_EQ(Parse("rep-joins", "2026-04-01").arrival().date(), "2026-04-01");
  EXPECT_EQ(Parse("rep-joins", "north=2026-04-01").arrival().team(),
            "organizations/acme/teams/north");
  EXPECT_EQ(Parse("rep-leaves", "eva=2026-04-01").departure().date(), "2026-04-01");
}

TEST(ChangesTest, SaysWhatIsAllowed) {
  const std::pair<const char*, const char*> wrong[] = {{"activity", "call"},
                                                       {"activity", "fax=3"},
                                                       {"activity", "call=20%"},
                                                       {"activity", "call="},
                                                       {"conversion", "a=5"},
                                                       {"conversion", "=+5pp"},
                                                       {"speed", "a=fast"},
                                                       {"move", "OP-7"},
                                                       {"amount", "OP-7=much"},
                                                       {"new", "9000"},
                                                       {"quota", "inf"},
                                                       {"quota", ""},
                                                       {"days-off", "2026-04-06"},
                                                       {"days-off", "2026-04-06.."},
                                                       {"win", ""}};
  for (const auto& [flag, text] : wrong) {
    const auto change = ParseChange(flag, text, kOrganization);
    ASSERT_EQ(change.status().code(), absl::StatusCode::kInvalidArgument) << flag << text;
    EXPECT_TRUE(absl::StartsWith(change.status().message(), absl::StrCat("--", flag, " must be ")))
        << change.status();
  }
}

}  // namespace
}  // namespace quotacast::client
