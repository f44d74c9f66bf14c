#ifndef QUOTACAST_CLIENT_COMMANDS_FLOOR_REPORT_H_
#define QUOTACAST_CLIENT_COMMANDS_FLOOR_REPORT_H_

// How commands about the sales floor ask and print.

#include <memory>
#include <string>

#include "client/commands/selection.h"
#include "client/exit_code.h"
#include "client/listing.h"
#include "client/metric_words.h"

namespace quotacast::client {

// The one rep or team asked for; empty where there is no such.
inline std::string FocusOf(const Selection& selection, const std::string& organization) {
  if (selection.reps.size() + selection.teams.size() != 1) return "";
  return selection.reps.empty() ? ResourceName(organization, "teams", selection.teams[0])
                                : ResourceName(organization, "reps", selection.reps[0]);
}

// Asks for a report, page by page up to `limit` rows, and prints it as `text(response, view, zone)`
// or `csv(response)` make of it.
template <typename Service, typename Request, typename Response, typename Row, typename Text,
          typename Csv>
int Report(Session& session, const Selection& selection, Request request, int64_t limit,
           grpc::Status (Service::Stub::*method)(grpc::ClientContext*, const Request&, Response*),
           google::protobuf::RepeatedPtrField<Row>* (Response::*rows)(), const Text& text,
           const Csv& csv) {
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
  const MetricsView view = {DisplayNames(session.connection(), organization.name()),
                            TerminalWidth(), session.Colored(),
                            FocusOf(selection, organization.name())};
  return session.Print(text(response, view, zone));
}

}  // namespace quotacast::client

#endif  // QUOTACAST_CLIENT_COMMANDS_FLOOR_REPORT_H_
