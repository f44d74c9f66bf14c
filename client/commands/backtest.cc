#include <cstdio>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/backtest_text.h"
#include "client/commands/commands.h"
#include "client/commands/selection.h"
#include "client/exit_code.h"
#include "client/progress.h"
#include "quotacast/v1/backtest_service.grpc.pb.h"

namespace quotacast::client {
namespace {

struct Options {
  std::string from, to, every, measure, rows, correction;
  std::string origins = "0,0.33,0.66";
  int64_t trial_count = 0;
  CLI::Option* seed = nullptr;
  uint64_t seed_value = 1;
};

// Fills the request; false, with the reason said, for an option that is no list of fractions.
bool FillRequest(const Options& options, const std::string& organization,
                 v1::RunBacktestRequest& request) {
  request.set_parent(organization);
  request.set_from_date(options.from);
  request.set_to_date(options.to);
  v1::RunBacktestRequest::PeriodKind kind = v1::RunBacktestRequest::PERIOD_KIND_UNSPECIFIED;
  v1::RunBacktestRequest::PeriodKind_Parse(absl::AsciiStrToUpper(options.every), &kind);
  request.set_period_kind(kind);
  request.set_measure(options.measure == "units" ? v1::UNITS : v1::AMOUNT);
  for (absl::string_view text : absl::StrSplit(options.origins, ',')) {
    double origin = -1;
    if (!absl::SimpleAtod(text, &origin)) {
      Note(
          absl::StrCat("quotacast: --origins must be fractions of the period such as 0,0.33,0.66; "
                       "got \"",
                       options.origins, "\""));
      return false;
    }
    request.add_origins(origin);
  }
  request.set_trial_count(options.trial_count);
  if (options.seed->count() > 0) request.set_seed(options.seed_value);
  request.set_correction_mode(CorrectionModeOf(options.correction));
  request.set_include_rows(!options.rows.empty());
  return true;
}

int Print(const Session& session, v1::CorrectionMode organization_mode,
          const v1::BacktestResult& result) {
  if (session.is_json()) return session.Print(result);
  if (session.is_csv()) return session.Print(BacktestCsv(result));
  return session.Print(BacktestText(result, organization_mode, TerminalWidth(), session.Colored()));
}

// Receives the stream; rows go to `file` where it is not null.
grpc::Status Receive(Session& session, const v1::RunBacktestRequest& request, absl::TimeZone zone,
                     std::FILE* file, v1::BacktestResult& result) {
  const auto stub = v1::BacktestService::NewStub(session.connection().channel());
  CallContext context(session.connection().timeout());
  const auto stream = stub->RunBacktest(context.get(), request);
  std::unique_ptr<Progress> progress;
  v1::RunBacktestResponse response;
  while (stream->Read(&response)) {
    if (response.has_progress()) {
      if (!progress) {
        progress = std::make_unique<Progress>("replaying", response.progress().total_count());
      }
      progress->Update(response.progress().done_count());
    }
    if (file != nullptr) {
      for (const v1::BacktestRow& row : response.rows().rows()) {
        std::fputs(BacktestRowText(row, zone).c_str(), file);
      }
    }
    if (response.has_result()) result = response.result();
  }
  return stream->Finish();
}

int Run(Session& session, const Options& options) {
  v1::Organization organization;
  if (!session.GetOrganization(organization)) return session.exit_code();
  v1::RunBacktestRequest request;
  if (!FillRequest(options, organization.name(), request)) return kUsage;
  absl::TimeZone zone;
  if (!LoadZone(organization, zone)) return kFailure;
  const auto close = [](std::FILE* file) { std::fclose(file); };
  std::unique_ptr<std::FILE, decltype(close)> file(nullptr, close);
  if (!options.rows.empty()) {
    file.reset(std::fopen(options.rows.c_str(), "wb"));
    if (file == nullptr) {
      return session.Fail(kFailure, absl::StrCat("cannot write ", options.rows));
    }
    std::fputs(BacktestRowsHeader().c_str(), file.get());
  }
  v1::BacktestResult result;
  const grpc::Status status = Receive(session, request, zone, file.get(), result);
  if (!status.ok()) return session.Fail(status);
  if (file != nullptr && (std::ferror(file.get()) != 0 || std::fclose(file.release()) != 0)) {
    return session.Fail(kFailure, absl::StrCat("cannot write ", options.rows));
  }
  return Print(session, organization.correction_mode(), result);
}

}  // namespace

void AddBacktestCommand(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("backtest", "How far forecasts can be trusted");
  const auto options = std::make_shared<Options>();
  command->add_option("--from", options->from, "Replay periods that start on this day or later")
      ->required();
  command->add_option("--to", options->to, "... and before this day")->required();
  command
      ->add_option("--every", options->every,
                   "Kind of period: week, month or quarter (default: all)")
      ->check(CLI::IsMember({"week", "month", "quarter"}));
  command
      ->add_option("--origins", options->origins,
                   "When in a period to forecast: fractions of it, taken back to the day's start")
      ->capture_default_str();
  command->add_option("--measure", options->measure, "amount or units (default: amount)")
      ->check(CLI::IsMember({"amount", "units"}));
  command->add_option("--rows", options->rows, "CSV file to write every forecast to");
  AddCorrectionOption(*command, options->correction);
  command
      ->add_option("--trials", options->trial_count,
                   "Simulated endings for each forecast (default: 10000)")
      ->check(CLI::Range(100, 10'000'000));
  options->seed = command->add_option("--seed", options->seed_value, "Of the random numbers");
  command->footer(
      "Forecasts past periods from nothing that was recorded later, and compares the chances with\n"
      "what happened, and with simple baselines.\n"
      "\nExamples:\n  quotacast --org acme backtest --from 2025-07-01 --to 2026-01-01 --every "
      "month\n"
      "  quotacast --org acme backtest --from 2025-07-01 --to 2026-01-01 --rows rows.csv");
  command->callback([&session, options] {
    session.action = [&session, options] { return Run(session, *options); };
  });
}

}  // namespace quotacast::client
