#include <memory>

#include "client/commands/commands.h"
#include "client/commands/selection.h"
#include "client/exit_code.h"
#include "client/listing.h"
#include "client/resource_text.h"
#include "quotacast/v1/organization_service.grpc.pb.h"

namespace quotacast::client {
namespace {

using Stub = v1::OrganizationService::Stub;

struct CreateOptions {
  std::string id, currency, time_zone;
  int fiscal_year_start = 1;
};

int Create(Session& session, const CreateOptions& options) {
  v1::CreateOrganizationRequest request;
  request.set_organization_id(options.id);
  request.mutable_organization()->set_currency_code(options.currency);
  request.mutable_organization()->set_time_zone(options.time_zone);
  request.mutable_organization()->set_fiscal_year_start_month(options.fiscal_year_start);
  v1::Organization organization;
  const auto stub = v1::OrganizationService::NewStub(session.connection().channel());
  const grpc::Status status =
      session.connection().Call(*stub, &Stub::CreateOrganization, request, organization);
  return status.ok() ? PrintResource(session, organization) : session.Fail(status);
}

struct UpdateOptions {
  std::string id, name, time_zone, correction;
  int fiscal_year_start = 0;
};

int Update(Session& session, const UpdateOptions& options) {
  if (!options.id.empty()) session.organization_id = options.id;
  v1::UpdateOrganizationRequest request;
  v1::Organization& organization = *request.mutable_organization();
  organization.set_name(session.OrganizationName());
  if (organization.name().empty()) return kUsage;
  const auto set = [&request](bool given, const char* field) {
    if (given) request.mutable_update_mask()->add_paths(field);
  };
  organization.set_display_name(options.name);
  set(!options.name.empty(), "display_name");
  organization.set_time_zone(options.time_zone);
  set(!options.time_zone.empty(), "time_zone");
  organization.set_fiscal_year_start_month(options.fiscal_year_start);
  set(options.fiscal_year_start != 0, "fiscal_year_start_month");
  organization.set_correction_mode(CorrectionModeOf(options.correction));
  set(!options.correction.empty(), "correction_mode");
  if (!request.has_update_mask()) {
    Note("quotacast: say what to change: --name, --time-zone, --fiscal-year-start or --correction");
    return kUsage;
  }
  v1::Organization updated;
  const auto stub = v1::OrganizationService::NewStub(session.connection().channel());
  const grpc::Status status =
      session.connection().Call(*stub, &Stub::UpdateOrganization, request, updated);
  return status.ok() ? PrintResource(session, updated) : session.Fail(status);
}

int Get(Session& session, const std::string& id) {
  if (!id.empty()) session.organization_id = id;
  v1::Organization organization;
  if (!session.GetOrganization(organization)) return session.exit_code();
  return PrintResource(session, organization);
}

int List(Session& session) {
  v1::ListOrganizationsResponse response;
  const auto stub = v1::OrganizationService::NewStub(session.connection().channel());
  const grpc::Status status =
      ListAll(session.connection(), *stub, &Stub::ListOrganizations, v1::ListOrganizationsRequest(),
              &v1::ListOrganizationsResponse::mutable_organizations, kNoLimit, response);
  if (!status.ok()) return session.Fail(status);
  if (session.is_json()) return session.Print(response);
  return PrintResources(session, response.organizations());
}

void AddUpdate(CLI::App& command, Session& session) {
  CLI::App* update = command.add_subcommand("update", "Change an organization");
  const auto options = std::make_shared<UpdateOptions>();
  update->add_option("ORG", options->id, "Identifier (default: --org)");
  update->add_option("--name", options->name, "Its name for people");
  update->add_option("--time-zone", options->time_zone, "Time zone in which its days begin");
  update->add_option("--fiscal-year-start", options->fiscal_year_start,
                     "First month of its fiscal year, 1 to 12");
  AddCorrectionOption(*update, options->correction,
                      ":\nof forecasts and backtests that do not say");
  update->footer(
      "What is not given stays as it is.\n"
      "\nExample:\n  quotacast org update acme --correction where-better");
  update->callback([&session, options] {
    session.action = [&session, options] { return Update(session, *options); };
  });
}

}  // namespace

void AddOrgCommand(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("org", "Create, show and change organizations");

  CLI::App* create = command->add_subcommand("create", "Create an organization");
  const auto options = std::make_shared<CreateOptions>();
  create->add_option("ORG", options->id, "Identifier: small letters, digits and -")->required();
  create->add_option("--currency", options->currency, "Currency of all its money, such as EUR")
      ->required();
  create
      ->add_option("--time-zone", options->time_zone,
                   "Time zone in which its days begin, such as Europe/Amsterdam")
      ->required();
  create
      ->add_option("--fiscal-year-start", options->fiscal_year_start,
                   "First month of its fiscal year, 1 to 12")
      ->capture_default_str();
  create->footer(
      "Example:\n  quotacast org create acme --currency EUR --time-zone Europe/Amsterdam");
  create->callback([&session, options] {
    session.action = [&session, options] { return Create(session, *options); };
  });

  AddUpdate(*command, session);

  CLI::App* get = command->add_subcommand("get", "Show an organization");
  const auto id = std::make_shared<std::string>();
  get->add_option("ORG", *id, "Identifier (default: --org)");
  get->footer("Example:\n  quotacast org get acme");
  get->callback([&session, id] { session.action = [&session, id] { return Get(session, *id); }; });

  CLI::App* list = command->add_subcommand("list", "List the organizations of the server");
  list->footer("Example:\n  quotacast org list -o csv");
  list->callback([&session] { session.action = [&session] { return List(session); }; });
}

}  // namespace quotacast::client
