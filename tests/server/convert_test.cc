// Names, times, days, money and masks at their edges.
#include <gtest/gtest.h>

#include "quotacast/v1/rep.pb.h"
#include "server/convert/field_mask.h"
#include "server/convert/names.h"
#include "server/convert/resources.h"
#include "server/convert/scalars.h"
#include "server/limits.h"

namespace quotacast::convert {
namespace {

TEST(NamesTest, Ids) {
  for (const std::string& id : {std::string("r1"), std::string("Jürgen Müller"), std::string("a.b"),
                                std::string(200, 'x'), std::string("emoji 🙂")}) {
    EXPECT_TRUE(CheckId("id", id).ok()) << id;
  }
  for (const std::string& id :
       {std::string(), std::string("a/b"), std::string(" a"), std::string("a "),
        std::string("a\nb"), std::string("a\x7f"), std::string("\xc2\x85"), std::string(201, 'x'),
        std::string("a\0b", 3)}) {
    EXPECT_FALSE(CheckId("id", id).ok()) << id;
  }
}

TEST(NamesTest, OrganizationIds) {
  for (const char* id :
       {"a", "acme", "a-1", "a23456789012345678901234567890123456789012345678901234567890123"}) {
    EXPECT_TRUE(CheckOrganizationId("id", id).ok()) << id;
  }
  for (const char* id : {"", "1a", "-a", "a-", "Acme", "a_b", "a.b", "é",
                         "a234567890123456789012345678901234567890123456789012345678901234"}) {
    EXPECT_FALSE(CheckOrganizationId("id", id).ok()) << id;
  }
}

TEST(NamesTest, ChildNames) {
  const auto name = ParseChildName("name", "reps", "organizations/acme/reps/r 1");
  ASSERT_TRUE(name.ok());
  EXPECT_EQ(name->organization, "acme");
  EXPECT_EQ(name->id, "r 1");
  EXPECT_EQ(FormatChildName("acme", "reps", "r 1"), "organizations/acme/reps/r 1");
  for (const char* bad :
       {"", "organizations/acme/reps", "organizations/acme/reps/", "organizations/acme/teams/r",
        "organizations//reps/r", "/organizations/acme/reps/r", "organizations/acme/reps/r/x",
        "organizations/-/reps/r"}) {
    EXPECT_FALSE(ParseChildName("name", "reps", bad).ok()) << bad;
  }
  EXPECT_FALSE(ParseReference("rep", "acme", "reps", "organizations/other/reps/r").ok());
  EXPECT_EQ(*ParseReference("rep", "acme", "reps", ""), "");
}

TEST(NamesTest, QuotaIdsRoundTripWithDotsInTheOwner) {
  storage::Quota quota;
  quota.owner_type = storage::OwnerType::kTeam;
  quota.owner = "north.east..2026-01-01";
  quota.period_start = *ParseDay("", "2026-01-01");
  quota.period_end = *ParseDay("", "2026-04-01");
  quota.measure = storage::Measure::kUnits;
  EXPECT_EQ(QuotaId(quota), "team.north.east..2026-01-01.2026-01-01.2026-04-01.units");
  const auto parsed = ParseQuotaId("name", QuotaId(quota));
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(QuotaId(*parsed), QuotaId(quota));
  for (const char* bad : {"", "rep.r", "rep.r.2026-01-01.2026-04-01",
                          "boss.r.2026-01-01.2026-04-01.units", "rep.r.2026-01-01.2026-04-01.euros",
                          "rep..2026-01-01.2026-04-01.units", "rep.r.2026-1-1.2026-04-01.units"}) {
    EXPECT_FALSE(ParseQuotaId("name", bad).ok()) << bad;
  }
}

TEST(NamesTest, TransitionNamesHaveOneSpelling) {
  const std::string prefix = "organizations/acme/opportunities/o1/stageTransitions/";
  EXPECT_EQ(ParseTransitionName("name", prefix + "17")->revision, 17);
  for (const char* bad : {"", "x", "017", "+17", "17 ", "99999999999999999999"}) {
    EXPECT_FALSE(ParseTransitionName("name", prefix + bad).ok()) << bad;
  }
}

TEST(ScalarsTest, DaysExist) {
  EXPECT_EQ(*ParseDay("day", "1970-01-01"), 0);
  EXPECT_EQ(*ParseDay("day", "1969-12-31"), -1);
  EXPECT_EQ(*ParseDay("day", "1900-01-01"), limits::kDayMin);
  EXPECT_EQ(*ParseDay("day", "2199-12-31"), limits::kDayMax - 1);
  EXPECT_EQ(FormatDay(*ParseDay("day", "2024-02-29")), "2024-02-29");
  EXPECT_EQ(FormatDay(storage::kNoDay), "");
  for (const char* bad :
       {"", "2026-02-29", "2026-13-01", "2026-00-10", "2026-01-32", "2026-1-01", "1899-12-31",
        "2200-01-01", "2026-01-01T00:00:00Z", "20260101xx", "-026-01-01"}) {
    EXPECT_FALSE(ParseDay("day", bad).ok()) << bad;
  }
}

TEST(ScalarsTest, TimesRoundTripAndKeepTheirRange) {
  for (const int64_t time_us : {int64_t{0}, int64_t{1}, int64_t{-1}, limits::kTimeMinUs,
                                limits::kTimeMaxUs - 1, int64_t{1'700'000'000'123'456}}) {
    EXPECT_EQ(*FromTimestamp("time", ToTimestamp(time_us)), time_us);
  }
  google::protobuf::Timestamp time = ToTimestamp(limits::kTimeMaxUs);
  EXPECT_FALSE(FromTimestamp("time", time).ok());
  time.set_seconds(INT64_MAX);
  EXPECT_FALSE(FromTimestamp("time", time).ok());
  time.set_seconds(0);
  time.set_nanos(1'000'000'000);
  EXPECT_FALSE(FromTimestamp("time", time).ok());
  time.set_nanos(-1);
  EXPECT_FALSE(FromTimestamp("time", time).ok());
  time.set_nanos(1'999);
  EXPECT_EQ(*FromTimestamp("time", time), 1);
}

TEST(ScalarsTest, Money) {
  const auto micros = [](int64_t units, int32_t nanos, const char* currency) {
    google::type::Money money;
    money.set_units(units);
    money.set_nanos(nanos);
    money.set_currency_code(currency);
    return FromMoney("amount", money, "EUR", limits::kAmountMaxMicros);
  };
  EXPECT_EQ(*micros(12, 500'000'000, "EUR"), 12'500'000);
  EXPECT_EQ(*micros(0, 1'000, ""), 1);
  EXPECT_EQ(*micros(10'000'000'000, 0, "EUR"), limits::kAmountMaxMicros);
  EXPECT_FALSE(micros(10'000'000'000, 1'000, "EUR").ok());
  EXPECT_FALSE(micros(INT64_MAX, 0, "EUR").ok());
  EXPECT_FALSE(micros(-1, 0, "EUR").ok());
  EXPECT_FALSE(micros(0, -1'000, "EUR").ok());
  EXPECT_FALSE(micros(0, 1, "EUR").ok());
  EXPECT_FALSE(micros(0, 1'000'000'000, "EUR").ok());
  EXPECT_FALSE(micros(1, 0, "USD").ok());
  EXPECT_EQ(*FromMoney("amount", ToMoney(12'345'678, "EUR"), "EUR", limits::kAmountMaxMicros),
            12'345'678);
}

TEST(ScalarsTest, TimeZonesAreNamesOfTheDatabaseOnly) {
  for (const char* good :
       {"UTC", "Europe/Amsterdam", "America/Argentina/Buenos_Aires", "Etc/GMT+5"}) {
    EXPECT_TRUE(CheckTimeZone("time_zone", good).ok()) << good;
  }
  for (const char* bad : {"", "Mars/Olympus", "/etc/localtime", "../../etc/passwd", "localtime",
                          "file:/etc/localtime", "Fixed/UTC+01:00:00", "europe amsterdam"}) {
    EXPECT_FALSE(CheckTimeZone("time_zone", bad).ok()) << bad;
  }
}

TEST(ScalarsTest, QuotedCutsBetweenCharacters) {
  EXPECT_EQ(Quoted("a\nb"), "\"a\\nb\"");
  const std::string long_text(79, 'x');
  EXPECT_EQ(Quoted(long_text + "é"), "\"" + long_text + "\"...");
}

TEST(FieldMaskTest, AbsentMaskMeansWhatIsSet) {
  v1::Rep rep;
  rep.set_display_name("Ann");
  (*rep.mutable_attributes())["region"] = "north";
  const auto fields = ResolveMask(nullptr, rep, {"display_name", "team", "attributes"});
  ASSERT_TRUE(fields.ok());
  EXPECT_TRUE(fields->contains("display_name"));
  EXPECT_TRUE(fields->contains("attributes"));
  EXPECT_FALSE(fields->contains("team"));
}

TEST(FieldMaskTest, StarAndRefusals) {
  google::protobuf::FieldMask mask;
  mask.add_paths("*");
  EXPECT_TRUE(ResolveMask(&mask, v1::Rep(), {"display_name", "team"})->contains("team"));
  for (const char* bad : {"name", "create_time", "nonsense", "attributes.region", ""}) {
    mask.set_paths(0, bad);
    EXPECT_FALSE(ResolveMask(&mask, v1::Rep(), {"display_name", "attributes"}).ok()) << bad;
  }
}

TEST(EtagTest, OnlyItsOwnSpelling) {
  EXPECT_EQ(FromEtag(""), std::nullopt);
  EXPECT_EQ(FromEtag("12"), 12);
  EXPECT_EQ(FromEtag("012"), -1);
  EXPECT_EQ(FromEtag("abc"), -1);
}

}  // namespace
}  // namespace quotacast::convert
