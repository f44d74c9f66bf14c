#include <cstdlib>
#include <memory>

#include "client/commands/commands.h"
#include "client/commands/floor_report.h"
#include "client/signals_text.h"
#include "client/values.h"
#include "quotacast/v1/signal_service.grpc.pb.h"

namespace quotacast::client {
namespace {

using Stub = v1::SignalService::Stub;

struct Options {
  Selection selection;
  int64_t limit = 20;
  bool show_reviewed = false;
  std::vector<std::string> signals;  // To review, by identifier.
  std::string reviewer, note, until;
};

int RunList(Session& session, const Options& options) {
  v1::ListSignalsRequest request;
  request.set_measure(MeasureOf(options.selection));
  request.set_show_reviewed(options.show_reviewed);
  return Report<v1::SignalService>(
      session, options.selection, request, options.limit > 0 ? options.limit : kNoLimit,
      &Stub::ListSignals, &v1::ListSignalsResponse::mutable_signals,
      [](const v1::ListSignalsResponse& response, const MetricsView& view, absl::TimeZone zone) {
        SignalsView signals_view;
        static_cast<MetricsView&>(signals_view) = view;
        signals_view.zone = zone;
        return SignalsText(response, signals_view);
      },
      &SignalsCsv);
}

// Reviews each signal named; `prepare(request, zone)` is false, with the reason said, where an
// option cannot be read.
template <typename Request, typename Prepare>
int RunReview(Session& session, const Options& options,
              grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, v1::SignalReview*),
              const Prepare& prepare) {
  v1::Organization organization;
  if (!session.GetOrganization(organization)) return session.exit_code();
  absl::TimeZone zone;
  if (!LoadZone(organization, zone)) return kFailure;
  const auto stub = v1::SignalService::NewStub(session.connection().channel());
  for (const std::string& signal : options.signals) {
    Request request;
    request.set_name(ResourceName(organization.name(), "signals", signal));
    request.set_reviewer(options.reviewer);
    request.set_note(options.note);
    if (!prepare(request, zone)) return kUsage;
    v1::SignalReview review;
    const grpc::Status status = session.connection().Call(*stub, method, request, review);
    if (!status.ok()) return session.Fail(status);
    const int printed =
        session.is_json()
            ? session.Print(review)
            : session.Print(absl::StrCat(IdOf(review.name()), ": ", ReviewText(review, zone)));
    if (printed != 0) return printed;
  }
  return 0;
}

CLI::App* AddReview(CLI::App& command, const char* name, const char* what, Options& options) {
  CLI::App* review = command.add_subcommand(name, what);
  review->add_option("SIGNAL", options.signals, "Identifiers, as `signals` shows them")->required();
  const char* const user = std::getenv("USER");
  if (options.reviewer.empty() && user != nullptr) options.reviewer = user;
  review->add_option("--by", options.reviewer, "Who reviews it")->capture_default_str();
  review->add_option("--note", options.note, "What there is to note");
  return review;
}

bool ReadUntil(const Options& options, absl::TimeZone zone, v1::SnoozeSignalRequest& request) {
  int64_t until_us = 0;
  if (!TimeParser(zone).Parse(options.until, until_us)) {
    Note(
        absl::StrCat("quotacast: --until must be ", kTimeAllowed, "; got \"", options.until, "\""));
    return false;
  }
  request.mutable_until_time()->set_seconds(until_us / 1'000'000);
  return true;
}

void AddReviews(CLI::App& command, Session& session, const std::shared_ptr<Options>& options) {
  CLI::App* acknowledge =
      AddReview(command, "acknowledge", "Do not list a signal for 90 days", *options);
  acknowledge->footer(
      "Example:\n  quotacast --org acme signals acknowledge low-contact-rate~eva --note 'we "
      "spoke'");
  acknowledge->callback([&session, options] {
    session.action = [&session, options] {
      return RunReview(session, *options, &Stub::AcknowledgeSignal,
                       [](v1::AcknowledgeSignalRequest&, absl::TimeZone) { return true; });
    };
  });

  CLI::App* snooze = AddReview(command, "snooze", "Do not list a signal before a time", *options);
  snooze->add_option("--until", options->until, "List it again from this time on")->required();
  snooze->footer(
      "Example:\n  quotacast --org acme signals snooze thin-last-stages~eva --until 2026-04-01");
  snooze->callback([&session, options] {
    session.action = [&session, options] {
      return RunReview(session, *options, &Stub::SnoozeSignal,
                       [&options](v1::SnoozeSignalRequest& request, absl::TimeZone zone) {
                         return ReadUntil(*options, zone, request);
                       });
    };
  });

  CLI::App* reopen = AddReview(command, "reopen", "List a signal again", *options);
  reopen->footer("Example:\n  quotacast --org acme signals reopen thin-last-stages~eva");
  reopen->callback([&session, options] {
    session.action = [&session, options] {
      return RunReview(session, *options, &Stub::ReopenSignal,
                       [](v1::ReopenSignalRequest&, absl::TimeZone) { return true; });
    };
  });
}

}  // namespace

void AddSignalsCommand(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("signals", "What needs a manager's attention");
  const auto options = std::make_shared<Options>();
  AddSelectionOptions(*command, options->selection);
  AddMeasureOption(*command, options->selection, "amount");
  command->add_option("--limit", options->limit, "Most to list; 0: all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_flag("--show-reviewed", options->show_reviewed,
                    "List those too that were acknowledged or are put off");
  command->footer(
      "The most urgent first, each with its evidence, how sure it is, what it takes from the "
      "chance\n"
      "of the quota, and the identifier to acknowledge, snooze or reopen it by.\n\n"
      "Example:\n  quotacast --org acme signals --team north");
  AddReviews(*command, session, options);
  command->callback([command, &session, options] {
    // The command's own callback runs for those below it too.
    if (!command->get_subcommands().empty()) return;
    session.action = [&session, options] { return RunList(session, *options); };
  });
}

}  // namespace quotacast::client
