#include "server/import/session.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/limits.h"

namespace quotacast::importing {

absl::string_view FileOf(const Batch& batch) {
  static constexpr absl::string_view kFiles[] = {
      "teams.csv",        "reps.csv",       "stages.csv", "opportunities.csv",
      "stage_events.csv", "activities.csv", "quotas.csv"};
  return kFiles[batch.index()];
}

absl::StatusOr<std::unique_ptr<Session>> Session::Open(storage::Store& store,
                                                       absl::string_view organization_id,
                                                       SessionOptions options) {
  auto reading = store.Read();
  if (!reading.ok()) return reading.status();
  auto directory = Directory::Load(**reading, organization_id);
  if (!directory.ok()) return directory.status();
  std::unique_ptr<Session> session(new Session(store, options));
  session->directory_ = *std::move(directory);
  return session;
}

absl::StatusOr<BatchResult> Session::Apply(const Batch& batch) {
  if (ended_) return absl::FailedPreconditionError("the import ended with an error before");
  const size_t rows = std::visit([](const auto& given) { return given.size(); }, batch);
  if (rows > limits::kImportBatchRowsMax) {
    return absl::InvalidArgumentError(absl::StrCat(
        "batch has ", rows, " rows; allowed are at most ", limits::kImportBatchRowsMax));
  }
  row_count_ += static_cast<int64_t>(rows);
  if (row_count_ > limits::kImportRowsMax) {
    return absl::ResourceExhaustedError(
        absl::StrCat("one import may have at most ", limits::kImportRowsMax,
                     " rows; split the files and import them one after the other"));
  }
  Report report;
  absl::Status status =
      std::visit([&](const auto& given) { return ApplyRows(given, report); }, batch);
  const bool refused = Refused(report);
  // What the session remembers of a batch that was not stored would take its rows for repetitions.
  ended_ = !status.ok() || (refused && !options_.validate_only);
  if (!status.ok()) return status;
  report.result().applied = !refused && !options_.validate_only;
  if (refused) report.result().created = report.result().unchanged = 0;
  return std::move(report.result());
}

absl::Status Session::LoadOpportunities(const std::vector<absl::string_view>& ids) {
  std::vector<absl::string_view> unknown;
  for (const absl::string_view id : ids) {
    if (opportunities_.Find(id) == nullptr) unknown.push_back(id);
  }
  if (unknown.empty()) return absl::OkStatus();
  auto reading = store_.Read();
  if (!reading.ok()) return reading.status();
  auto found = (*reading)->FindOpportunities(directory_.organization().key, unknown);
  if (!found.ok()) return found.status();
  for (size_t i = 0; i < unknown.size(); ++i) {
    const storage::OpportunityReference& reference = (*found)[i];
    if (reference.key == storage::kNoKey) continue;
    OpportunityEntry entry;
    entry.key = reference.key;
    entry.pipeline = reference.pipeline;
    entry.create_time_us = reference.create_time_us;
    opportunities_.Add(unknown[i], entry);
  }
  return absl::OkStatus();
}

}  // namespace quotacast::importing
