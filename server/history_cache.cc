#include "server/history_cache.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace quotacast {
namespace {

using simulation::History;
using storage::Key;

// Indices into the history by the store's keys.
struct Indices {
  absl::flat_hash_map<Key, int32_t> reps, teams, pipelines, opportunities;
  // By pipeline index and stage number: index of the stage; kNone where there is none.
  std::vector<std::vector<int16_t>> stages;
};

int32_t Find(const absl::flat_hash_map<Key, int32_t>& indices, Key key) {
  const auto found = indices.find(key);
  return found == indices.end() ? simulation::kNone : found->second;
}

struct Staff {
  std::vector<storage::Team> teams;
  std::vector<storage::Rep> reps;
  std::vector<storage::Pipeline> pipelines;
};

absl::StatusOr<Staff> ReadStaff(storage::ReadTransaction& reading, Key organization) {
  Staff staff;
  auto teams = reading.ListTeams(organization, {});
  if (!teams.ok()) return teams.status();
  staff.teams = std::move(teams->items);
  auto reps = reading.ListReps(organization, storage::kNoKey, {});
  if (!reps.ok()) return reps.status();
  staff.reps = std::move(reps->items);
  auto pipelines = reading.ListPipelines(organization, {});
  if (!pipelines.ok()) return pipelines.status();
  staff.pipelines = std::move(pipelines->items);
  return staff;
}

// Revisions of all records of a kind, which are what has changed if anything has.
template <typename Record>
bool SameRecords(const std::vector<Record>& a, const std::vector<Record>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Record& x, const Record& y) {
    return x.key == y.key && x.recorded.revision == y.recorded.revision;
  });
}

bool Same(const Staff& a, const Staff& b) {
  return SameRecords(a.teams, b.teams) && SameRecords(a.reps, b.reps) &&
         SameRecords(a.pipelines, b.pipelines);
}

void SetPipelines(const Staff& staff, History& history, Indices& indices) {
  for (const storage::Pipeline& pipeline : staff.pipelines) {
    indices.pipelines[pipeline.key] = static_cast<int32_t>(history.pipelines.size());
    simulation::Pipeline& to = history.pipelines.emplace_back();
    to.id = pipeline.id;
    std::vector<int16_t>& numbers = indices.stages.emplace_back();
    for (const storage::Stage& stage : pipeline.stages) {
      if (stage.number >= static_cast<int>(numbers.size())) {
        numbers.resize(stage.number + 1, simulation::kNone);
      }
      numbers[stage.number] = static_cast<int16_t>(to.stages.size());
      simulation::Stage& entered = to.stages.emplace_back();
      entered.id = stage.id;
      entered.kind = stage.kind;
    }
  }
}

void SetStaff(const Staff& staff, History& history, Indices& indices) {
  absl::flat_hash_map<std::string, int32_t> team_ids;
  for (const storage::Team& team : staff.teams) {
    const auto index = static_cast<int32_t>(history.teams.size());
    indices.teams[team.key] = index;
    team_ids[team.id] = index;
    history.teams.emplace_back().id = team.id;
  }
  const auto team_index = [&team_ids](const std::string& id) {
    const auto found = team_ids.find(id);
    return found == team_ids.end() ? simulation::kNone : found->second;
  };
  for (size_t i = 0; i < staff.teams.size(); ++i) {
    history.teams[i].parent = team_index(staff.teams[i].parent);
  }
  for (const storage::Rep& rep : staff.reps) {
    indices.reps[rep.key] = static_cast<int32_t>(history.reps.size());
    simulation::Rep& to = history.reps.emplace_back();
    to.id = rep.id;
    to.team = team_index(rep.team);
    if (rep.start_day != storage::kNoDay) to.start_day = rep.start_day;
    if (rep.end_day != storage::kNoDay) to.end_day = rep.end_day;
  }
  SetPipelines(staff, history, indices);
}

// Texts by number; the number of the empty text is kNone.
class Names {
 public:
  int32_t Add(absl::string_view name) {
    if (name.empty()) return simulation::kNone;
    const auto found = numbers_.find(name);
    if (found != numbers_.end()) return found->second;
    const auto number = static_cast<int32_t>(texts_.size());
    texts_.emplace_back(name);
    numbers_.emplace(texts_.back(), number);
    return number;
  }
  const std::vector<std::string>& texts() const { return texts_; }

 private:
  std::vector<std::string> texts_;
  absl::flat_hash_map<std::string, int32_t> numbers_;
};

