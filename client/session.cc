#include "client/session.h"

#include <google/protobuf/util/json_util.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/exit_code.h"
#include "quotacast/v1/organization_service.grpc.pb.h"

namespace quotacast::client {

const Connection& Session::connection() {
  if (connection_ == nullptr) {
    const absl::Duration timeout =
        timeout_seconds > 0 ? absl::Seconds(timeout_seconds) : absl::InfiniteDuration();
    connection_ = std::make_unique<Connection>(server, timeout);
  }
  return *connection_;
}

bool Session::Colored() const {
  if (color != "auto") return color == "always";
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return (no_color == nullptr || *no_color == '\0') && isatty(STDOUT_FILENO) != 0 &&
         (terminal == nullptr || std::strcmp(terminal, "dumb") != 0);
}

std::string Session::OrganizationName() const {
  if (organization_id.empty()) {
    Note("quotacast: name the organization with --org ORG or in QUOTACAST_ORG");
    return "";
  }
  return ResourceName("", "organizations", organization_id);
}

bool Session::GetOrganization(v1::Organization& organization) {
  v1::GetOrganizationRequest request;
  request.set_name(OrganizationName());
  if (request.name().empty()) {
    exit_code_ = kUsage;
    return false;
  }
  const auto stub = v1::OrganizationService::NewStub(connection().channel());
  const grpc::Status status = connection().Call(
      *stub, &v1::OrganizationService::Stub::GetOrganization, request, organization);
  if (!status.ok()) exit_code_ = Fail(status);
  return status.ok();
}

int Session::Fail(const grpc::Status& status) {
  const ExitCode code = ExitCodeOf(status);
  if (code == kInterrupted) return Fail(code, "interrupted");
  if (status.error_code() == grpc::StatusCode::UNAVAILABLE && ReasonOf(status).empty()) {
    return Fail(code,
                absl::StrCat("no answer from a server at ", server, " (", status.error_message(),
                             "); is quotacastd running there? See --server"));
  }
  if (code == kDeadline && timeout_seconds > 0) {
    return Fail(code, absl::StrCat("no answer within --timeout ", timeout_seconds, " s"));
  }
  return Fail(code, Explain(status));
}

int Session::Fail(const absl::Status& status) { return Fail(ExitCodeOf(status), status.message()); }

int Session::Fail(int exit_code, absl::string_view message) {
  Note(absl::StrCat("quotacast: ", message));
  return exit_code;
}

int Session::Print(const google::protobuf::Message& message) const {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.always_print_primitive_fields = true;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  if (!status.ok()) {
    Note(absl::StrCat("quotacast: the answer has no JSON form: ", status.ToString()));
    return kFailure;
  }
  return Print(json);
}

int Session::Print(const Table& table) const {
  return Print(table.Render(TerminalWidth(), Colored()));
}

int Session::Print(absl::string_view text) const {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    Note(absl::StrCat("quotacast: cannot write the output: ", std::strerror(errno)));
    return kFailure;
  }
  return kDone;
}

void Note(absl::string_view text) {
  std::fprintf(stderr, "%.*s\n", static_cast<int>(text.size()), text.data());
}

std::string IdOf(absl::string_view resource_name) {
  return std::string(resource_name.substr(resource_name.rfind('/') + 1));
}

std::string ResourceName(absl::string_view parent, absl::string_view collection,
                         absl::string_view id) {
  if (absl::StrContains(id, '/')) return std::string(id);
  return absl::StrCat(parent, parent.empty() ? "" : "/", collection, "/", id);
}

}  // namespace quotacast::client
