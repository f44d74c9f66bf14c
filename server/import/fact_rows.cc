// Opportunities, stage events, activities and quotas: many rows, resolved to facts.
#include <utility>

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "server/import/session.h"
#include "server/limits.h"

namespace quotacast::importing {
namespace {

using storage::Key;
using storage::kNoKey;

template <typename... Fields>
uint32_t ContentHash(const Fields&... fields) {
  return static_cast<uint32_t>(absl::HashOf(fields...));
}

constexpr char kDuplicate[] = "is a duplicate, with other content, of a row before";

// The key of what a row refers to; an error where there is no such thing.
Key ResolveRep(const Directory& directory, absl::string_view column, absl::string_view id,
               Report::Row& row) {
  const storage::Rep* const rep = directory.FindRep(id);
  if (rep != nullptr) return rep->key;
  row.Error(column, id.empty() ? "is missing" : "is not a rep", id, "a rep_id of reps.csv");
  return kNoKey;
}

Key ResolveTeam(const Directory& directory, absl::string_view column, absl::string_view id,
                Report::Row& row) {
  const storage::Team* const team = directory.FindTeam(id);
  if (team != nullptr) return team->key;
  row.Error(column, id.empty() ? "is missing" : "is not a team", id, "a team_id of teams.csv");
  return kNoKey;
}

// These check every field of a row and make the fact of it, to be used unless the row is bad.
storage::OpportunityFact Resolve(const OpportunityRow& given, const Directory& directory,
                                 Report::Row& row) {
  storage::OpportunityFact fact;
  row.CheckId("opportunity_id", given.opportunity_id);
  row.CheckName("name", given.name);
  row.CheckMoney("amount", given.amount_micros, 0, limits::kAmountMaxMicros);
  row.CheckCurrency(given.currency, directory.organization().currency);
  row.CheckRange("units", given.units, 0, limits::kUnitsMax);
  row.CheckTime("create_time", given.create_time_us);
  if (given.expected_close_day) row.CheckDay("expected_close_date", *given.expected_close_day);
  row.CheckAttributes(given.attributes);
  fact.rep = ResolveRep(directory, "rep_id", given.rep_id, row);
  if (const PipelineEntry* pipeline = directory.FindPipeline(given.pipeline_id)) {
    fact.pipeline = pipeline->record.key;
  } else {
    row.Error("pipeline_id", "is not a pipeline", given.pipeline_id, "a pipeline_id of stages.csv");
  }
  fact.id = given.opportunity_id;
  fact.name = given.name;
  fact.amount_micros = given.amount_micros;
  fact.units = given.units;
  fact.create_time_us = given.create_time_us;
  fact.expected_close_day = given.expected_close_day.value_or(storage::kNoDay);
  fact.attributes = given.attributes;
  return fact;
}

storage::StageEventFact Resolve(const StageEventRow& given, const Directory& directory,
                                const OpportunityEntry& opportunity, StageKind& kind,
                                Report::Row& row) {
  storage::StageEventFact fact;
  row.CheckTime("time", given.time_us);
  if (given.amount_micros) {
    row.CheckMoney("amount", *given.amount_micros, 0, limits::kAmountMaxMicros);
  }
  row.CheckAttributes(given.attributes);
  if (!given.rep_id.empty()) fact.rep = ResolveRep(directory, "rep_id", given.rep_id, row);
  if (given.time_us < opportunity.create_time_us) {
    row.Error("time", "is before the opportunity's create_time", FormatTimeUs(given.time_us),
              absl::StrCat(FormatTimeUs(opportunity.create_time_us), " or later"));
  }
  const PipelineEntry* const pipeline = directory.FindPipeline(opportunity.pipeline);
  const Stage* const stage = pipeline == nullptr ? nullptr : pipeline->FindStage(given.stage_id);
  if (stage != nullptr) {
    fact.stage = stage->number;
    kind = stage->kind;
  } else {
    row.Error("stage_id", "is not a stage of the opportunity's pipeline", given.stage_id,
              "a stage_id of stages.csv");
  }
  fact.opportunity = opportunity.key;
  fact.time_us = given.time_us;
  fact.amount_micros = given.amount_micros.value_or(storage::kUnchanged);
  fact.attributes = given.attributes;
  return fact;
}

storage::ActivityFact Resolve(const ActivityRow& given, const Directory& directory,
                              const OpportunityEntry* opportunity, Report::Row& row) {
  storage::ActivityFact fact;
  row.CheckId("activity_id", given.activity_id);
  row.CheckTime("time", given.time_us);
  row.CheckAttributes(given.attributes);
  fact.rep = ResolveRep(directory, "rep_id", given.rep_id, row);
  if (!given.type) {
    row.Error("type", "is not a type of activity", "", "call, email, meeting, follow_up, other");
  }
  if (!given.outcome) row.Error("outcome", "is not an outcome", "", "connected, no_answer, blank");
  if (given.duration_seconds) {
    row.CheckRange("duration_seconds", *given.duration_seconds, 0, limits::kDurationMaxSeconds);
  }
  if (opportunity != nullptr) {
    fact.opportunity = opportunity->key;
  } else if (!given.opportunity_id.empty()) {
    row.Error("opportunity_id", "is not an opportunity", given.opportunity_id,
              "an opportunity_id of opportunities.csv, or blank");
  }
  fact.id = given.activity_id;
  fact.time_us = given.time_us;
  fact.type = given.type.value_or(ActivityType::kOther);
  fact.outcome = given.outcome.value_or(ActivityOutcome::kUnknown);
  fact.duration_seconds =
      static_cast<int32_t>(given.duration_seconds.value_or(storage::kNoDuration));
  fact.attributes = given.attributes;
  return fact;
}

storage::QuotaFact Resolve(const QuotaRow& given, const Directory& directory, Report::Row& row) {
  storage::QuotaFact fact;
  row.CheckDay("period_start", given.period_start);
  row.CheckDay("period_end", given.period_end);
  row.CheckAttributes(given.attributes);
  if (given.period_end <= given.period_start) {
    row.Error("period_end", "is not after period_start", FormatDay(given.period_end),
              absl::StrCat("later than ", FormatDay(given.period_start)));
  }
  if (!given.measure) {
    row.Error("measure", "is not a measure", "", "amount, units");
  } else if (*given.measure == Measure::kUnits) {
    row.CheckRange("target", given.target, 1, limits::kUnitsMax);
  } else {
    row.CheckMoney("target", given.target, 1, limits::kTargetMaxMicros);
    row.CheckCurrency(given.currency, directory.organization().currency);
  }
  if (!given.owner_type) {
    row.Error("owner_type", "is not a type of owner", "", "rep, team");
  } else {
    fact.owner_type = *given.owner_type;
    fact.owner = fact.owner_type == OwnerType::kRep
                     ? ResolveRep(directory, "owner_id", given.owner_id, row)
                     : ResolveTeam(directory, "owner_id", given.owner_id, row);
  }
  fact.period_start = given.period_start;
  fact.period_end = given.period_end;
  fact.measure = given.measure.value_or(Measure::kAmount);
  fact.target = given.target;
  fact.attributes = given.attributes;
  return fact;
}

uint32_t ContentOf(const storage::OpportunityFact& fact) {
  return ContentHash(fact.pipeline, fact.rep, fact.name, fact.amount_micros, fact.units,
                     fact.create_time_us, fact.expected_close_day, fact.attributes);
}

template <typename Row>
std::vector<absl::string_view> OpportunityIds(const std::vector<Row>& rows) {
  std::vector<absl::string_view> ids;
  ids.reserve(rows.size());
  for (const Row& row : rows) {
    if (!row.opportunity_id.empty()) ids.push_back(row.opportunity_id);
  }
  return ids;
}

}  // namespace

bool Session::Repeats(absl::flat_hash_map<uint64_t, uint32_t>& seen, uint64_t key, uint32_t content,
                      absl::string_view column, absl::string_view id, Report::Row& row,
                      Report& report) {
  const auto [entry, added] = seen.try_emplace(key, content);
  if (added) return false;
  if (entry->second == content) {
    report.AddUnchanged(1);
  } else {
    row.Error(column, kDuplicate, id);
  }
  return true;
}

absl::Status Session::ApplyRows(const std::vector<OpportunityRow>& rows, Report& report) {
  // The keys of those that are stored; when writing, the store gives them.
  absl::Status loaded =
      options_.validate_only ? LoadOpportunities(OpportunityIds(rows)) : absl::OkStatus();
  if (!loaded.ok()) return loaded;
  std::vector<storage::OpportunityFact> facts;
  std::vector<int64_t> lines;
  absl::flat_hash_map<absl::string_view, uint32_t> in_batch;
  for (const OpportunityRow& given : rows) {
    Report::Row row(report, given.line);
    const storage::OpportunityFact fact = Resolve(given, directory_, row);
    if (row.bad()) continue;
    const OpportunityEntry* const known = opportunities_.Find(given.opportunity_id);
    const bool earlier_batch = known != nullptr && known->in_stream;
    const uint32_t content = ContentOf(fact);
    const auto [earlier, added] =
        in_batch.try_emplace(fact.id, earlier_batch ? known->content : content);
    if (earlier_batch || !added) {
      if (earlier->second == content) {
        report.AddUnchanged(1);
      } else {
        row.Error("opportunity_id", kDuplicate, fact.id);
      }
      continue;
    }
    facts.push_back(fact);
    lines.push_back(given.line);
  }
  const auto appended = StoreFacts(facts, lines, report);
  if (!appended.ok()) return appended.status();
  std::vector<bool> differs(facts.size(), false);
  for (const storage::Conflict& conflict : appended->conflicts) differs[conflict.row] = true;
  for (size_t i = 0; i < facts.size(); ++i) {
    if (differs[i]) continue;
    const OpportunityEntry* const stored = opportunities_.Find(facts[i].id);
    OpportunityEntry entry;
    entry.key = !appended->keys.empty() ? appended->keys[i]
                : stored != nullptr     ? stored->key
                                        : directory_.NextUnstoredKey();
    entry.pipeline = facts[i].pipeline;
    entry.create_time_us = facts[i].create_time_us;
    entry.in_stream = true;
    entry.content = ContentOf(facts[i]);
    opportunities_.Add(facts[i].id, entry);
  }
  return absl::OkStatus();
}

// An opportunity may enter a stage twice at one instant, with another stage between; otherwise the
// same opportunity, time and stage again is the same row again.
bool Session::RepeatsEvent(const OpportunityEntry& opportunity, const StageEventRow& given,
                           storage::StageEventFact& fact, Report::Row& row, Report& report) {
  const uint32_t content = ContentHash(fact.rep, fact.amount_micros, fact.attributes);
  const auto [entry, added] = events_.try_emplace(
      absl::HashOf(fact.opportunity, fact.time_us, fact.stage), SeenEvent{content, 0});
  if (added) return false;
  SeenEvent& seen = entry->second;
  if (opportunity.last_time_us == fact.time_us && opportunity.last_stage != fact.stage) {
    seen.content = content;
    fact.ordinal = ++seen.ordinal;
    return false;
  }
  if (seen.content == content) {
    report.AddUnchanged(1);
  } else {
    row.Error("stage_id", kDuplicate, given.stage_id);
  }
  return true;
}

absl::Status Session::ApplyRows(const std::vector<StageEventRow>& rows, Report& report) {
  absl::Status loaded = LoadOpportunities(OpportunityIds(rows));
  if (!loaded.ok()) return loaded;
  std::vector<storage::StageEventFact> facts;
  std::vector<int64_t> lines;
  facts.reserve(rows.size());
  lines.reserve(rows.size());
  for (const StageEventRow& given : rows) {
    Report::Row row(report, given.line);
    OpportunityEntry* const opportunity = opportunities_.Find(given.opportunity_id);
    if (opportunity == nullptr) {
      row.Error("opportunity_id", "is not an opportunity", given.opportunity_id,
                "an opportunity_id of opportunities.csv");
      continue;
    }
    StageKind kind = StageKind::kOpen;
    storage::StageEventFact fact = Resolve(given, directory_, *opportunity, kind, row);
    if (row.bad() || RepeatsEvent(*opportunity, given, fact, row, report)) continue;
    if (given.time_us >= opportunity->last_time_us) {
      if (opportunity->last_closes && fact.stage != opportunity->last_stage) {
        row.Doubt("stage_id", "comes after the opportunity was won or lost", given.stage_id);
      }
      opportunity->last_time_us = given.time_us;
      opportunity->last_stage = fact.stage;
      opportunity->last_closes = kind != StageKind::kOpen;
    }
    facts.push_back(fact);
    lines.push_back(given.line);
  }
  return StoreFacts(facts, lines, report).status();
}

absl::Status Session::ApplyRows(const std::vector<ActivityRow>& rows, Report& report) {
  absl::Status loaded = LoadOpportunities(OpportunityIds(rows));
  if (!loaded.ok()) return loaded;
  std::vector<storage::ActivityFact> facts;
  std::vector<int64_t> lines;
  facts.reserve(rows.size());
  lines.reserve(rows.size());
  for (const ActivityRow& given : rows) {
    Report::Row row(report, given.line);
    const OpportunityEntry* const opportunity =
        given.opportunity_id.empty() ? nullptr : opportunities_.Find(given.opportunity_id);
    const storage::ActivityFact fact = Resolve(given, directory_, opportunity, row);
    if (row.bad()) continue;
    // When writing, the store finds repetitions.
    if (options_.validate_only &&
        Repeats(activities_, absl::HashOf(fact.id),
                ContentHash(fact.rep, fact.opportunity, fact.time_us, fact.type, fact.outcome,
                            fact.duration_seconds, fact.attributes),
                "activity_id", fact.id, row, report)) {
      continue;
    }
    facts.push_back(fact);
    lines.push_back(given.line);
  }
  return StoreFacts(facts, lines, report).status();
}

absl::Status Session::ApplyRows(const std::vector<QuotaRow>& rows, Report& report) {
  std::vector<storage::QuotaFact> facts;
  std::vector<int64_t> lines;
  for (const QuotaRow& given : rows) {
    Report::Row row(report, given.line);
    const storage::QuotaFact fact = Resolve(given, directory_, row);
    if (row.bad()) continue;
    if (options_.validate_only &&
        Repeats(quotas_,
                absl::HashOf(fact.owner_type, fact.owner, fact.period_start, fact.period_end,
                             fact.measure),
                ContentHash(fact.target, fact.attributes), "owner_id", given.owner_id, row,
                report)) {
      continue;
    }
    facts.push_back(fact);
    lines.push_back(given.line);
  }
  return StoreFacts(facts, lines, report).status();
}

}  // namespace quotacast::importing
