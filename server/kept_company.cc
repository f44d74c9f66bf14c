#include "server/kept_company.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace quotacast {
namespace {

using simulation::History;
using simulation::kNone;
using storage::Key;

int32_t Find(const absl::flat_hash_map<Key, int32_t>& indices, Key key) {
  const auto found = indices.find(key);
  return found == indices.end() ? kNone : found->second;
}

// Revisions of all records of a kind, which are what has changed if anything has.
template <typename Record>
bool SameRecords(const std::vector<Record>& a, const std::vector<Record>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Record& x, const Record& y) {
    return x.key == y.key && x.recorded.revision == y.recorded.revision;
  });
}

// By old index: the new one of the same key.
std::vector<int32_t> Renumbering(const absl::flat_hash_map<Key, int32_t>& before,
                                 const absl::flat_hash_map<Key, int32_t>& now) {
  std::vector<int32_t> numbers(before.size(), kNone);
  for (const auto& [key, index] : before) numbers[index] = Find(now, key);
  return numbers;
}

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

}  // namespace

std::vector<simulation::Quota> CompanyHistory::QuotasAsOf(int64_t as_of_us) const {
  std::vector<simulation::Quota> quotas;
  for (const DatedQuota& dated : dated_quotas) {
    if (dated.from_us < as_of_us && as_of_us <= dated.until_us) quotas.push_back(dated.quota);
  }
  return quotas;
}

std::vector<Labels::Given> Labels::Add(absl::string_view text, int32_t opportunity,
                                       std::vector<std::string>& labels) {
  if (text.empty()) return {};
  Name& name = names_[text];
  if (name.first == kNone) {
    name.first = opportunity;
    return {};
  }
  if (name.label != kNone) return {{opportunity, name.label}};
  name.label = static_cast<int32_t>(labels.size());
  labels.emplace_back(text);
  return {{name.first, name.label}, {opportunity, name.label}};
}

