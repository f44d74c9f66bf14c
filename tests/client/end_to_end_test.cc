// The real client against a real server, as a user runs them.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/client/program.h"

namespace quotacast::client {
namespace {

using Json = nlohmann::json;

// One server and one sample company for all tests of this file; each test has its own organization.
class EndToEndTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    data_ = NewFolder("data");
    server_ = std::make_unique<ServerProcess>(data_);
    sample_ = NewFolder("sample");
    const Output made =
        RunClient({"sample", sample_, "--reps", "6", "--months", "10", "--end", "2026-03-18"});
    ASSERT_EQ(made.exit_code, 0) << made.err;
  }
  static void TearDownTestSuite() {
    EXPECT_EQ(server_->Stop(), 0);
    server_.reset();
    std::filesystem::remove_all(data_);
    std::filesystem::remove_all(sample_);
  }

  // The client with the test's organization.
  Output Run(const std::vector<std::string>& arguments, std::vector<std::string> environment = {}) {
    environment.push_back("QUOTACAST_SERVER=" + server_->address());
    environment.push_back("QUOTACAST_ORG=" + organization_);
    return RunClient(arguments, environment);
  }

  void SetUp() override {
    static int count = 0;
    organization_ = absl::StrCat("org-", ++count);
    const Output created = Run(
        {"org", "create", organization_, "--currency", "EUR", "--time-zone", "Europe/Amsterdam"});
    ASSERT_EQ(created.exit_code, 0) << created.err;
  }

  // How many opportunities are stored.
  int OpportunityCount() {
    const Output listed = Run({"list", "opportunities", "-o", "json", "--limit", "0"});
    EXPECT_EQ(listed.exit_code, 0) << listed.err;
    return static_cast<int>(Json::parse(listed.out)["opportunities"].size());
  }

  static std::string data_, sample_;
  static std::unique_ptr<ServerProcess> server_;
  std::string organization_;
};
std::string EndToEndTest::data_;
std::string EndToEndTest::sample_;
std::unique_ptr<ServerProcess> EndToEndTest::server_;

int64_t Sum(const Json& report, const char* key) {
  int64_t sum = 0;
  for (const auto& file : report["files"]) sum += file[key].get<int64_t>();
  return sum;
}

