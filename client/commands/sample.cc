#include "client/sample/sample.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/commands/commands.h"
#include "client/exit_code.h"

namespace quotacast::client {
namespace {

struct Options {
  std::string folder;
  std::string end;
  sample::SampleOptions sample;
};

int Run(Session& session, Options options) {
  if (options.end.empty()) {
    options.sample.end = absl::ToCivilDay(absl::Now(), absl::UTCTimeZone());
  } else if (!absl::ParseCivilTime(options.end, &options.sample.end)) {
    return session.Fail(
        kUsage, absl::StrCat("--end must be a date such as 2026-03-31; got \"", options.end, "\""));
  }
  const auto counts = sample::WriteSample(options.folder, options.sample);
  if (absl::IsInvalidArgument(counts.status())) {
    return session.Fail(kUsage, absl::StrCat("--", counts.status().message()));
  }
  if (!counts.ok()) return session.Fail(counts.status());
  Note(absl::StrCat("made up ", Thousands(counts->reps), " reps in ", Thousands(counts->teams),
                    " teams, ", Thousands(counts->opportunities), " opportunities, ",
                    Thousands(counts->stage_events), " stage events, ",
                    Thousands(counts->activities), " activities and ", Thousands(counts->quotas),
                    " quotas in ", options.folder));
  return kDone;
}

}  // namespace

void AddSampleCommand(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("sample", "Make up a company as a folder of CSV files");
  const auto options = std::make_shared<Options>();
  command->add_option("FOLDER", options->folder, "New or empty folder")->required();
  command->add_option("--reps", options->sample.rep_count, "Reps, 1 to 100000")
      ->capture_default_str();
  command->add_option("--months", options->sample.month_count, "Months of history, 1 to 240")
      ->capture_default_str();
  command->add_option("--end", options->end,
                      "First day without history, YYYY-MM-DD (default: today)");
  command->add_option("--seed", options->sample.seed, "Another seed makes another company")
      ->capture_default_str();
  command
      ->add_option("--contact-rate", options->sample.contact_rate,
                   "Opportunities per outbound call, 0 to 0.25; 0: calls lead to none")
      ->capture_default_str();
  command
      ->add_option("--follow-up-effect", options->sample.follow_up_effect,
                   "Factor on the chance a day of advancing in the week after a follow-up")
      ->capture_default_str();
  command->footer(
      "The same options make the same files on any machine. truth.json holds the true parameters.\n"
      "\nExamples:\n  quotacast sample /tmp/acme --reps 30 --months 24\n"
      "  quotacast sample /tmp/acme --end 2026-03-18 --seed 7");
  command->callback([&session, options] {
    session.action = [&session, options] { return Run(session, *options); };
  });
}

}  // namespace quotacast::client
