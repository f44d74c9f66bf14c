#include "server/history_facts.h"

#include <utility>

#include "absl/strings/match.h"

namespace quotacast {
namespace {

using simulation::kNone;
using storage::Key;

// The reason in a row's attributes; empty where there is none.
std::string ReasonIn(absl::string_view attributes) {
  // Most rows have no such attribute: they need not be decoded.
  if (!absl::StrContains(attributes, "reason\"")) return {};
  storage::Attributes decoded = storage::DecodeAttributes(attributes);
  for (const char* const key : {"loss_reason", "reason"}) {
    const auto found = decoded.find(key);
    if (found != decoded.end() && !found->second.empty()) return std::move(found->second);
  }
  return {};
}

// Room for all facts that a range can have: what is not used of it is never touched.
size_t RoomFor(storage::RevisionRange revisions) {
  return revisions.until == INT64_MAX ? 0 : static_cast<size_t>(revisions.until - revisions.after);
}

}  // namespace

int32_t Find(const absl::flat_hash_map<Key, int32_t>& indices, Key key) {
  const auto found = indices.find(key);
  return found == indices.end() ? kNone : found->second;
}

absl::StatusOr<OpportunityFacts> FactReader::Opportunities(storage::ReadTransaction& reading,
                                                           storage::RevisionRange revisions) const {
  OpportunityFacts read;
  const size_t room = RoomFor(revisions);
  read.keys.reserve(room);
  read.opportunities.reserve(room);
  read.names.reserve(room);
  const absl::Status status = reading.ScanOpportunities(
      organization_, revisions, [&](Key key, const storage::OpportunityFact& fact) {
        const int32_t pipeline = Find(staff_->pipelines, fact.pipeline);
        if (pipeline == kNone) return;
        read.keys.push_back(key);
        simulation::Opportunity& to = read.opportunities.emplace_back();
        to.id = std::string(fact.id);
        to.pipeline = pipeline;
        to.rep = Find(staff_->reps, fact.rep);
        to.amount_micros = fact.amount_micros;
        to.units = fact.units;
        to.create_time_us = fact.create_time_us;
        to.expected_close_day = fact.expected_close_day;
        read.names.emplace_back(fact.name);
        std::string reason = ReasonIn(fact.attributes);
        if (reason.empty()) return;
        const auto index = static_cast<int32_t>(read.opportunities.size()) - 1;
        read.reasons.push_back({index, INT64_MIN, std::move(reason)});
      });
  if (!status.ok()) return status;
  return read;
}

absl::StatusOr<EventFacts> FactReader::Events(
    storage::ReadTransaction& reading, storage::RevisionRange revisions, const KeyIndex& numbers,
    const simulation::LargeArray<simulation::Opportunity>& known) const {
  EventFacts read;
  read.events.reserve(RoomFor(revisions));
  read.activities.reserve(RoomFor(revisions));
  absl::Status status =
      reading.ScanStageEvents(organization_, revisions, [&](const storage::StageEventFact& fact) {
        const int32_t opportunity = numbers.Find(fact.opportunity);
        if (opportunity == kNone) return;
        const std::vector<int16_t>& stages = staff_->stages[known[opportunity].pipeline];
        if (fact.stage < 0 || fact.stage >= static_cast<int>(stages.size())) return;
        if (stages[fact.stage] == kNone) return;
        simulation::StageEvent& to = read.events.emplace_back();
        to.time_us = fact.time_us;
        to.opportunity = opportunity;
        to.stage = stages[fact.stage];
        to.rep = fact.rep == storage::kNoKey ? kNone : Find(staff_->reps, fact.rep);
        to.amount_micros = fact.amount_micros;
        std::string reason = ReasonIn(fact.attributes);
        if (reason.empty()) return;
        read.reasons.push_back({opportunity, fact.time_us, std::move(reason)});
      });
  if (!status.ok()) return status;
  status = reading.ScanActivities(organization_, revisions, [&](const storage::ActivityFact& fact) {
    simulation::Activity& to = read.activities.emplace_back();
    to.time_us = fact.time_us;
    to.rep = Find(staff_->reps, fact.rep);
    to.opportunity = numbers.Find(fact.opportunity);
    to.duration_seconds = fact.duration_seconds < 0 ? kNone : fact.duration_seconds;
    to.type = fact.type;
    to.outcome = fact.outcome;
  });
  if (!status.ok()) return status;
  return read;
}

}  // namespace quotacast
