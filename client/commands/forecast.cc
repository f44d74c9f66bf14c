#include <memory>

#include "absl/strings/str_cat.h"
#include "client/commands/commands.h"
#include "client/commands/selection.h"
#include "client/commands/simulation_options.h"
#include "client/exit_code.h"
#include "client/forecast_text.h"
#include "client/progress.h"
#include "quotacast/v1/forecast_service.grpc.pb.h"

namespace quotacast::client {
namespace {

constexpr int64_t kProgressSteps = 1000;

struct Options {
  Selection selection;
  double precision_pp = 0;
  int64_t trial_count = 0;
  CLI::Option* seed = nullptr;
  uint64_t seed_value = 1;
  std::string correction;
};

// Receives the stream, showing how far it is; its last message holds the response.
grpc::Status Receive(Session& session, const v1::StreamForecastAttainmentRequest& request,
                     v1::ForecastAttainmentResponse& response) {
  const auto stub = v1::ForecastService::NewStub(session.connection().channel());
  CallContext context(session.connection().timeout());
  const auto stream = stub->StreamForecastAttainment(context.get(), request);
  Progress progress("simulating", kProgressSteps);
  v1::StreamForecastAttainmentResponse message;
  while (stream->Read(&message)) {
    progress.Update(static_cast<int64_t>(message.progress() * kProgressSteps));
    if (message.has_response()) response.Swap(message.mutable_response());
  }
  return stream->Finish();
}

int Run(Session& session, const Options& options) {
  v1::Organization organization;
  ForecastView view;
  int exit_code = 0;
  if (!OpenOrganization(session, organization, view, exit_code)) return exit_code;
  v1::StreamForecastAttainmentRequest stream_request;
  v1::ForecastAttainmentRequest& request = *stream_request.mutable_request();
  if (!FillSelection(options.selection, organization.name(), view.zone, request)) return kUsage;
  request.set_measure(MeasureOf(options.selection));
  request.set_precision_pp(options.precision_pp);
  request.set_trial_count(options.trial_count);
  request.set_correction_mode(CorrectionModeOf(options.correction));
  if (options.seed->count() > 0) request.set_seed(options.seed_value);

  v1::ForecastAttainmentResponse response;
  const grpc::Status status = Receive(session, stream_request, response);
  if (!status.ok()) return session.Fail(status);
  for (const v1::ForecastWarning& warning : response.warnings()) {
    Note(absl::StrCat("warning: ", warning.message()));
  }
  if (session.is_json()) return session.Print(response);
  if (session.is_csv()) return session.Print(ForecastCsv(response));
  PrepareView(session, organization.name(), view);
  return session.Print(ForecastText(response, view));
}

}  // namespace

void AddForecastCommand(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("forecast", "The chance of hitting each quota");
  const auto options = std::make_shared<Options>();
  AddSelectionOptions(*command, options->selection);
  AddMeasureOption(*command, options->selection, "both");
  CLI::Option* trials = command
                            ->add_option("--trials", options->trial_count,
                                         "Simulated endings of a period (default: 10000)")
                            ->check(CLI::Range(100, 10'000'000));
  command
      ->add_option("--precision", options->precision_pp,
                   "Simulate until the error of each chance is at most so many points")
      ->check(CLI::Range(.05, 10.))
      ->excludes(trials);
  options->seed = command->add_option("--seed", options->seed_value,
                                      "Of the random numbers; the same gives the same answer");
  AddCorrectionOption(*command, options->correction);
  command->footer(
      "Sorted by what needs attention: the lowest chance first. The same data, options and seed\n"
      "give the same answer.\n"
      "\nExamples:\n  quotacast --org acme forecast\n"
      "  quotacast --org acme forecast --team north --period 2026-Q1 --measure amount\n"
      "  quotacast --org acme forecast --rep anna-visser --as-of 2026-03-18 -o json");
  command->callback([&session, options] {
    session.action = [&session, options] { return Run(session, *options); };
  });
}

}  // namespace quotacast::client
