#include "server/kept_company.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "simulation/event_groups.h"
#include "simulation/parallel.h"

namespace quotacast {
namespace {

using simulation::History;
using simulation::kNone;
using storage::Key;

// Revisions of all records of a kind, which are what has changed if anything has.
template <typename Record>
bool SameRecords(const std::vector<Record>& a, const std::vector<Record>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Record& x, const Record& y) {
    return x.key == y.key && x.recorded.revision == y.recorded.revision;
  });
}

constexpr auto kIsEarlier = [](const simulation::Activity& a, const simulation::Activity& b) {
  return a.time_us < b.time_us;
};

// Those of one instant keep their order.
void SortByTime(simulation::LargeArray<simulation::Activity>& activities) {
  if (std::is_sorted(activities.begin(), activities.end(), kIsEarlier)) return;
  std::stable_sort(activities.begin(), activities.end(), kIsEarlier);
}

// By old index: the new one of the same key.
std::vector<int32_t> Renumbering(const absl::flat_hash_map<Key, int32_t>& before,
                                 const absl::flat_hash_map<Key, int32_t>& now) {
  std::vector<int32_t> numbers(before.size(), kNone);
  for (const auto& [key, index] : before) numbers[index] = Find(now, key);
  return numbers;
}

// What `read` gives for each of many ranges of revisions up to `revision`, in order. Each thread
// reads in a transaction of its own, and waits for nothing while it has one.
template <typename Facts, typename Read>
absl::StatusOr<std::vector<Facts>> ReadInParts(storage::Store& store, int64_t revision,
                                               int thread_count, const Read& read) {
  constexpr int64_t kRevisionsAtOnce = 1 << 17;
  const auto part_count = static_cast<size_t>(revision / kRevisionsAtOnce + 1);
  std::vector<Facts> parts(part_count);
  std::vector<absl::Status> statuses(static_cast<size_t>(thread_count));
  std::atomic<size_t> next = 0;
  simulation::ParallelFor(thread_count, statuses.size(), [&](int, size_t reader) {
    const auto reading = store.Read();
    statuses[reader] = reading.status();
    for (size_t part = next++; part < part_count && statuses[reader].ok(); part = next++) {
      const int64_t after = static_cast<int64_t>(part) * kRevisionsAtOnce;
      auto facts = read(
          **reading, storage::RevisionRange(after, std::min(after + kRevisionsAtOnce, revision)));
      statuses[reader] = facts.status();
      if (facts.ok()) parts[part] = *std::move(facts);
    }
  });
  for (const absl::Status& status : statuses) {
    if (!status.ok()) return status;
  }
  return parts;
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

absl::Status KeptCompany::Load(storage::Store& store,
                               std::unique_ptr<storage::ReadTransaction> reading,
                               const storage::Organization& organization, int64_t revision,
                               int thread_count) {
  absl::Status status = SetOrganization(organization);
  if (!status.ok()) return status;
  auto staff = ReadStaff(*reading, organization.key);
  if (!staff.ok()) return staff.status();
  SetStaff(*std::move(staff));
  if (status = ReadQuotas(*reading); !status.ok()) return status;
  reading.reset();
  History& history = company_.history;
  const FactReader reader = Reader();
  auto opportunities = ReadInParts<OpportunityFacts>(
      store, revision, thread_count,
      [&](storage::ReadTransaction& part, storage::RevisionRange revisions) {
        return reader.Opportunities(part, revisions);
      });
  if (!opportunities.ok()) return opportunities.status();
  size_t count = 0;
  for (const OpportunityFacts& part : *opportunities) count += part.keys.size();
  history.opportunities.reserve(count);
  for (OpportunityFacts& part : *opportunities) SetLabels(AddOpportunities(std::move(part)));
  auto events = ReadInParts<EventFacts>(
      store, revision, thread_count,
      [&](storage::ReadTransaction& part, storage::RevisionRange revisions) {
        return reader.Events(part, revisions, opportunities_, history.opportunities);
      });
  if (!events.ok()) return events.status();
  size_t activity_count = 0;
  for (const EventFacts& part : *events) activity_count += part.activities.size();
  simulation::LargeArray<simulation::Activity> activities;
  activities.reserve(activity_count);
  std::vector<simulation::LargeArray<simulation::StageEvent>> parts;
  for (EventFacts& part : *events) {
    activities.insert(activities.end(), part.activities.begin(), part.activities.end());
    part.activities = {};
    AddReasons(part.reasons);
    parts.push_back(std::move(part.events));
  }
  simulation::GroupEvents(parts, history);
  SortByTime(activities);
  history.activities = std::move(activities);
  company_.revision = company_.sales_revision = revision;
  StartAnew(revision);
  return absl::OkStatus();
}

void KeptCompany::StartAnew(int64_t revision) {
  company_.live->StartAnew(revision);
  company_.prospecting->StartAnew(revision);
}

std::vector<Labels::Given> KeptCompany::AddOpportunities(OpportunityFacts facts) {
  History& history = company_.history;
  std::vector<Labels::Given> labels;
  const auto first = static_cast<int32_t>(history.opportunities.size());
  for (size_t i = 0; i < facts.keys.size(); ++i) {
    opportunities_.Add(facts.keys[i]);
    simulation::Opportunity& added =
        history.opportunities.emplace_back(std::move(facts.opportunities[i]));
    added.first_event = static_cast<int64_t>(history.events.size());
    const auto index = first + static_cast<int32_t>(i);
    for (const Labels::Given& given : labels_.Add(facts.names[i], index, history.labels)) {
      labels.push_back(given);
    }
  }
  for (GivenReason& reason : facts.reasons) reason.opportunity += first;
  AddReasons(facts.reasons);
  return labels;
}

void KeptCompany::SetLabels(absl::Span<const Labels::Given> labels) {
  for (const Labels::Given& given : labels) {
    company_.history.opportunities[given.opportunity].label = given.label;
  }
}

void KeptCompany::AddReasons(absl::Span<const GivenReason> reasons) {
  for (const GivenReason& given : reasons) {
    company_.loss_reasons.Add(given.opportunity, given.time_us, given.reason);
  }
}

absl::Status KeptCompany::Update(storage::ReadTransaction& reading,
                                 const storage::Organization& organization, int64_t revision) {
  const bool same_organization =
      organization.recorded.revision == company_.organization.recorded.revision;
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
  if (!same_staff || !same_days) StartAnew(company_.revision);
  const auto new_quotas = reading.QuotasChanged(organization.key, company_.revision);
  if (!new_quotas.ok()) return new_quotas.status();
  if (!same_staff || *new_quotas) {
    if (status = ReadQuotas(reading); !status.ok()) return status;
  }
  const size_t known_opportunities = company_.history.opportunities.size();
  auto opportunities = Reader().Opportunities(reading, company_.revision);
  if (!opportunities.ok()) return opportunities.status();
  const std::vector<Labels::Given> labels = AddOpportunities(*std::move(opportunities));
  auto events =
      Reader().Events(reading, company_.revision, opportunities_, company_.history.opportunities);
  if (!events.ok()) return events.status();
  AddReasons(events->reasons);
  const bool only_activities = same_organization && same_staff && !*new_quotas &&
                               known_opportunities == company_.history.opportunities.size() &&
                               events->events.empty() && events->reasons.empty();
  if (!only_activities) company_.sales_revision = revision;
  AddEvents(*std::move(events), labels, known_opportunities, revision);
  return absl::OkStatus();
}

void KeptCompany::AddEvents(EventFacts facts, absl::Span<const Labels::Given> labels,
                            size_t known_opportunities, int64_t revision) {
  History& history = company_.history;
  simulation::LargeArray<simulation::StageEvent>& events = facts.events;
  std::stable_sort(events.begin(), events.end(),
                   [](const simulation::StageEvent& a, const simulation::StageEvent& b) {
                     return a.opportunity < b.opportunity;
                   });
  std::vector<int32_t> changed;
  const auto change = [&](int32_t opportunity) {
    if (static_cast<size_t>(opportunity) < known_opportunities) changed.push_back(opportunity);
  };
  for (const Labels::Given& given : labels) change(given.opportunity);
  for (const simulation::StageEvent& event : events) change(event.opportunity);
  std::sort(changed.begin(), changed.end());
  changed.erase(std::unique(changed.begin(), changed.end()), changed.end());
  company_.live->BeforeChange(history, company_.revision, changed);
  SetLabels(labels);
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
  SortByTime(facts.activities);
  AddActivities(facts.activities);
  company_.live->AfterChange(history, revision, changed);
  company_.prospecting->Grow(history, company_.revision, revision, known_opportunities,
                             facts.activities);
  company_.revision = revision;
}

void KeptCompany::AddActivities(absl::Span<const simulation::Activity> activities) {
  if (activities.empty()) return;
  simulation::LargeArray<simulation::Activity>& all = company_.history.activities;
  const auto from = std::upper_bound(all.begin(), all.end(), activities.front(), kIsEarlier);
  const auto offset = from - all.begin();
  const auto middle = all.end() - all.begin();
  all.insert(all.end(), activities.begin(), activities.end());
  std::inplace_merge(all.begin() + offset, all.begin() + middle, all.end(), kIsEarlier);
}

}  // namespace quotacast
