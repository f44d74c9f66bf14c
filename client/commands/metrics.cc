#include <memory>

#include "client/commands/commands.h"
#include "client/commands/selection.h"
#include "client/exit_code.h"
#include "client/listing.h"
#include "client/metrics_text.h"
#include "quotacast/v1/metrics_service.grpc.pb.h"
#include "quotacast/v1/signal_service.grpc.pb.h"

namespace quotacast::client {
namespace {

// Asks for a report, page by page, and prints it as `text` or `csv` make of it.
template <typename Service, typename Request, typename Response, typename Row>
int Report(Session& session, const Selection& selection, Request request, int64_t limit,
           grpc::Status (Service::Stub::*method)(grpc::ClientContext*, const Request&, Response*),
           google::protobuf::RepeatedPtrField<Row>* (Response::*rows)(),
           std::string (*text)(const Response&, const MetricsView&),
           std::string (*csv)(const Response&)) {
  v1::Organization organization;
  if (!session.GetOrganization(organization)) return session.exit_code();
  absl::TimeZone zone;
  if (!LoadZone(organization, zone)) return kFailure;
  if (!FillSelection(selection, organization.name(), zone, request)) return kUsage;
  Response response;
  const auto stub = Service::NewStub(session.connection().channel());
  const grpc::Status status =
      ListAll(session.connection(), *stub, method, request, rows, limit, response);
  if (!status.ok()) return session.Fail(status);
  if (session.is_json()) return session.Print(response);
  if (session.is_csv()) return session.Print(csv(response));
  MetricsView view{DisplayNames(session.connection(), organization.name()), TerminalWidth(),
                   session.Colored()};
  return session.Print(text(response, view));
}

struct SignalOptions {
  Selection selection;
  int64_t limit = 20;
};

}  // namespace

void AddMetricsCommand(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("metrics", "The metrics of the sales floor");
  const auto selection = std::make_shared<Selection>();

  CLI::App* activity =
      command->add_subcommand("activity", "Calls, e-mails, contacts and follow-ups");
  AddSelectionOptions(*activity, *selection);
  activity->footer(
      "Example:\n  quotacast --org acme metrics activity --team north --period 2026-Q1");
  activity->callback([&session, selection] {
    session.action = [&session, selection] {
      return Report<v1::MetricsService>(session, *selection, v1::ReportActivityRequest(), kNoLimit,
                                        &v1::MetricsService::Stub::ReportActivity,
                                        &v1::ReportActivityResponse::mutable_metrics, &ActivityText,
                                        &ActivityCsv);
    };
  });

  CLI::App* pipeline =
      command->add_subcommand("pipeline", "What is open, days in stages, conversion, wins");
  AddSelectionOptions(*pipeline, *selection);
  AddMeasureOption(*pipeline, *selection, "amount");
  pipeline->footer("Example:\n  quotacast --org acme metrics pipeline --rep anna-visser -o json");
  pipeline->callback([&session, selection] {
    session.action = [&session, selection] {
      v1::ReportPipelineRequest request;
      request.set_measure(MeasureOf(*selection));
      return Report<v1::MetricsService>(
          session, *selection, request, kNoLimit, &v1::MetricsService::Stub::ReportPipeline,
          &v1::ReportPipelineResponse::mutable_metrics, &PipelineText, &PipelineCsv);
    };
  });
}

void AddSignalsCommand(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("signals", "What needs a manager's attention");
  const auto options = std::make_shared<SignalOptions>();
  AddSelectionOptions(*command, options->selection);
  AddMeasureOption(*command, options->selection, "amount");
  command->add_option("--limit", options->limit, "Most to list; 0: all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->footer(
      "The most urgent first, each with its evidence, how sure it is, and what it takes from the\n"
      "chance of the quota.\n\nExample:\n  quotacast --org acme signals --team north");
  command->callback([&session, options] {
    session.action = [&session, options] {
      v1::ListSignalsRequest request;
      request.set_measure(MeasureOf(options->selection));
      return Report<v1::SignalService>(
          session, options->selection, request, options->limit > 0 ? options->limit : kNoLimit,
          &v1::SignalService::Stub::ListSignals, &v1::ListSignalsResponse::mutable_signals,
          &SignalsText, &SignalsCsv);
    };
  });
}

}  // namespace quotacast::client