void AddLossReason(absl::string_view attributes, int32_t opportunity, int64_t time_us,
                   metrics::LossReasons& reasons) {
  // Most rows have no such attribute: they need not be decoded.
  if (!absl::StrContains(attributes, "reason\"")) return;
  const storage::Attributes decoded = storage::DecodeAttributes(attributes);
  for (const char* const key : {"loss_reason", "reason"}) {
    const auto found = decoded.find(key);
    if (found == decoded.end() || found->second.empty()) continue;
    reasons.Add(opportunity, time_us, found->second);
    return;
  }
}

// Labels are the names that several opportunities share, in the order of their first use.
void SetLabels(const std::vector<int32_t>& names, const std::vector<std::string>& texts,
               History& history) {
  std::vector<int32_t> uses(texts.size(), 0), labels(texts.size(), simulation::kNone);
  for (const int32_t name : names) {
    if (name != simulation::kNone) ++uses[name];
  }
  history.labels.clear();
  for (size_t i = 0; i < names.size(); ++i) {
    const int32_t name = names[i];
    if (name == simulation::kNone || uses[name] < 2) {
      history.opportunities[i].label = simulation::kNone;
      continue;
    }
    if (labels[name] == simulation::kNone) {
      labels[name] = static_cast<int32_t>(history.labels.size());
      history.labels.push_back(texts[name]);
    }
    history.opportunities[i].label = labels[name];
  }
}

absl::StatusOr<std::vector<DatedQuota>> ReadQuotas(storage::ReadTransaction& reading,
                                                   Key organization, const Indices& indices) {
  std::vector<DatedQuota> quotas;
  Key last = storage::kNoKey;
  bool open = false;  // The last of `quotas` is of the quota `last` and still holds.
  absl::Status read = reading.ScanQuotas(organization, [&](Key key, int64_t effective_time_us,
                                                           const storage::QuotaFact& fact) {
    if (key == last && open) quotas.back().until_us = effective_time_us;
    last = key;
    open = false;
    const int32_t owner = Find(
        fact.owner_type == simulation::OwnerType::kRep ? indices.reps : indices.teams, fact.owner);
    if (fact.target == 0 || owner == simulation::kNone) return;
    DatedQuota& dated = quotas.emplace_back();
    dated.quota = {fact.owner_type,   owner,           fact.measure,
                   fact.period_start, fact.period_end, fact.target};
    dated.from_us = effective_time_us;
    open = true;
  });
  if (!read.ok()) return read;
  return quotas;
}

}  // namespace

struct HistoryCache::Known {
  CompanyHistory company;
  Staff staff;
  Indices indices;
  Names names;
  std::vector<int32_t> opportunity_names;  // By opportunity.

  // Reads the facts after `company.revision`.
  absl::Status ReadFacts(storage::ReadTransaction& reading);
  absl::Status ReadOpportunities(storage::ReadTransaction& reading);
  // Puts what was read in the order that a History has.
  void Arrange();
};

absl::Status HistoryCache::Known::ReadOpportunities(storage::ReadTransaction& reading) {
  History& history = company.history;
  return reading.ScanOpportunities(
      company.organization.key, company.revision,
      [&](Key key, const storage::OpportunityFact& fact) {
        const int32_t pipeline = Find(indices.pipelines, fact.pipeline);
        if (pipeline == simulation::kNone) return;
        indices.opportunities[key] = static_cast<int32_t>(history.opportunities.size());
        simulation::Opportunity& to = history.opportunities.emplace_back();
        to.id = std::string(fact.id);
        to.pipeline = pipeline;
        to.rep = Find(indices.reps, fact.rep);
        to.amount_micros = fact.amount_micros;
        to.units = fact.units;
        to.create_time_us = fact.create_time_us;
        to.expected_close_day = fact.expected_close_day;
        opportunity_names.push_back(names.Add(fact.name));
        AddLossReason(fact.attributes, static_cast<int32_t>(history.opportunities.size()) - 1,
                      INT64_MIN, company.loss_reasons);
      });
}

absl::Status HistoryCache::Known::ReadFacts(storage::ReadTransaction& reading) {
  History& history = company.history;
  absl::Status read = ReadOpportunities(reading);
  if (!read.ok()) return read;
  read = reading.ScanStageEvents(
      company.organization.key, company.revision, [&](const storage::StageEventFact& fact) {
        const int32_t opportunity = Find(indices.opportunities, fact.opportunity);
        if (opportunity == simulation::kNone) return;
        const std::vector<int16_t>& numbers =
            indices.stages[history.opportunities[opportunity].pipeline];
        if (fact.stage < 0 || fact.stage >= static_cast<int>(numbers.size())) return;
        if (numbers[fact.stage] == simulation::kNone) return;
        simulation::StageEvent& to = history.events.emplace_back();
        to.time_us = fact.time_us;
        to.opportunity = opportunity;
        to.stage = numbers[fact.stage];
        to.rep = Find(indices.reps, fact.rep);
        to.amount_micros = fact.amount_micros;
        AddLossReason(fact.attributes, opportunity, fact.time_us, company.loss_reasons);
      });
  if (!read.ok()) return read;
  return reading.ScanActivities(
      company.organization.key, company.revision, [&](const storage::ActivityFact& fact) {
        simulation::Activity& to = history.activities.emplace_back();
        to.time_us = fact.time_us;
        to.rep = Find(indices.reps, fact.rep);
        to.opportunity = Find(indices.opportunities, fact.opportunity);
        to.duration_seconds = fact.duration_seconds < 0 ? simulation::kNone : fact.duration_seconds;
        to.type = fact.type;
        to.outcome = fact.outcome;
      });
}

