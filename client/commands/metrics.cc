#include <memory>

#include "client/commands/commands.h"
#include "client/commands/floor_report.h"
#include "client/floor_text.h"
#include "client/metrics_text.h"
#include "quotacast/v1/metrics_service.grpc.pb.h"

namespace quotacast::client {
namespace {

using Stub = v1::MetricsService::Stub;

struct Options {
  Selection selection;
  std::string order = "promising";
  int64_t limit = 20;
  double target_probability = .8;
  std::string activity = "call";
};

// A text that needs no time zone.
template <typename Response>
auto WithoutZone(std::string (*text)(const Response&, const MetricsView&)) {
  return [text](const Response& response, const MetricsView& view, absl::TimeZone) {
    return text(response, view);
  };
}

int RunRanking(Session& session, const Options& options) {
  v1::RankOpportunitiesRequest request;
  request.set_order(options.order == "empty" ? v1::RankOpportunitiesRequest::EMPTY_FIRST
                                             : v1::RankOpportunitiesRequest::PROMISING_FIRST);
  return Report<v1::MetricsService>(
      session, options.selection, request, options.limit > 0 ? options.limit : kNoLimit,
      &Stub::RankOpportunities, &v1::RankOpportunitiesResponse::mutable_opportunities,
      WithoutZone(&RankingText), &RankingCsv);
}

int RunGuidelines(Session& session, const Options& options) {
  v1::ReportGuidelinesRequest request;
  request.set_measure(MeasureOf(options.selection));
  request.set_target_probability(options.target_probability);
  v1::Activity::Type type = v1::Activity::CALL;
  if (!v1::Activity::Type_Parse(absl::AsciiStrToUpper(options.activity), &type)) return kUsage;
  request.set_activity(type);
  return Report<v1::MetricsService>(session, options.selection, request, kNoLimit,
                                    &Stub::ReportGuidelines,
                                    &v1::ReportGuidelinesResponse::mutable_guidelines,
                                    WithoutZone(&GuidelinesText), &GuidelinesCsv);
}

int RunProcess(Session& session, const Options& options) {
  v1::Organization organization;
  if (!session.GetOrganization(organization)) return session.exit_code();
  absl::TimeZone zone;
  if (!LoadZone(organization, zone)) return kFailure;
  v1::CheckProcessRequest request;
  request.set_parent(organization.name());
  if (!options.selection.as_of.empty() &&
      !ReadAsOf(options.selection, zone, *request.mutable_as_of())) {
    return kUsage;
  }
  v1::CheckProcessResponse response;
  const auto stub = v1::MetricsService::NewStub(session.connection().channel());
  const grpc::Status status =
      session.connection().Call(*stub, &Stub::CheckProcess, request, response);
  if (!status.ok()) return session.Fail(status);
  if (session.is_json()) return session.Print(response);
  if (session.is_csv()) return session.Print(ProcessCsv(response));
  return session.Print(ProcessText(response, {{}, TerminalWidth(), session.Colored(), ""}));
}

void AddReports(CLI::App& command, Session& session, const std::shared_ptr<Options>& options) {
  CLI::App* activity =
      command.add_subcommand("activity", "Calls, e-mails, contacts and follow-ups");
  AddSelectionOptions(*activity, options->selection);
  activity->footer(
      "Example:\n  quotacast --org acme metrics activity --team north --period 2026-Q1");
  activity->callback([&session, options] {
    session.action = [&session, options] {
      return Report<v1::MetricsService>(
          session, options->selection, v1::ReportActivityRequest(), kNoLimit, &Stub::ReportActivity,
          &v1::ReportActivityResponse::mutable_metrics, WithoutZone(&ActivityText), &ActivityCsv);
    };
  });

  CLI::App* pipeline =
      command.add_subcommand("pipeline", "What is open, days in stages, conversion, wins");
  AddSelectionOptions(*pipeline, options->selection);
  AddMeasureOption(*pipeline, options->selection, "amount");
  pipeline->footer("Example:\n  quotacast --org acme metrics pipeline --rep anna-visser -o json");
  pipeline->callback([&session, options] {
    session.action = [&session, options] {
      v1::ReportPipelineRequest request;
      request.set_measure(MeasureOf(options->selection));
      return Report<v1::MetricsService>(
          session, options->selection, request, kNoLimit, &Stub::ReportPipeline,
          &v1::ReportPipelineResponse::mutable_metrics, WithoutZone(&PipelineText), &PipelineCsv);
    };
  });
}

}  // namespace

void AddMetricsCommand(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("metrics", "The metrics of the sales floor");
  const auto options = std::make_shared<Options>();
  AddReports(*command, session, options);

  CLI::App* opportunities =
      command->add_subcommand("opportunities", "Open ones, the promising or the empty first");
  AddSelectionOptions(*opportunities, options->selection);
  opportunities->add_option("--order", options->order, "Which come first: promising or empty")
      ->check(CLI::IsMember({"promising", "empty"}))
      ->capture_default_str();
  opportunities->add_option("--limit", options->limit, "Most to list; 0: all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  opportunities->footer(
      "Each with its age in its stage beside those that were won from there, and its chance to be\n"
      "won in the period.\n\n"
      "Example:\n  quotacast --org acme metrics opportunities --rep eva --order empty");
  opportunities->callback([&session, options] {
    session.action = [&session, options] { return RunRanking(session, *options); };
  });

  CLI::App* guideline = command->add_subcommand(
      "guideline", "The activity that the period asks of each rep, and how much of it is done");
  AddSelectionOptions(*guideline, options->selection);
  AddMeasureOption(*guideline, options->selection, "amount");
  guideline
      ->add_option("--target-probability", options->target_probability,
                   "The chance of the quota to plan for")
      ->check(CLI::Range(0., 1.))
      ->capture_default_str();
  guideline->add_option("--activity", options->activity, "The kind of activity")
      ->check(CLI::IsMember({"call", "email", "meeting", "follow_up", "other"}))
      ->capture_default_str();
  guideline->footer("Example:\n  quotacast --org acme metrics guideline --team north");
  guideline->callback([&session, options] {
    session.action = [&session, options] { return RunGuidelines(session, *options); };
  });

  CLI::App* process =
      command->add_subcommand("process", "Stages nobody uses, and histories that do not fit");
  process->add_option("--as-of", options->selection.as_of, "As it stood at this time");
  process->footer("Example:\n  quotacast --org acme metrics process");
  process->callback([&session, options] {
    session.action = [&session, options] { return RunProcess(session, *options); };
  });
}

}  // namespace quotacast::client
