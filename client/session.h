#ifndef QUOTACAST_CLIENT_SESSION_H_
#define QUOTACAST_CLIENT_SESSION_H_

// What every command needs: the global options, the connection, and where output goes. Data go to
// standard output, everything else to standard error.

#include <google/protobuf/message.h>
#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "client/connection.h"
#include "client/table.h"
#include "quotacast/v1/organization.pb.h"

namespace quotacast::client {

class Session {
 public:
  // Set by the command line.
  std::string server = "127.0.0.1:7420";
  std::string organization_id;
  std::string format = "table";  // table, json or csv.
  std::string color = "auto";    // auto, always or never.
  double timeout_seconds = 0;    // 0: none.
  std::function<int()> action;   // The command to run; returns an ExitCode.

  const Connection& connection();

  bool is_json() const { return format == "json"; }
  bool is_csv() const { return format == "csv"; }
  // Whether standard output takes colors: on a terminal, unless NO_COLOR is set (no-color.org).
  bool Colored() const;

  // `organizations/ORG`; empty, after saying how to name one, where none was named.
  std::string OrganizationName() const;

  // The organization. Not OK, with the reason said, where it cannot be had; see exit_code().
  bool GetOrganization(v1::Organization& organization);
  int exit_code() const { return exit_code_; }

  // Say what went wrong on standard error and return the exit code for it.
  int Fail(const grpc::Status& status);
  int Fail(const absl::Status& status);
  int Fail(int exit_code, absl::string_view message);

  // Print to standard output. A message is printed as the protobuf JSON mapping has it, with
  // fields that are zero.
  int Print(const google::protobuf::Message& message) const;
  int Print(const Table& table) const;
  int Print(absl::string_view text) const;

 private:
  std::unique_ptr<Connection> connection_;
  int exit_code_ = 0;
};

// A line to standard error.
void Note(absl::string_view text);

// The last part of a resource name: the company's own identifier.
std::string IdOf(absl::string_view resource_name);

// "organizations/acme" and "reps" and "eva": "organizations/acme/reps/eva". A full name is taken as
// it is.
std::string ResourceName(absl::string_view parent, absl::string_view collection,
                         absl::string_view id);

}  // namespace quotacast::client

#endif  // QUOTACAST_CLIENT_SESSION_H_
