#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/commands/commands.h"
#include "client/exit_code.h"
#include "client/listing.h"
#include "client/resource_text.h"
#include "quotacast/v1/activity_service.grpc.pb.h"
#include "quotacast/v1/opportunity_service.grpc.pb.h"
#include "quotacast/v1/pipeline_service.grpc.pb.h"
#include "quotacast/v1/quota_service.grpc.pb.h"
#include "quotacast/v1/rep_service.grpc.pb.h"
#include "quotacast/v1/team_service.grpc.pb.h"

namespace quotacast::client {
namespace {

constexpr int64_t kDefaultLimit = 1'000;

// What can be asked of a list; each kind takes some of it.
struct Filter {
  std::string rep, team, opportunity, pipeline, state, measure, date;
  int64_t limit = kDefaultLimit;
};

// Adds `list KIND`; `narrow` puts the filter into the request.
template <typename Service, typename Request, typename Response, typename Resource>
CLI::App* AddKind(CLI::App& command, Session& session, const std::string& kind,
                  const std::string& example, const std::shared_ptr<Filter>& filter,
                  grpc::Status (Service::Stub::*method)(grpc::ClientContext*, const Request&,
                                                        Response*),
                  google::protobuf::RepeatedPtrField<Resource>* (Response::*rows)(),
                  void (*narrow)(const Filter&, const std::string&, Request&)) {
  CLI::App* list = command.add_subcommand(kind, absl::StrCat("List ", kind));
  list->add_option("--limit", filter->limit, "Most to list; 0: all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  list->footer(absl::StrCat("Example:\n  quotacast list ", kind, example));
  list->callback([&session, filter, method, rows, narrow] {
    session.action = [&session, filter, method, rows, narrow]() -> int {
      const std::string organization = session.OrganizationName();
      if (organization.empty()) return kUsage;
      Request request;
      request.set_parent(organization);
      narrow(*filter, organization, request);
      Response response;
      const auto stub = Service::NewStub(session.connection().channel());
      const grpc::Status status = ListAll(session.connection(), *stub, method, request, rows,
                                          filter->limit > 0 ? filter->limit : kNoLimit, response);
      if (!status.ok()) return session.Fail(status);
      if (!response.next_page_token().empty()) Note("more follow; --limit 0 lists all");
      if (session.is_json()) return session.Print(response);
      return PrintResources(session, *(response.*rows)());
    };
  });
  return list;
}

// The resource name; empty for no identifier.
std::string NameOrNone(const std::string& organization, const char* collection,
                       const std::string& id) {
  return id.empty() ? "" : ResourceName(organization, collection, id);
}

void Narrow(const Filter&, const std::string&, v1::ListTeamsRequest&) {}

void Narrow(const Filter&, const std::string&, v1::ListPipelinesRequest&) {}

void Narrow(const Filter& filter, const std::string& organization, v1::ListRepsRequest& request) {
  request.set_team(NameOrNone(organization, "teams", filter.team));
}

void Narrow(const Filter& filter, const std::string& organization, v1::ListQuotasRequest& request) {
  request.set_owner(filter.rep.empty() ? NameOrNone(organization, "teams", filter.team)
                                       : NameOrNone(organization, "reps", filter.rep));
  if (filter.measure == "amount") request.set_measure(v1::AMOUNT);
  if (filter.measure == "units") request.set_measure(v1::UNITS);
  request.set_date(filter.date);
}

void Narrow(const Filter& filter, const std::string& organization,
            v1::ListOpportunitiesRequest& request) {
  request.set_owner(NameOrNone(organization, "reps", filter.rep));
  request.set_pipeline(NameOrNone(organization, "pipelines", filter.pipeline));
  v1::Opportunity::State state = v1::Opportunity::STATE_UNSPECIFIED;
  if (v1::Opportunity::State_Parse(absl::AsciiStrToUpper(filter.state), &state)) {
    request.set_state(state);
  }
}

void Narrow(const Filter& filter, const std::string& organization,
            v1::ListStageTransitionsRequest& request) {
  request.set_parent(ResourceName(organization, "opportunities", filter.opportunity));
}

void Narrow(const Filter& filter, const std::string& organization,
            v1::ListActivitiesRequest& request) {
  request.set_rep(NameOrNone(organization, "reps", filter.rep));
  request.set_opportunity(NameOrNone(organization, "opportunities", filter.opportunity));
}

}  // namespace

void AddListCommand(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("list", "List teams, reps, opportunities, ...");
  const auto filter = std::make_shared<Filter>();
  AddKind<v1::TeamService>(*command, session, "teams", "", filter,
                           &v1::TeamService::Stub::ListTeams, &v1::ListTeamsResponse::mutable_teams,
                           &Narrow);
  CLI::App* reps = AddKind<v1::RepService>(*command, session, "reps", " --team north", filter,
                                           &v1::RepService::Stub::ListReps,
                                           &v1::ListRepsResponse::mutable_reps, &Narrow);
  reps->add_option("--team", filter->team, "Only of this very team");

  AddKind<v1::PipelineService>(*command, session, "pipelines", " -o json", filter,
                               &v1::PipelineService::Stub::ListPipelines,
                               &v1::ListPipelinesResponse::mutable_pipelines, &Narrow);
  CLI::App* quotas = AddKind<v1::QuotaService>(
      *command, session, "quotas", " --rep anna-visser --measure amount --date 2026-03-18", filter,
      &v1::QuotaService::Stub::ListQuotas, &v1::ListQuotasResponse::mutable_quotas, &Narrow);
  CLI::Option* rep = quotas->add_option("--rep", filter->rep, "Only of this rep");
  quotas->add_option("--team", filter->team, "Only of this team")->excludes(rep);
  quotas->add_option("--measure", filter->measure, "Only of this measure: amount or units")
      ->check(CLI::IsMember({"amount", "units"}));
  quotas->add_option("--date", filter->date, "Only those whose period holds this day");

  CLI::App* opportunities = AddKind<v1::OpportunityService>(
      *command, session, "opportunities", " --rep anna-visser --state open", filter,
      &v1::OpportunityService::Stub::ListOpportunities,
      &v1::ListOpportunitiesResponse::mutable_opportunities, &Narrow);
  opportunities->add_option("--rep", filter->rep, "Only those this rep owns now");
  opportunities->add_option("--pipeline", filter->pipeline, "Only of this pipeline");
  opportunities->add_option("--state", filter->state, "Only in this state: open, won or lost")
      ->check(CLI::IsMember({"open", "won", "lost"}));

  CLI::App* transitions = AddKind<v1::OpportunityService>(
      *command, session, "stage-transitions", " --opportunity OP-17", filter,
      &v1::OpportunityService::Stub::ListStageTransitions,
      &v1::ListStageTransitionsResponse::mutable_stage_transitions, &Narrow);
  transitions->add_option("--opportunity", filter->opportunity, "Of this opportunity")->required();

  CLI::App* activities =
      AddKind<v1::ActivityService>(*command, session, "activities", " --rep anna-visser --limit 20",
                                   filter, &v1::ActivityService::Stub::ListActivities,
                                   &v1::ListActivitiesResponse::mutable_activities, &Narrow);
  activities->add_option("--rep", filter->rep, "Only of this rep");
  activities->add_option("--opportunity", filter->opportunity, "Only for this opportunity");
}

}  // namespace quotacast::client
