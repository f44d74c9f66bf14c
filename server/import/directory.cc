#include "server/import/directory.h"

#include <utility>

namespace quotacast::importing {
namespace {

template <typename Map>
const typename Map::mapped_type* Find(const Map& map, absl::string_view id) {
  const auto found = map.find(id);
  return found == map.end() ? nullptr : &found->second;
}

}  // namespace

absl::StatusOr<Directory> Directory::Load(storage::ReadTransaction& transaction,
                                          absl::string_view organization_id) {
  Directory directory;
  auto organization = transaction.GetOrganization(organization_id);
  if (!organization.ok()) return organization.status();
  directory.organization_ = *std::move(organization);
  const storage::Key key = directory.organization_.key;
  auto teams = transaction.ListTeams(key, {});
  if (!teams.ok()) return teams.status();
  for (storage::Team& team : teams->items) directory.Add(std::move(team));
  auto reps = transaction.ListReps(key, storage::kNoKey, {});
  if (!reps.ok()) return reps.status();
  for (storage::Rep& rep : reps->items) directory.Add(std::move(rep));
  auto pipelines = transaction.ListPipelines(key, {});
  if (!pipelines.ok()) return pipelines.status();
  for (storage::Pipeline& pipeline : pipelines->items) directory.Add(std::move(pipeline));
  return directory;
}

const storage::Team* Directory::FindTeam(absl::string_view id) const { return Find(teams_, id); }
const storage::Rep* Directory::FindRep(absl::string_view id) const { return Find(reps_, id); }
const PipelineEntry* Directory::FindPipeline(absl::string_view id) const {
  return Find(pipelines_, id);
}
const PipelineEntry* Directory::FindPipeline(storage::Key key) const {
  const auto id = pipeline_ids_.find(key);
  return id == pipeline_ids_.end() ? nullptr : FindPipeline(id->second);
}

void Directory::Add(storage::Team team) {
  if (team.key == storage::kNoKey) team.key = NextUnstoredKey();
  const std::string id = team.id;
  teams_[id] = std::move(team);
}

void Directory::Add(storage::Rep rep) {
  if (rep.key == storage::kNoKey) rep.key = NextUnstoredKey();
  const std::string id = rep.id;
  reps_[id] = std::move(rep);
}

void Directory::Add(storage::Pipeline pipeline) {
  if (pipeline.key == storage::kNoKey) {
    pipeline.key = NextUnstoredKey();
    int16_t number = 0;
    for (storage::Stage& stage : pipeline.stages) stage.number = number++;
  }
  PipelineEntry& entry = pipelines_[pipeline.id];
  for (const storage::Stage& stage : pipeline.stages) {
    entry.stages[stage.id] = {stage.number, stage.kind};
  }
  pipeline_ids_[pipeline.key] = pipeline.id;
  entry.record = std::move(pipeline);
}

}  // namespace quotacast::importing
