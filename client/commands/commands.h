#ifndef QUOTACAST_CLIENT_COMMANDS_COMMANDS_H_
#define QUOTACAST_CLIENT_COMMANDS_COMMANDS_H_

// The commands of `quotacast`. Each function adds a command to the command line; where it is
// chosen, it sets Session::action. The session must outlive the command line.

#include <CLI/CLI.hpp>

#include "client/session.h"

namespace quotacast::client {

void AddOrgCommand(CLI::App& app, Session& session);
void AddImportCommand(CLI::App& app, Session& session);
void AddSampleCommand(CLI::App& app, Session& session);
void AddListCommand(CLI::App& app, Session& session);
void AddGetCommand(CLI::App& app, Session& session);
void AddForecastCommand(CLI::App& app, Session& session);
void AddWhatIfCommand(CLI::App& app, Session& session);
void AddDealsCommand(CLI::App& app, Session& session);
void AddWhyCommand(CLI::App& app, Session& session);
void AddPlanCommand(CLI::App& app, Session& session);
void AddSuggestQuotasCommand(CLI::App& app, Session& session);
void AddBacktestCommand(CLI::App& app, Session& session);
void AddMetricsCommand(CLI::App& app, Session& session);
void AddSignalsCommand(CLI::App& app, Session& session);

}  // namespace quotacast::client

#endif  // QUOTACAST_CLIENT_COMMANDS_COMMANDS_H_