void HistoryCache::Known::Arrange() {
  History& history = company.history;
  SetLabels(opportunity_names, names.texts(), history);
  simulation::IndexEvents(history);
  const auto earlier = [](const simulation::Activity& a, const simulation::Activity& b) {
    return a.time_us < b.time_us;
  };
  if (!std::is_sorted(history.activities.begin(), history.activities.end(), earlier)) {
    std::stable_sort(history.activities.begin(), history.activities.end(), earlier);
  }
  history.quotas = company.QuotasAsOf(INT64_MAX);
}

std::vector<simulation::Quota> CompanyHistory::QuotasAsOf(int64_t as_of_us) const {
  std::vector<simulation::Quota> quotas;
  for (const DatedQuota& dated : dated_quotas) {
    if (dated.from_us < as_of_us && as_of_us <= dated.until_us) quotas.push_back(dated.quota);
  }
  return quotas;
}

absl::StatusOr<std::shared_ptr<const CompanyHistory>> HistoryCache::Get(
    absl::string_view organization_id) {
  const std::shared_ptr<Entry> entry = EntryOf(organization_id);
  MutexLock lock(entry->mutex);
  auto reading = store_.Read();
  if (!reading.ok()) return reading.status();
  const auto organization = (*reading)->GetOrganization(organization_id);
  if (!organization.ok()) {
    Forget(organization_id);
    return organization.status();
  }
  const auto revision = (*reading)->Revision(organization->key);
  if (!revision.ok()) return revision.status();
  const auto company = [](const std::shared_ptr<const Known>& known) {
    return std::shared_ptr<const CompanyHistory>(known, &known->company);
  };
  if (entry->known != nullptr && entry->known->company.revision == *revision &&
      entry->known->company.organization.key == organization->key) {
    return company(entry->known);
  }
  auto staff = ReadStaff(**reading, organization->key);
  if (!staff.ok()) return staff.status();
  std::shared_ptr<Known> next;
  if (entry->known != nullptr && Same(entry->known->staff, *staff)) {
    next = std::make_shared<Known>(*entry->known);
  } else {
    next = std::make_shared<Known>();
    SetStaff(*staff, next->company.history, next->indices);
    next->staff = *std::move(staff);
  }
  next->company.organization = *organization;
  History& history = next->company.history;
  history.fiscal_year_start_month = organization->fiscal_year_start_month;
  if (!absl::LoadTimeZone(organization->time_zone, &history.time_zone)) {
    return absl::FailedPreconditionError(
        absl::StrCat("organization \"", organization_id, "\" has the time zone ",
                     organization->time_zone, ", which this machine does not know"));
  }
  absl::Status read = next->ReadFacts(**reading);
  if (!read.ok()) return read;
  auto quotas = ReadQuotas(**reading, organization->key, next->indices);
  if (!quotas.ok()) return quotas.status();
  reading->reset();
  next->company.dated_quotas = *std::move(quotas);
  next->company.revision = *revision;
  next->Arrange();
  entry->known = next;
  return company(entry->known);
}

std::shared_ptr<HistoryCache::Entry> HistoryCache::EntryOf(absl::string_view organization_id) {
  MutexLock lock(mutex_);
  const std::string id(organization_id);
  used_last_first_.remove(id);
  used_last_first_.push_front(id);
  std::shared_ptr<Entry>& entry = entries_[id];
  if (entry == nullptr) entry = std::make_shared<Entry>();
  const std::shared_ptr<Entry> result = entry;
  while (used_last_first_.size() > organizations_max_) {
    entries_.erase(used_last_first_.back());
    used_last_first_.pop_back();
  }
  return result;
}

void HistoryCache::Forget(absl::string_view organization_id) {
  MutexLock lock(mutex_);
  used_last_first_.remove(std::string(organization_id));
  entries_.erase(organization_id);
}

}  // namespace quotacast