TEST_F(EndToEndTest, ImportsASampleOnce) {
  const Output first = Run({"import", sample_, "-o", "json"});
  ASSERT_EQ(first.exit_code, 0) << first.err;
  const Json report = Json::parse(first.out);
  EXPECT_GT(Sum(report, "read"), 5'000);
  EXPECT_EQ(Sum(report, "created"), Sum(report, "read"));
  EXPECT_EQ(Sum(report, "skipped"), 0);
  EXPECT_EQ(report["doubts"].size(), 0u) << report["doubts"];

  const Output forecast = Run({"forecast", "-o", "json", "--as-of", "2026-03-18"});
  const Output again = Run({"import", sample_, "-o", "json"});
  ASSERT_EQ(again.exit_code, 0) << again.err;
  const Json second = Json::parse(again.out);
  EXPECT_EQ(Sum(second, "created"), 0);
  EXPECT_EQ(Sum(second, "unchanged"), Sum(report, "read"));
  EXPECT_EQ(Run({"forecast", "-o", "json", "--as-of", "2026-03-18"}).out, forecast.out);
}

TEST_F(EndToEndTest, ForecastHasTheKeysOfTheContract) {
  ASSERT_EQ(Run({"import", sample_}).exit_code, 0);
  const Output output = Run({"forecast", "-o", "json", "--as-of", "2026-03-18"});
  ASSERT_EQ(output.exit_code, 0) << output.err;
  const Json json = Json::parse(output.out);
  EXPECT_EQ(json["asOf"], "2026-03-17T23:00:00Z");
  ASSERT_GT(json["forecasts"].size(), 0u);
  for (const auto& forecast : json["forecasts"]) {
    EXPECT_TRUE(absl::StartsWith(forecast["rep"].get<std::string>(),
                                 absl::StrCat("organizations/", organization_, "/reps/")));
    EXPECT_TRUE(forecast["measure"] == "AMOUNT" || forecast["measure"] == "UNITS");
    EXPECT_LE(forecast["periodStart"].get<std::string>(), "2026-03-18");
    EXPECT_GT(forecast["periodEnd"].get<std::string>(), "2026-03-18");
    EXPECT_GT(forecast["target"].get<double>(), 0);
    EXPECT_GE(forecast["booked"].get<double>(), 0);
    const double chance = forecast["attainmentProbability"];
    EXPECT_TRUE(chance >= 0 && chance <= 1) << chance;
    EXPECT_GE(forecast["standardError"].get<double>(), 0);
    EXPECT_GE(forecast["distribution"]["mean"].get<double>(), forecast["booked"].get<double>());
    std::vector<double> levels, values;
    for (const auto& quantile : forecast["distribution"]["quantiles"]) {
      levels.push_back(quantile["level"]);
      values.push_back(quantile["value"]);
    }
    EXPECT_EQ(levels, (std::vector<double>{.05, .1, .25, .5, .75, .9, .95}));
    EXPECT_TRUE(std::is_sorted(values.begin(), values.end()));
  }
  EXPECT_EQ(Run({"forecast", "-o", "json", "--as-of", "2026-03-18"}).out, output.out);
}

TEST_F(EndToEndTest, ForecastTableFitsTheTerminal) {
  ASSERT_EQ(Run({"import", sample_}).exit_code, 0);
  for (const int width : {80, 120}) {
    const Output output =
        Run({"forecast", "--as-of", "2026-03-18"}, {absl::StrCat("COLUMNS=", width)});
    ASSERT_EQ(output.exit_code, 0) << output.err;
    EXPECT_TRUE(absl::StrContains(output.out, "chance")) << output.out;
    EXPECT_TRUE(absl::StrContains(output.out, "2026-03: 2026-03-01 to 2026-03-31, 14 days left"))
        << output.out;
    EXPECT_FALSE(absl::StrContains(output.out, "\x1b[")) << "colors without a terminal";
  }
  const Output colored = Run({"--color", "always", "forecast", "--as-of", "2026-03-18"});
  EXPECT_TRUE(absl::StrContains(colored.out, "\x1b["));
}

TEST_F(EndToEndTest, ListsAndGets) {
  ASSERT_EQ(Run({"import", sample_}).exit_code, 0);
  const Json reps = Json::parse(Run({"list", "reps", "-o", "json"}).out);
  ASSERT_EQ(reps["reps"].size(), 6u);
  const std::string name = reps["reps"][0]["name"];
  const std::string id = name.substr(name.rfind('/') + 1);
  EXPECT_EQ(Json::parse(Run({"get", "rep", id, "-o", "json"}).out)["name"], name);
  for (const char* kind : {"teams", "pipelines", "quotas", "opportunities", "activities"}) {
    const Output output = Run({"list", kind, "--limit", "3", "-o", "csv"});
    EXPECT_EQ(output.exit_code, 0) << output.err;
    EXPECT_GE(std::count(output.out.begin(), output.out.end(), '\n'), 2) << kind;
  }
  const Output transitions = Run({"list", "stage-transitions", "--opportunity", "OP-1"});
  EXPECT_TRUE(absl::StrContains(transitions.out, "prospecting")) << transitions.err;
  EXPECT_EQ(Json::parse(Run({"get", "opportunity", "OP-1", "-o", "json"}).out)["displayName"]
                .get<std::string>()
                .empty(),
            false);
}

TEST_F(EndToEndTest, ExitCodes) {
  EXPECT_EQ(Run({"org", "get"}).exit_code, 0);
  EXPECT_EQ(Run({"forecast", "--rep"}).exit_code, 2);
  EXPECT_EQ(Run({"forecast", "--precision", "0"}).exit_code, 2);
  EXPECT_EQ(Run({"forecast", "--trials", "0"}).exit_code, 2);
  EXPECT_EQ(Run({"--org", "nobody", "forecast"}).exit_code, 3);
  EXPECT_EQ(Run({"get", "rep", "nobody"}).exit_code, 3);
  EXPECT_EQ(
      Run({"org", "create", organization_, "--currency", "USD", "--time-zone", "UTC"}).exit_code,
      5);
  EXPECT_EQ(
      Run({"org", "create", "new-org", "--currency", "EUR", "--time-zone", "Mars/Base"}).exit_code,
      6);
  EXPECT_EQ(Run({"--server", "127.0.0.1:1", "org", "list"}).exit_code, 7);
  // Ten million trials take seconds, whatever the machine.
  ASSERT_EQ(Run({"import", sample_}).exit_code, 0);
  EXPECT_EQ(Run({"--timeout", "0.02", "forecast", "--as-of", "2026-03-18", "--trials", "10000000"})
                .exit_code,
            8);
}

TEST_F(EndToEndTest, AnOrganizationSaysWhetherForecastsAreCorrected) {
  ASSERT_EQ(Run({"import", sample_}).exit_code, 0);
  const auto mode = [this](std::vector<std::string> more) {
    more.insert(more.begin(), {"forecast", "-o", "json", "--as-of", "2026-03-18"});
    const Output output = Run(more);
    EXPECT_EQ(output.exit_code, 0) << output.err;
    return Json::parse(output.out)["correctionMode"].get<std::string>();
  };
  EXPECT_EQ(mode({}), "OFF");
  const Output updated = Run({"org", "update", "--correction", "where-better", "-o", "csv"});
  ASSERT_EQ(updated.exit_code, 0) << updated.err;
  EXPECT_TRUE(absl::StrContains(updated.out, "where-better")) << updated.out;
  EXPECT_EQ(mode({}), "WHERE_BETTER");
  EXPECT_EQ(mode({"--correction", "on"}), "ON");
  EXPECT_EQ(mode({"--correction", "off"}), "OFF");
  // Nothing else has changed, and what is left out stays.
  ASSERT_EQ(Run({"org", "update", organization_, "--name", "Acme"}).exit_code, 0);
  const Json organization = Json::parse(Run({"org", "get", "-o", "json"}).out);
  EXPECT_EQ(organization["displayName"], "Acme");
  EXPECT_EQ(organization["timeZone"], "Europe/Amsterdam");
  EXPECT_EQ(organization["fiscalYearStartMonth"], 1);
  EXPECT_EQ(organization["correctionMode"], "WHERE_BETTER");

  EXPECT_EQ(Run({"org", "update"}).exit_code, 2) << "nothing to change";
  EXPECT_EQ(Run({"org", "update", "--correction", "always"}).exit_code, 2);
  EXPECT_EQ(Run({"org", "update", "--fiscal-year-start", "13"}).exit_code, 6);
}

TEST_F(EndToEndTest, ErrorsSayFieldGivenAndAllowed) {
  const Output currency =
      Run({"org", "create", "new-org", "--currency", "euros", "--time-zone", "UTC"});
  EXPECT_EQ(currency.exit_code, 6);
  EXPECT_TRUE(absl::StrContains(currency.err, "currency")) << currency.err;
  EXPECT_TRUE(absl::StrContains(currency.err, "euros")) << currency.err;
  const Output organization = Run({"--org", "nobody", "forecast"});
  EXPECT_TRUE(absl::StrContains(organization.err, "nobody")) << organization.err;
  EXPECT_EQ(organization.out, "");

  ASSERT_EQ(Run({"import", sample_}).exit_code, 0);
  const Output no_quota = Run({"forecast", "--period", "2031-02", "--as-of", "2026-03-18"});
  EXPECT_EQ(no_quota.exit_code, 6) << no_quota.err;
  const Output too_early = Run({"forecast", "--as-of", "1999-01-01"});
  EXPECT_EQ(too_early.exit_code, 6) << too_early.err;
  const Output bad_period = Run({"forecast", "--period", "2026-Q7", "--as-of", "2026-03-18"});
  EXPECT_EQ(bad_period.exit_code, 6) << bad_period.err;
  EXPECT_TRUE(absl::StrContains(bad_period.err, "2026-Q7")) << bad_period.err;
}

TEST_F(EndToEndTest, MistypedWordsGetASuggestion) {
  const Output command = Run({"forcast"});
  EXPECT_EQ(command.exit_code, 2);
  EXPECT_TRUE(absl::StrContains(command.err, "did you mean \"forecast\"?")) << command.err;
  const Output option = Run({"forecast", "--perod", "2026-03"});
  EXPECT_EQ(option.exit_code, 2);
  EXPECT_TRUE(absl::StrContains(option.err, "did you mean \"--period\"?")) << option.err;
}

TEST_F(EndToEndTest, EveryCommandHasHelpWithAnExample) {
  for (const std::vector<std::string>& command : {std::vector<std::string>{},
                                                  {"org", "create"},
                                                  {"org", "get"},
                                                  {"org", "list"},
                                                  {"org", "update"},
                                                  {"import"},
                                                  {"sample"},
                                                  {"list", "reps"},
                                                  {"get", "rep"},
                                                  {"forecast"}}) {
    std::vector<std::string> arguments = command;
    arguments.push_back("--help");
    const Output output = Run(arguments);
    EXPECT_EQ(output.exit_code, 0);
    EXPECT_TRUE(absl::StrContains(output.out, "Example")) << output.out;
  }
  EXPECT_TRUE(absl::StartsWith(Run({"--version"}).out, "quotacast "));
}

// One fault each in a copy of a small good folder.
struct Fault {
  const char* name;
  const char* file;
  std::string text;       // Of the whole file.
  const char* complaint;  // What the error must hold: file, line, column and reason.
};

void PrintTo(const Fault& fault, std::ostream* out) { *out << fault.name; }

const char* const kGoodFolder[][2] = {
    {"teams.csv", "team_id,name,parent_team_id\nnorth,North,\n"},
    {"reps.csv", "rep_id,name,team_id,start_date,end_date\neva,Eva,north,,\n"},
    {"stages.csv",
     "pipeline_id,stage_id,name,position,kind\nsales,first,First,1,open\nsales,won,Won,2,won\n"
     "sales,lost,Lost,3,lost\n"},
    {"opportunities.csv",
     "opportunity_id,pipeline_id,rep_id,name,amount,currency,units,create_time,"
     "expected_close_date\no1,sales,eva,A,100,EUR,1,2026-01-05,\no2,sales,eva,B,200,EUR,1,"
     "2026-01-06,\n"},
    {"stage_events.csv",
     "opportunity_id,time,stage_id,rep_id,amount\no1,2026-01-05,first,,\no1,2026-01-09,won,,90\n"
     "o2,2026-01-06,first,,\n"},
    {"activities.csv",
     "activity_id,rep_id,opportunity_id,time,type,outcome,duration_seconds\n"
     "a1,eva,,2026-01-04,call,connected,60\n"},
    {"quotas.csv",
     "owner_type,owner_id,period_start,period_end,measure,target,currency\n"
     "rep,eva,2026-01-01,2026-02-01,amount,1000,EUR\n"}};

constexpr char kOpportunities[] =
    "opportunity_id,pipeline_id,rep_id,name,amount,currency,units,create_time,expected_close_"
    "date\n";
constexpr char kEvents[] = "opportunity_id,time,stage_id,rep_id,amount\n";

std::vector<Fault> Faults() {
  return {
      {"MissingColumn", "opportunities.csv",
       "opportunity_id,pipeline_id,rep_id,name,currency,units,create_time,expected_close_date\n",
       "opportunities.csv:1:amount: the column is missing"},
      {"UnknownStage", "stage_events.csv", absl::StrCat(kEvents, "o1,2026-01-05,second,,\n"),
       "stage_events.csv:2:stage_id: "},
      {"EventBeforeOpportunity", "stage_events.csv",
       absl::StrCat(kEvents, "o2,2026-01-06,first,,\no1,2026-01-04,first,,\n"),
       "stage_events.csv:3:time: "},
      {"BadDate", "opportunities.csv",
       absl::StrCat(kOpportunities, "o1,sales,eva,A,100,EUR,1,2026-02-30,\n"),
       "opportunities.csv:2:create_time: must be a time"},
      {"NegativeAmount", "opportunities.csv",
       absl::StrCat(kOpportunities, "o1,sales,eva,A,-5,EUR,1,2026-01-05,\n"),
       "opportunities.csv:2:amount: must be at least 0; got \"-5\""},
      {"OtherCurrency", "opportunities.csv",
       absl::StrCat(kOpportunities, "o1,sales,eva,A,100,USD,1,2026-01-05,\n"),
       "opportunities.csv:2:currency: "},
      {"UnknownRep", "opportunities.csv",
       absl::StrCat(kOpportunities, "o1,sales,bob,A,100,EUR,1,2026-01-05,\n"),
       "opportunities.csv:2:rep_id: "},
      {"DuplicateWithOtherContent", "opportunities.csv",
       absl::StrCat(kOpportunities,
                    "o1,sales,eva,A,100,EUR,1,2026-01-05,\no2,sales,eva,B,200,EUR,1,2026-01-06,\n"
                    "o1,sales,eva,A,150,EUR,1,2026-01-05,\n"),
       "opportunities.csv:4:"},
      {"BinaryFile", "activities.csv",
       std::string("\x7f"
                   "ELF\0\0\1",
                   7),
       "activities.csv:1: is binary"},
      {"HugeField", "opportunities.csv",
       absl::StrCat(kOpportunities, "o1,sales,eva,", std::string(8'000'000, 'x'),
                    ",100,EUR,1,2026-01-05,\n"),
       "opportunities.csv:2:name: is too long"},
      {"RaggedRow", "reps.csv", "rep_id,name,team_id,start_date,end_date\neva,Eva,north\n",
       "reps.csv:2:start_date: the line has 3 fields; the header has 5"},
      {"NotUtf8", "reps.csv", "rep_id,name,team_id,start_date,end_date\neva,\xE9va,north,,\n",
       "reps.csv:2:name: is not UTF-8 text"},
      {"UnknownEnum", "activities.csv",
       "activity_id,rep_id,opportunity_id,time,type,outcome,duration_seconds\n"
       "a1,eva,,2026-01-04,fax,,\n",
       "activities.csv:2:type: must be one of: call, email"},
      {"PeriodBackwards", "quotas.csv",
       "owner_type,owner_id,period_start,period_end,measure,target,currency\n"
       "rep,eva,2026-02-01,2026-01-01,amount,1000,EUR\n",
       "quotas.csv:2:period_end: "},
  };
}

class BadInputTest : public EndToEndTest, public testing::WithParamInterface<Fault> {};

TEST_P(BadInputTest, IsReportedAndNothingIsStored) {
  const Fault fault = GetParam();
  const std::string folder = NewFolder(fault.name);
  for (const auto& [file, text] : kGoodFolder) {
    std::ofstream(folder + "/" + file, std::ios::binary)
        << (std::string(file) == fault.file ? fault.text : text);
  }
  const Output output = Run({"import", folder});
  EXPECT_EQ(output.exit_code, 6);
  EXPECT_EQ(output.out, "");
  EXPECT_TRUE(absl::StrContains(output.err, fault.complaint)) << output.err;
  EXPECT_LT(output.err.size(), 2'000u);
  EXPECT_EQ(OpportunityCount(), 0);
  EXPECT_EQ(Json::parse(Run({"list", "teams", "-o", "json"}).out)["teams"].size(), 0u);

  // The folder without the fault is taken afterwards.
  for (const auto& [file, text] : kGoodFolder) {
    std::ofstream(folder + "/" + file, std::ios::binary) << text;
  }
  const Output mended = Run({"import", folder});
  EXPECT_EQ(mended.exit_code, 0) << mended.err;
  EXPECT_EQ(OpportunityCount(), 2);
  std::filesystem::remove_all(folder);
}

INSTANTIATE_TEST_SUITE_P(Faults, BadInputTest, testing::ValuesIn(Faults()),
                         [](const auto& fault) { return std::string(fault.param.name); });

TEST_F(EndToEndTest, SkipsBadRowsWhenAsked) {
  const std::string folder = NewFolder("skip");
  for (const auto& [file, text] : kGoodFolder) {
    std::ofstream(folder + "/" + file, std::ios::binary) << text;
  }
  std::ofstream(folder + "/opportunities.csv", std::ios::app)
      << "o3,sales,eva,C,-1,EUR,1,2026-01-06,\no4,sales,bob,D,1,EUR,1,2026-01-06,\n";
  const Output refused = Run({"import", folder});
  EXPECT_EQ(refused.exit_code, 6);
  EXPECT_TRUE(absl::StrContains(refused.err, "opportunities.csv:4:amount")) << refused.err;
  EXPECT_TRUE(absl::StrContains(refused.err, "opportunities.csv:5:rep_id")) << refused.err;
  const Output skipped = Run({"import", folder, "--skip-bad-rows", "-o", "json"});
  ASSERT_EQ(skipped.exit_code, 0) << skipped.err;
  const Json report = Json::parse(skipped.out);
  EXPECT_EQ(Sum(report, "skipped"), 2);
  EXPECT_EQ(report["errors"].size(), 2u);
  EXPECT_EQ(OpportunityCount(), 2);
  std::filesystem::remove_all(folder);
}

TEST_F(EndToEndTest, AnImportWithoutAFolderIsRefused) {
  const Output output = Run({"import", "/nonexistent/folder"});
  EXPECT_EQ(output.exit_code, 6);
  EXPECT_TRUE(absl::StrContains(output.err, "/nonexistent/folder: is not a folder")) << output.err;
}

TEST_F(EndToEndTest, AnInterruptEndsTheCallWith130) {
  ASSERT_EQ(Run({"import", sample_}).exit_code, 0);
  // Long enough that it is still at work when the signal comes.
  const Output output =
      RunClientAndInterrupt({"--server", server_->address(), "--org", organization_, "forecast",
                             "--as-of", "2026-03-18", "--trials", "10000000"},
                            {}, 300);
  EXPECT_EQ(output.exit_code, 130) << output.err;
  EXPECT_EQ(output.out, "");
  EXPECT_EQ(Run({"org", "get"}).exit_code, 0) << "the server goes on";
}

}  // namespace
}  // namespace quotacast::client
