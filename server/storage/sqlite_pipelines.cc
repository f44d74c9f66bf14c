// Pipelines and their stages.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "server/storage/sqlite_transaction.h"

namespace quotacast::storage {
namespace {

std::string Named(absl::string_view id) { return absl::StrCat("pipeline \"", id, "\""); }

Pipeline ReadPipeline(const Query& row) {
  Pipeline pipeline;
  pipeline.key = row.Int(0);
  pipeline.id = row.String(1);
  pipeline.attributes = DecodeAttributes(row.Text(2));
  pipeline.recorded = {row.Int(3), row.Int(4), row.Int(5)};
  return pipeline;
}

const Stage* FindStage(const std::vector<Stage>& stages, absl::string_view id) {
  const auto found = std::find_if(stages.begin(), stages.end(),
                                  [id](const Stage& stage) { return stage.id == id; });
  return found == stages.end() ? nullptr : &*found;
}

}  // namespace

std::vector<Stage> SqliteTransaction::ReadStages(Key pipeline) {
  std::vector<Stage> stages;
  Query query(db_,
              "SELECT id, name, kind, number, attributes FROM stages WHERE pipeline=?"
              " ORDER BY position",
              pipeline);
  while (query.Step()) {
    Stage& stage = stages.emplace_back();
    stage.id = query.String(0);
    stage.name = query.String(1);
    stage.kind = static_cast<StageKind>(query.Int(2));
    stage.number = static_cast<int16_t>(query.Int(3));
    stage.attributes = DecodeAttributes(query.Text(4));
  }
  return stages;
}

absl::StatusOr<Pipeline> SqliteTransaction::GetPipeline(Key organization, absl::string_view id) {
  Query query(db_,
              "SELECT pipeline, id, attributes, create_time_us, update_time_us, revision"
              " FROM pipelines WHERE organization=? AND id=?",
              organization, id);
  if (query.Step()) {
    Pipeline pipeline = ReadPipeline(query);
    pipeline.stages = ReadStages(pipeline.key);
    if (db_.ok()) return pipeline;
  }
  if (!db_.ok()) return db_.TakeError();
  return absl::NotFoundError(absl::StrCat(Named(id), " does not exist"));
}

absl::StatusOr<Page<Pipeline>> SqliteTransaction::ListPipelines(Key organization,
                                                                const PageRequest& page) {
  Query query(db_,
              "SELECT pipeline, id, attributes, create_time_us, update_time_us, revision"
              " FROM pipelines WHERE organization=? AND id>? ORDER BY id",
              organization, page.after);
  return ReadPage<Pipeline>(db_, query, page.limit, [this](const Query& row) {
    Pipeline pipeline = ReadPipeline(row);
    pipeline.stages = ReadStages(pipeline.key);
    return pipeline;
  });
}

// A stage keeps its number, which events refer to.
absl::Status SqliteTransaction::WriteStages(Key pipeline, const std::vector<Stage>& stages) {
  const std::vector<Stage> old = ReadStages(pipeline);
  for (const Stage& stage : old) {
    const Stage* const kept = FindStage(stages, stage.id);
    if (kept != nullptr && kept->kind == stage.kind) continue;
    Query entered(db_,
                  "SELECT 1 FROM stage_events e JOIN opportunities o USING (opportunity)"
                  " WHERE o.pipeline=? AND e.stage=? LIMIT 1",
                  pipeline, stage.number);
    if (entered.Step()) {
      return absl::FailedPreconditionError(absl::StrCat(
          "stage \"", stage.id, "\" cannot be ", kept == nullptr ? "left out" : "of another kind",
          ": opportunities have entered it"));
    }
    if (kept == nullptr) {
      Query(db_, "DELETE FROM stages WHERE pipeline=? AND number=?", pipeline, stage.number).Run();
    }
  }
  Query top(db_, "SELECT coalesce(max(number), -1) FROM stages WHERE pipeline=?", pipeline);
  int64_t next = top.Step() ? top.Int(0) + 1 : 0;
  int64_t position = 0;
  for (const Stage& stage : stages) {
    const Stage* const known = FindStage(old, stage.id);
    const int64_t number = known != nullptr ? known->number : next++;
    Query(db_,
          "INSERT INTO stages (pipeline, number, position, id, name, kind, attributes)"
          " VALUES (?,?,?,?,?,?,?)"
          " ON CONFLICT (pipeline, number) DO UPDATE SET position=excluded.position,"
          " name=excluded.name, kind=excluded.kind, attributes=excluded.attributes",
          pipeline, number, position++, stage.id, stage.name, static_cast<int>(stage.kind),
          EncodeAttributes(stage.attributes))
        .Run();
  }
  return db_.ok() ? absl::OkStatus() : db_.TakeError();
}

absl::StatusOr<Pipeline> SqliteTransaction::InsertPipeline(Key organization,
                                                           const Pipeline& pipeline) {
  Query(db_,
        "INSERT INTO pipelines (organization, id, attributes, create_time_us, update_time_us,"
        " revision) VALUES (?,?,?,?,?,?) ON CONFLICT (organization, id) DO NOTHING",
        organization, pipeline.id, EncodeAttributes(pipeline.attributes), now_us_, now_us_,
        NextRevision(organization))
      .Run();
  if (!db_.ok()) return db_.TakeError();
  if (db_.changes() == 0) {
    return absl::AlreadyExistsError(absl::StrCat(Named(pipeline.id), " already exists"));
  }
  absl::Status written = WriteStages(db_.last_insert_key(), pipeline.stages);
  if (!written.ok()) return written;
  return GetPipeline(organization, pipeline.id);
}

absl::StatusOr<Pipeline> SqliteTransaction::UpdatePipeline(
    Key organization, const Pipeline& pipeline, std::optional<int64_t> expected_revision) {
  const auto stored = GetPipeline(organization, pipeline.id);
  if (!stored.ok()) return stored.status();
  absl::Status fresh =
      CheckRevision(expected_revision, stored->recorded.revision, Named(pipeline.id));
  if (!fresh.ok()) return fresh;
  Query(db_, "UPDATE pipelines SET attributes=?, update_time_us=?, revision=? WHERE pipeline=?",
        EncodeAttributes(pipeline.attributes), now_us_, NextRevision(organization), stored->key)
      .Run();
  absl::Status written = WriteStages(stored->key, pipeline.stages);
  if (!written.ok()) return written;
  return GetPipeline(organization, pipeline.id);
}

absl::Status SqliteTransaction::DeletePipeline(Key organization, absl::string_view id,
                                               std::optional<int64_t> expected_revision) {
  const auto stored = GetPipeline(organization, id);
  if (!stored.ok()) return stored.status();
  absl::Status fresh = CheckRevision(expected_revision, stored->recorded.revision, Named(id));
  if (!fresh.ok()) return fresh;
  Query used(db_, "SELECT 1 FROM opportunities WHERE pipeline=? LIMIT 1", stored->key);
  if (used.Step()) {
    return absl::FailedPreconditionError(
        absl::StrCat(Named(id), " cannot be deleted: opportunities are in it"));
  }
  NextRevision(organization);
  Query(db_, "DELETE FROM pipelines WHERE pipeline=?", stored->key).Run();
  return db_.ok() ? absl::OkStatus() : db_.TakeError();
}

}  // namespace quotacast::storage