absl::StatusOr<KeptCompany::Staff> KeptCompany::ReadStaff(storage::ReadTransaction& reading,
                                                          Key organization) {
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

bool KeptCompany::Same(const Staff& a, const Staff& b) {
  return SameRecords(a.teams, b.teams) && SameRecords(a.reps, b.reps) &&
         SameRecords(a.pipelines, b.pipelines);
}

void KeptCompany::SetPipelines() {
  History& history = company_.history;
  history.pipelines.clear();
  for (const storage::Pipeline& pipeline : staff_.pipelines) {
    indices_.pipelines[pipeline.key] = static_cast<int32_t>(history.pipelines.size());
    simulation::Pipeline& to = history.pipelines.emplace_back();
    to.id = pipeline.id;
    std::vector<int16_t>& numbers = indices_.stages.emplace_back();
    for (const storage::Stage& stage : pipeline.stages) {
      if (stage.number >= static_cast<int>(numbers.size())) numbers.resize(stage.number + 1, kNone);
      numbers[stage.number] = static_cast<int16_t>(to.stages.size());
      simulation::Stage& entered = to.stages.emplace_back();
      entered.id = stage.id;
      entered.kind = stage.kind;
    }
  }
}

void KeptCompany::SetStaff(Staff staff) {
  staff_ = std::move(staff);
  indices_ = {};
  History& history = company_.history;
  history.teams.clear();
  history.reps.clear();
  absl::flat_hash_map<std::string, int32_t> team_ids;
  for (const storage::Team& team : staff_.teams) {
    const auto index = static_cast<int32_t>(history.teams.size());
    indices_.teams[team.key] = index;
    team_ids[team.id] = index;
    history.teams.emplace_back().id = team.id;
  }
  const auto team_index = [&team_ids](const std::string& id) {
    const auto found = team_ids.find(id);
    return found == team_ids.end() ? kNone : found->second;
  };
  for (size_t i = 0; i < staff_.teams.size(); ++i) {
    history.teams[i].parent = team_index(staff_.teams[i].parent);
  }
  for (const storage::Rep& rep : staff_.reps) {
    indices_.reps[rep.key] = static_cast<int32_t>(history.reps.size());
    simulation::Rep& to = history.reps.emplace_back();
    to.id = rep.id;
    to.team = team_index(rep.team);
    if (rep.start_day != storage::kNoDay) to.start_day = rep.start_day;
    if (rep.end_day != storage::kNoDay) to.end_day = rep.end_day;
  }
  SetPipelines();
}

void KeptCompany::Renumber(const StaffIndices& before) {
  History& history = company_.history;
  const std::vector<int32_t> reps = Renumbering(before.reps, indices_.reps);
  const std::vector<int32_t> pipelines = Renumbering(before.pipelines, indices_.pipelines);
  // By old pipeline and old stage: the new stage of the same number.
  std::vector<std::vector<int16_t>> stages(before.stages.size());
  for (size_t p = 0; p < stages.size(); ++p) {
    if (pipelines[p] == kNone) continue;
    const std::vector<int16_t>& numbers = indices_.stages[pipelines[p]];
    for (size_t number = 0; number < before.stages[p].size(); ++number) {
      const int16_t stage = before.stages[p][number];
      if (stage == kNone) continue;
      if (stages[p].size() <= static_cast<size_t>(stage)) stages[p].resize(stage + 1, kNone);
      if (number < numbers.size()) stages[p][stage] = numbers[number];
    }
  }
  const auto renumber = [&reps](int32_t& rep) {
    if (rep != kNone) rep = reps[rep];
  };
  for (simulation::StageEvent& event : history.events) {
    if (event.opportunity == kNone) continue;
    event.stage = stages[history.opportunities[event.opportunity].pipeline][event.stage];
    renumber(event.rep);
  }
  for (simulation::Opportunity& opportunity : history.opportunities) {
    opportunity.pipeline = pipelines[opportunity.pipeline];
    renumber(opportunity.rep);
  }
  for (simulation::Activity& activity : history.activities) renumber(activity.rep);
}

absl::Status KeptCompany::ReadOpportunities(storage::ReadTransaction& reading, Facts& facts) {
  History& history = company_.history;
  return reading.ScanOpportunities(
      company_.organization.key, company_.revision,
      [&](Key key, const storage::OpportunityFact& fact) {
        const int32_t pipeline = Find(indices_.pipelines, fact.pipeline);
        if (pipeline == kNone) return;
        const auto index = static_cast<int32_t>(history.opportunities.size());
        opportunities_[key] = index;
        simulation::Opportunity& to = history.opportunities.emplace_back();
        to.id = std::string(fact.id);
        to.pipeline = pipeline;
        to.rep = Find(indices_.reps, fact.rep);
        to.amount_micros = fact.amount_micros;
        to.units = fact.units;
        to.create_time_us = fact.create_time_us;
        to.expected_close_day = fact.expected_close_day;
        to.first_event = static_cast<int64_t>(history.events.size());
        for (const Labels::Given& given : labels_.Add(fact.name, index, history.labels)) {
          facts.labels.push_back(given);
        }
        AddLossReason(fact.attributes, index, INT64_MIN, company_.loss_reasons);
      });
}

absl::StatusOr<KeptCompany::Facts> KeptCompany::ReadFacts(storage::ReadTransaction& reading) {
  const History& history = company_.history;
  Facts facts;
  absl::Status read = ReadOpportunities(reading, facts);
  if (!read.ok()) return read;
  read = reading.ScanStageEvents(
      company_.organization.key, company_.revision, [&](const storage::StageEventFact& fact) {
        const int32_t opportunity = Find(opportunities_, fact.opportunity);
        if (opportunity == kNone) return;
        const std::vector<int16_t>& numbers =
            indices_.stages[history.opportunities[opportunity].pipeline];
        if (fact.stage < 0 || fact.stage >= static_cast<int>(numbers.size())) return;
        if (numbers[fact.stage] == kNone) return;
        simulation::StageEvent& to = facts.events.emplace_back();
        to.time_us = fact.time_us;
        to.opportunity = opportunity;
        to.stage = numbers[fact.stage];
        to.rep = Find(indices_.reps, fact.rep);
        to.amount_micros = fact.amount_micros;
        AddLossReason(fact.attributes, opportunity, fact.time_us, company_.loss_reasons);
      });
  if (!read.ok()) return read;
  read = reading.ScanActivities(
      company_.organization.key, company_.revision, [&](const storage::ActivityFact& fact) {
        simulation::Activity& to = facts.activities.emplace_back();
        to.time_us = fact.time_us;
        to.rep = Find(indices_.reps, fact.rep);
        to.opportunity = Find(opportunities_, fact.opportunity);
        to.duration_seconds = fact.duration_seconds < 0 ? kNone : fact.duration_seconds;
        to.type = fact.type;
        to.outcome = fact.outcome;
      });
  if (!read.ok()) return read;
  return facts;
}

absl::Status KeptCompany::ReadQuotas(storage::ReadTransaction& reading) {
  std::vector<DatedQuota> quotas;
  Key last = storage::kNoKey;
  bool open = false;  // The last of `quotas` is of the quota `last` and still holds.
  absl::Status read = reading.ScanQuotas(
      company_.organization.key,
      [&](Key key, int64_t effective_time_us, const storage::QuotaFact& fact) {
        if (key == last && open) quotas.back().until_us = effective_time_us;
        last = key;
        open = false;
        const int32_t owner =
            Find(fact.owner_type == simulation::OwnerType::kRep ? indices_.reps : indices_.teams,
                 fact.owner);
        if (fact.target == 0 || owner == kNone) return;
        DatedQuota& dated = quotas.emplace_back();
        dated.quota = {fact.owner_type,   owner,           fact.measure,
                       fact.period_start, fact.period_end, fact.target};
        dated.from_us = effective_time_us;
        open = true;
      });
  if (!read.ok()) return read;
  company_.dated_quotas = std::move(quotas);
  company_.history.quotas = company_.QuotasAsOf(INT64_MAX);
  return absl::OkStatus();
}

absl::Status KeptCompany::SetOrganization(const storage::Organization& organization) {
  company_.organization = organization;
  company_.history.fiscal_year_start_month = organization.fiscal_year_start_month;
  if (absl::LoadTimeZone(organization.time_zone, &company_.history.time_zone)) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(absl::StrCat("organization \"", organization.id,
                                                    "\" has the time zone ", organization.time_zone,
                                                    ", which this machine does not know"));
}

absl::Status KeptCompany::Load(storage::ReadTransaction& reading,
                               const storage::Organization& organization, int64_t revision) {
  absl::Status status = SetOrganization(organization);
  if (!status.ok()) return status;
  auto staff = ReadStaff(reading, organization.key);
  if (!staff.ok()) return staff.status();
  SetStaff(*std::move(staff));
  auto facts = ReadFacts(reading);
  if (!facts.ok()) return facts.status();
  if (status = ReadQuotas(reading); !status.ok()) return status;
  for (const Labels::Given& given : facts->labels) {
    company_.history.opportunities[given.opportunity].label = given.label;
  }
  company_.history.events = std::move(facts->events);
  simulation::IndexEvents(company_.history);
  AddActivities(std::move(facts->activities));
  company_.revision = revision;
  company_.live->StartAnew(revision);
  return absl::OkStatus();
}

absl::Status KeptCompany::Update(storage::ReadTransaction& reading,
                                 const storage::Organization& organization, int64_t revision) {
  const bool same_days =
      organization.time_zone == company_.organization.time_zone &&
      organization.fiscal_year_start_month == company_.organization.fiscal_year_start_month;
  absl::Status status = SetOrganization(organization);
  if (!status.ok()) return status;
  auto staff = ReadStaff(reading, organization.key);
  if (!staff.ok()) return staff.status();
  const bool same_staff = Same(staff_, *staff);
  if (!same_staff) {
    const StaffIndices before = indices_;
    SetStaff(*std::move(staff));
    Renumber(before);
  }
  if (!same_staff || !same_days) company_.live->StartAnew(company_.revision);
  const size_t known_opportunities = company_.history.opportunities.size();
  auto facts = ReadFacts(reading);
  if (!facts.ok()) return facts.status();
  const auto new_quotas = reading.QuotasChanged(organization.key, company_.revision);
  if (!new_quotas.ok()) return new_quotas.status();
  if (!same_staff || *new_quotas) {
    if (status = ReadQuotas(reading); !status.ok()) return status;
  }
  AddFacts(*std::move(facts), known_opportunities, revision);
  return absl::OkStatus();
}

void KeptCompany::AddFacts(Facts facts, size_t known_opportunities, int64_t revision) {
  History& history = company_.history;
  std::vector<simulation::StageEvent>& events = facts.events;
  std::stable_sort(events.begin(), events.end(),
                   [](const simulation::StageEvent& a, const simulation::StageEvent& b) {
                     return a.opportunity < b.opportunity;
                   });
  const auto known = [&](int32_t opportunity) {
    return static_cast<size_t>(opportunity) < known_opportunities;
  };
  std::vector<int32_t> changed;
  for (const Labels::Given& given : facts.labels) {
    if (known(given.opportunity)) changed.push_back(given.opportunity);
  }
  for (const simulation::StageEvent& event : events) {
    if (known(event.opportunity)) changed.push_back(event.opportunity);
  }
  std::sort(changed.begin(), changed.end());
  changed.erase(std::unique(changed.begin(), changed.end()), changed.end());
  company_.live->BeforeChange(history, company_.revision, changed);
  for (const Labels::Given& given : facts.labels) {
    history.opportunities[given.opportunity].label = given.label;
  }
  for (auto first = events.begin(); first != events.end();) {
    const int32_t opportunity = first->opportunity;
    const auto end = std::find_if(first, events.end(), [opportunity](const auto& event) {
      return event.opportunity != opportunity;
    });
    simulation::AddEvents(history, opportunity, {&*first, static_cast<size_t>(end - first)});
    first = end;
  }
  for (size_t i = known_opportunities; i < history.opportunities.size(); ++i) {
    changed.push_back(static_cast<int32_t>(i));
  }
  AddActivities(std::move(facts.activities));
  company_.live->AfterChange(history, revision, changed);
  company_.revision = revision;
}

void KeptCompany::AddActivities(std::vector<simulation::Activity> activities) {
  const auto earlier = [](const simulation::Activity& a, const simulation::Activity& b) {
    return a.time_us < b.time_us;
  };
  std::vector<simulation::Activity>& all = company_.history.activities;
  if (!std::is_sorted(activities.begin(), activities.end(), earlier)) {
    std::stable_sort(activities.begin(), activities.end(), earlier);
  }
  if (activities.empty()) return;
  if (all.empty()) {
    all = std::move(activities);
    return;
  }
  const auto from = std::upper_bound(all.begin(), all.end(), activities.front(), earlier);
  const auto offset = from - all.begin();
  const auto middle = all.end() - all.begin();
  all.insert(all.end(), activities.begin(), activities.end());
  std::inplace_merge(all.begin() + offset, all.begin() + middle, all.end(), earlier);
}

}  // namespace quotacast
