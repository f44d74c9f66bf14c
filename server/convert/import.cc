#include "server/convert/import.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/errors.h"
#include "server/limits.h"

namespace quotacast::convert {
namespace {

using importing::Batch;

absl::string_view View(const std::string& text) { return {text.data(), text.size()}; }

std::optional<storage::StageKind> FromProto(v1::Stage::Kind kind) {
  switch (kind) {
    case v1::Stage::OPEN:
      return storage::StageKind::kOpen;
    case v1::Stage::WON:
      return storage::StageKind::kWon;
    case v1::Stage::LOST:
      return storage::StageKind::kLost;
    default:
      return std::nullopt;
  }
}

std::optional<storage::ActivityType> FromProto(v1::Activity::Type type) {
  switch (type) {
    case v1::Activity::CALL:
      return storage::ActivityType::kCall;
    case v1::Activity::EMAIL:
      return storage::ActivityType::kEmail;
    case v1::Activity::MEETING:
      return storage::ActivityType::kMeeting;
    case v1::Activity::FOLLOW_UP:
      return storage::ActivityType::kFollowUp;
    case v1::Activity::OTHER:
      return storage::ActivityType::kOther;
    default:
      return std::nullopt;
  }
}

std::optional<storage::ActivityOutcome> FromProto(v1::Activity::Outcome outcome) {
  switch (outcome) {
    case v1::Activity::OUTCOME_UNSPECIFIED:
      return storage::ActivityOutcome::kUnknown;
    case v1::Activity::CONNECTED:
      return storage::ActivityOutcome::kConnected;
    case v1::Activity::NO_ANSWER:
      return storage::ActivityOutcome::kNoAnswer;
    default:
      return std::nullopt;
  }
}

std::optional<storage::Measure> FromProto(v1::Measure measure) {
  switch (measure) {
    case v1::AMOUNT:
      return storage::Measure::kAmount;
    case v1::UNITS:
      return storage::Measure::kUnits;
    default:
      return std::nullopt;
  }
}

std::optional<storage::OwnerType> FromProto(v1::QuotaRow::OwnerType type) {
  switch (type) {
    case v1::QuotaRow::REP:
      return storage::OwnerType::kRep;
    case v1::QuotaRow::TEAM:
      return storage::OwnerType::kTeam;
    default:
      return std::nullopt;
  }
}

importing::TeamRow FromProto(const v1::TeamRow& from) {
  importing::TeamRow row;
  row.team_id = View(from.team_id());
  row.name = View(from.name());
  row.parent_team_id = View(from.parent_team_id());
  return row;
}

importing::RepRow FromProto(const v1::RepRow& from) {
  importing::RepRow row;
  row.rep_id = View(from.rep_id());
  row.name = View(from.name());
  row.team_id = View(from.team_id());
  if (from.has_start_day()) row.start_day = from.start_day();
  if (from.has_end_day()) row.end_day = from.end_day();
  return row;
}

importing::StageRow FromProto(const v1::StageRow& from) {
  importing::StageRow row;
  row.pipeline_id = View(from.pipeline_id());
  row.stage_id = View(from.stage_id());
  row.name = View(from.name());
  row.position = from.position();
  row.kind = FromProto(from.kind());
  return row;
}

importing::OpportunityRow FromProto(const v1::OpportunityRow& from) {
  importing::OpportunityRow row;
  row.opportunity_id = View(from.opportunity_id());
  row.pipeline_id = View(from.pipeline_id());
  row.rep_id = View(from.rep_id());
  row.name = View(from.name());
  row.amount_micros = from.amount_micros();
  row.currency = View(from.currency());
  if (from.has_units()) row.units = from.units();
  row.create_time_us = from.create_time_us();
  if (from.has_expected_close_day()) row.expected_close_day = from.expected_close_day();
  return row;
}

importing::StageEventRow FromProto(const v1::StageEventRow& from) {
  importing::StageEventRow row;
  row.opportunity_id = View(from.opportunity_id());
  row.time_us = from.time_us();
  row.stage_id = View(from.stage_id());
  row.rep_id = View(from.rep_id());
  if (from.has_amount_micros()) row.amount_micros = from.amount_micros();
  return row;
}

importing::ActivityRow FromProto(const v1::ActivityRow& from) {
  importing::ActivityRow row;
  row.activity_id = View(from.activity_id());
  row.rep_id = View(from.rep_id());
  row.opportunity_id = View(from.opportunity_id());
  row.time_us = from.time_us();
  row.type = FromProto(from.type());
  row.outcome = FromProto(from.outcome());
  if (from.has_duration_seconds()) row.duration_seconds = from.duration_seconds();
  return row;
}

importing::QuotaRow FromProto(const v1::QuotaRow& from) {
  importing::QuotaRow row;
  row.owner_type = FromProto(from.owner_type());
  row.owner_id = View(from.owner_id());
  row.period_start = from.period_start_day();
  row.period_end = from.period_end_day();
  row.measure = FromProto(from.measure());
  row.target = from.target();
  row.currency = View(from.currency());
  return row;
}

// The attributes of one row, encoded.
template <typename From, typename To>
absl::Status SetAttributes(const v1::ImportBatch& batch, const From& from, To& to) {
  if (from.attribute_values_size() == 0) return absl::OkStatus();
  if (from.attribute_values_size() > batch.attribute_names_size()) {
    return errors::InvalidField(
        "batch.rows.attribute_values",
        absl::StrCat("must not be more than attribute_names; line ", from.line(), " has ",
                     from.attribute_values_size(), " of ", batch.attribute_names_size()));
  }
  storage::Attributes attributes;
  for (int i = 0; i < from.attribute_values_size(); ++i) {
    if (!from.attribute_values(i).empty()) {
      attributes[batch.attribute_names(i)] = from.attribute_values(i);
    }
  }
  to.attributes = storage::EncodeAttributes(attributes);
  return absl::OkStatus();
}

template <typename To, typename Rows>
absl::StatusOr<Batch> Convert(const v1::ImportBatch& batch, const Rows& from) {
  if (from.rows_size() == 0) return errors::InvalidField("batch.rows", "must not be empty");
  if (from.rows_size() > static_cast<int>(limits::kImportBatchRowsMax)) {
    return errors::InvalidField(
        "batch.rows", absl::StrCat("must be at most ", limits::kImportBatchRowsMax, " rows; got ",
                                   from.rows_size()));
  }
  std::vector<To> rows;
  rows.reserve(from.rows_size());
  for (const auto& row : from.rows()) {
    To& to = rows.emplace_back(FromProto(row));
    to.line = row.line();
    absl::Status set = SetAttributes(batch, row, to);
    if (!set.ok()) return set;
  }
  return Batch(std::move(rows));
}

absl::Status CheckAttributeNames(const v1::ImportBatch& batch) {
  if (batch.attribute_names_size() > limits::kAttributesMax) {
    return errors::InvalidField("batch.attribute_names",
                                absl::StrCat("must be at most ", limits::kAttributesMax, "; got ",
                                             batch.attribute_names_size()));
  }
  for (const std::string& name : batch.attribute_names()) {
    if (name.empty() || name.size() > limits::kIdMaxBytes) {
      return errors::InvalidField("batch.attribute_names",
                                  absl::StrCat("must be of 1 to ", limits::kIdMaxBytes,
                                               " bytes; got one of ", name.size()));
    }
  }
  return absl::OkStatus();
}

void SetErrors(absl::string_view file, const std::vector<importing::RowError>& from,
               google::protobuf::RepeatedPtrField<v1::ImportError>& to) {
  for (const importing::RowError& error : from) {
    v1::ImportError& added = *to.Add();
    added.set_file(file.data(), file.size());
    added.set_line(error.line);
    added.set_column(error.column);
    added.set_reason(error.reason);
    added.set_given(error.given);
    added.set_allowed(error.allowed);
  }
}

}  // namespace

absl::StatusOr<Batch> FromProto(const v1::ImportBatch& batch) {
  absl::Status names = CheckAttributeNames(batch);
  if (!names.ok()) return names;
  switch (batch.rows_case()) {
    case v1::ImportBatch::kTeamRows:
      return Convert<importing::TeamRow>(batch, batch.team_rows());
    case v1::ImportBatch::kRepRows:
      return Convert<importing::RepRow>(batch, batch.rep_rows());
    case v1::ImportBatch::kStageRows:
      return Convert<importing::StageRow>(batch, batch.stage_rows());
    case v1::ImportBatch::kOpportunityRows:
      return Convert<importing::OpportunityRow>(batch, batch.opportunity_rows());
    case v1::ImportBatch::kStageEventRows:
      return Convert<importing::StageEventRow>(batch, batch.stage_event_rows());
    case v1::ImportBatch::kActivityRows:
      return Convert<importing::ActivityRow>(batch, batch.activity_rows());
    case v1::ImportBatch::kQuotaRows:
      return Convert<importing::QuotaRow>(batch, batch.quota_rows());
    case v1::ImportBatch::ROWS_NOT_SET:
      break;
  }
  return errors::InvalidField("batch.rows", "must be set");
}

v1::ImportResponse ToProto(int64_t sequence, absl::string_view file,
                           const importing::BatchResult& result) {
  v1::ImportResponse response;
  response.set_sequence(sequence);
  response.set_applied(result.applied);
  response.set_created_count(result.created);
  response.set_unchanged_count(result.unchanged);
  response.set_bad_count(result.bad);
  SetErrors(file, result.errors, *response.mutable_errors());
  SetErrors(file, result.doubts, *response.mutable_doubts());
  response.set_doubt_count(result.doubt_count);
  return response;
}

}  // namespace quotacast::convert
