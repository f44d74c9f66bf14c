#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/commands/commands.h"
#include "client/connection.h"
#include "client/exit_code.h"
#include "client/session.h"
#include "client/suggestion.h"

namespace quotacast::client {
namespace {

void AddGlobalOptions(CLI::App& app, Session& session) {
  app.set_version_flag("--version", "quotacast " QUOTACAST_VERSION);
  app.add_option("--server", session.server, "Server to talk to, HOST:PORT")
      ->envname("QUOTACAST_SERVER")
      ->capture_default_str();
  app.add_option("--org", session.organization_id, "Organization")->envname("QUOTACAST_ORG");
  app.add_option("-o,--output", session.format, "Output: table, json or csv")
      ->check(CLI::IsMember({"table", "json", "csv"}))
      ->capture_default_str();
  app.add_option("--color", session.color, "Colors: auto, always or never; auto minds NO_COLOR")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->capture_default_str();
  app.add_option("--timeout", session.timeout_seconds,
                 "Seconds to wait for the server; 0: for ever")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
}

// The command that was chosen, as deep as it goes.
CLI::App* Deepest(CLI::App* app) {
  while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
  return app;
}

std::string NameOf(const CLI::App& app) {
  return app.get_parent() == nullptr ? "quotacast"
                                     : absl::StrCat(NameOf(*app.get_parent()), " ", app.get_name());
}

std::vector<std::string> OptionNames(const CLI::App* app) {
  std::vector<std::string> names;
  for (; app != nullptr; app = app->get_parent()) {
    for (const CLI::Option* option : app->get_options()) {
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
  }
  return names;
}

std::vector<std::string> CommandNames(const CLI::App* app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app->get_subcommands({})) names.push_back(command->get_name());
  return names;
}

// Says what is wrong with the command line, and what may have been meant.
int FailUsage(CLI::App& app, const std::string& message) {
  CLI::App* const chosen = Deepest(&app);
  std::string text = message;
  const std::vector<std::string> commands = CommandNames(chosen);
  for (const std::string& word : app.remaining(true)) {
    const bool is_option = absl::StartsWith(word, "-");
    if (!is_option && commands.empty()) {
      text = absl::StrCat("unexpected argument \"", word, "\"");
      break;
    }
    const std::string name = word.substr(0, word.find('='));
    const std::string meant = ClosestWord(name, is_option ? OptionNames(chosen) : commands);
    text = absl::StrCat("unknown ", is_option ? "option" : "command", " \"", name, "\"",
                        meant.empty() ? "" : absl::StrCat("; did you mean \"", meant, "\"?"));
    break;
  }
  Note(absl::StrCat("quotacast: ", text, "\nsee: ", NameOf(*chosen), " --help"));
  return kUsage;
}

// Commands that are only the beginning of one, as `quotacast org`; some, as `quotacast signals`, do
// something by themselves.
bool LacksCommand(CLI::App& app, const Session& session) {
  const bool does_something = session.action && app.remaining(true).empty();
  return !does_something && !CommandNames(Deepest(&app)).empty();
}

int Main(int argc, char** argv) {
  InstallInterruptHandler();
  Session session;
  CLI::App app("Quotacast: every rep's chance of hitting quota, from the company's own history.");
  app.name("quotacast");
  app.fallthrough();
  app.option_defaults()->always_capture_default(false);
  AddGlobalOptions(app, session);
  AddOrgCommand(app, session);
  AddImportCommand(app, session);
  AddSampleCommand(app, session);
  AddListCommand(app, session);
  AddGetCommand(app, session);
  AddForecastCommand(app, session);
  AddWhatIfCommand(app, session);
  AddDealsCommand(app, session);
  AddWhyCommand(app, session);
  AddPlanCommand(app, session);
  AddSuggestQuotasCommand(app, session);
  AddMetricsCommand(app, session);
  AddSignalsCommand(app, session);
  AddBacktestCommand(app, session);
  app.footer(
      "Data go to standard output, all else to standard error. Exit status: 0 done; 1 failure;\n"
      "2 usage; 3 not found; 4 not permitted; 5 conflict; 6 rejected input or precondition;\n"
      "7 overloaded or unavailable (try again); 8 deadline; 130 interrupted.\n"
      "\nExample:\n"
      "  quotacast sample /tmp/acme\n"
      "  quotacast org create acme --currency EUR --time-zone Europe/Amsterdam\n"
      "  quotacast --org acme import /tmp/acme\n"
      "  quotacast --org acme forecast");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    return FailUsage(app, error.what());
  }
  if (LacksCommand(app, session)) {
    if (!app.remaining(true).empty()) return FailUsage(app, "unknown command");
    const CLI::App* chosen = Deepest(&app);
    const std::string before = chosen->get_parent() == nullptr ? "" : NameOf(*chosen->get_parent());
    std::fputs(chosen->help(before).c_str(), stderr);
    return kUsage;
  }
  return session.action();
}

}  // namespace
}  // namespace quotacast::client

int main(int argc, char** argv) { return quotacast::client::Main(argc, argv); }
