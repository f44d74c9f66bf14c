#ifndef QUOTACAST_SERVER_STORAGE_RECORDS_H_
#define QUOTACAST_SERVER_STORAGE_RECORDS_H_

// What the store keeps. Records are what a reader of the API sees, with the company's own ids;
// facts are what is appended in bulk, with the store's keys in place of ids.
//
// Instants are int64 microseconds since the Unix epoch; days are counted from 1970-01-01 in the
// organization's time zone; money is in micro units of the organization's currency. Ids are UTF-8,
// 1 to limits::kIdMaxBytes bytes. The store trusts its callers to have checked lengths and ranges
// (limits.h); it checks what only it can know: that what is referred to exists, and uniqueness.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "simulation/correction_mode.h"
#include "simulation/history.h"

namespace quotacast::storage {

using simulation::ActivityOutcome;
using simulation::ActivityType;
using simulation::CorrectionMode;
using simulation::Day;
using simulation::kUnchanged;
using simulation::Measure;
using simulation::OwnerType;
using simulation::StageKind;

// A row's number, unique in the store and never used again. Valid keys are > 0.
using Key = int64_t;
inline constexpr Key kNoKey = 0;

inline constexpr Day kNoDay = INT32_MIN;
inline constexpr int32_t kNoDuration = -1;

// Extra columns of a row.
using Attributes = std::map<std::string, std::string>;

// When the store learnt of a record and last changed it. Every write to an organization takes the
// next of its revisions (1, 2, 3, ...), so `revision` serves as the record's etag.
struct Recorded {
  int64_t create_time_us = 0;
  int64_t update_time_us = 0;
  int64_t revision = 0;
};

struct Organization {
  Key key = kNoKey;
  std::string id;
  std::string name;
  std::string currency;   // ISO 4217, such as EUR.
  std::string time_zone;  // IANA, such as Europe/Amsterdam.
  int fiscal_year_start_month = 1;
  CorrectionMode correction_mode = CorrectionMode::kOff;  // Of questions that do not say.
  Recorded recorded;
};

struct Team {
  Key key = kNoKey;
  std::string id;
  std::string name;
  std::string parent;  // Id of a team, or empty: a root.
  Attributes attributes;
  Recorded recorded;
};

struct Rep {
  Key key = kNoKey;
  std::string id;
  std::string name;
  std::string team;        // Id, or empty: in no team.
  Day start_day = kNoDay;  // First day of work.
  Day end_day = kNoDay;    // First day no longer at work.
  Attributes attributes;
  Recorded recorded;
};

struct Stage {
  std::string id;
  std::string name;
  StageKind kind = StageKind::kOpen;
  Attributes attributes;
  // Set by the store: the stage's number in its pipeline, which facts refer to. It stays the same
  // when stages are put in another order.
  int16_t number = 0;
};

struct Pipeline {
  Key key = kNoKey;
  std::string id;
  std::vector<Stage> stages;  // In the order in which an opportunity is expected to pass them.
  Attributes attributes;
  Recorded recorded;
};

// A quota is known by everything but its target.
struct Quota {
  Key key = kNoKey;
  OwnerType owner_type = OwnerType::kRep;
  std::string owner;  // Id of the rep or team.
  Day period_start = 0;
  Day period_end = 0;  // Exclusive.
  Measure measure = Measure::kAmount;
  int64_t target = 0;  // Micro units of money, or pieces.
  Attributes attributes;
  Recorded recorded;
};

enum class OpportunityState : uint8_t { kOpen, kWon, kLost };

// An opportunity as it stands after every transition known (or known as of an instant).
struct Opportunity {
  Key key = kNoKey;
  std::string id;
  std::string pipeline;
  std::string rep;  // The owner.
  std::string name;
  int64_t amount_micros = 0;
  int64_t units = 1;
  int64_t create_time_us = 0;  // When it was created in the business.
  Day expected_close_day = kNoDay;
  std::string stage;                // Empty: no transition yet.
  int64_t stage_entry_time_us = 0;  // Of the first of the latest unbroken run in `stage`.
  OpportunityState state = OpportunityState::kOpen;
  int64_t close_time_us = 0;  // Where state is not kOpen.
  Attributes attributes;
  Recorded recorded;
};

// Entry into a stage, or (naming the stage the opportunity is in) a change of owner or amount.
struct StageTransition {
  std::string opportunity;
  int64_t time_us = 0;
  std::string stage;
  std::string rep;                     // Empty: unchanged.
  int64_t amount_micros = kUnchanged;  // kUnchanged, or >= 0.
  Attributes attributes;
  Recorded recorded;  // `revision` names the transition.
};

struct Activity {
  Key key = kNoKey;
  std::string id;
  std::string rep;
  std::string opportunity;  // Empty: of none.
  int64_t time_us = 0;
  ActivityType type = ActivityType::kOther;
  ActivityOutcome outcome = ActivityOutcome::kUnknown;
  int32_t duration_seconds = kNoDuration;
  Attributes attributes;
  Recorded recorded;
};

// What somebody did about a signal.
enum class ReviewState : uint8_t { kAcknowledged = 1, kSnoozed = 2, kReopened = 3 };
inline constexpr int64_t kNotHidden = INT64_MIN;
struct SignalReview {
  std::string signal;  // Its id, the same whenever the signal comes up.
  ReviewState state = ReviewState::kAcknowledged;
  std::string reviewer;  // Who, as they said.
  std::string note;
  int64_t review_time_us = 0;            // Set by the store.
  int64_t hidden_until_us = kNotHidden;  // Not listed before this instant.
};

// Facts. Views need to last only as long as the call that takes or hands out the fact.
// `attributes` is EncodeAttributes of the row's extra columns; empty where there are none.

struct OpportunityFact {
  absl::string_view id;
  Key pipeline = kNoKey;
  Key rep = kNoKey;
  absl::string_view name;
  int64_t amount_micros = 0;
  int64_t units = 1;
  int64_t create_time_us = 0;
  Day expected_close_day = kNoDay;
  absl::string_view attributes;
};

// The natural key of a stage event is (opportunity, time, stage, ordinal); `ordinal` counts from 0
// the entries of one opportunity into one stage at one instant.
struct StageEventFact {
  Key opportunity = kNoKey;
  int64_t time_us = 0;
  Key rep = kNoKey;                    // New owner, or kNoKey: unchanged.
  int64_t amount_micros = kUnchanged;  // New amount, or kUnchanged.
  int16_t stage = 0;                   // Stage::number in the opportunity's pipeline.
  int16_t ordinal = 0;
  absl::string_view attributes;
};

struct ActivityFact {
  absl::string_view id;
  Key rep = kNoKey;
  Key opportunity = kNoKey;
  int64_t time_us = 0;
  int32_t duration_seconds = kNoDuration;
  ActivityType type = ActivityType::kOther;
  ActivityOutcome outcome = ActivityOutcome::kUnknown;
  absl::string_view attributes;
};

struct QuotaFact {
  OwnerType owner_type = OwnerType::kRep;
  Key owner = kNoKey;
  Day period_start = 0;
  Day period_end = 0;
  Measure measure = Measure::kAmount;
  int64_t target = 0;
  absl::string_view attributes;
};

// A JSON object with the keys in order, or "" for no attributes.
std::string EncodeAttributes(const Attributes& attributes);
Attributes DecodeAttributes(absl::string_view encoded);

}  // namespace quotacast::storage

#endif  // QUOTACAST_SERVER_STORAGE_RECORDS_H_
