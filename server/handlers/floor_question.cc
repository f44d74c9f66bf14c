#include "server/handlers/floor_question.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/convert/names.h"
#include "server/convert/scalars.h"
#include "server/metrics/attainment.h"
#include "server/period.h"

namespace quotacast::handlers {
namespace {

// Collects the rows of a grouping that a request names.
class RowSelector {
 public:
  RowSelector(const std::string& organization, const simulation::History& history)
      : organization_(organization), history_(history), grouping_(history) {
    selected_.assign(grouping_.row_count(), false);
    for (size_t i = 0; i < history.reps.size(); ++i) {
      reps_[history.reps[i].id] = static_cast<int32_t>(i);
    }
    for (size_t i = 0; i < history.teams.size(); ++i) {
      teams_[history.teams[i].id] = static_cast<int32_t>(i);
    }
  }

  void AddAll() { selected_.assign(selected_.size(), true); }

  absl::Status AddRep(const std::string& id) {
    const auto rep = reps_.find(id);
    if (rep == reps_.end()) {
      return errors::NotFound("quotacast/Rep", convert::FormatChildName(organization_, "reps", id));
    }
    selected_[rep->second] = true;
    for (const int32_t above : grouping_.Above(rep->second)) selected_[above] = true;
    return absl::OkStatus();
  }

  absl::Status AddTeam(const std::string& id) {
    const auto team = teams_.find(id);
    if (team == teams_.end()) {
      return errors::NotFound("quotacast/Team",
                              convert::FormatChildName(organization_, "teams", id));
    }
    for (size_t t = 0; t < history_.teams.size(); ++t) {
      if (IsBelow(static_cast<int32_t>(t), team->second)) {
        selected_[grouping_.TeamRow(static_cast<int32_t>(t))] = true;
      }
    }
    for (size_t rep = 0; rep < history_.reps.size(); ++rep) {
      if (IsBelow(history_.reps[rep].team, team->second)) selected_[rep] = true;
    }
    return absl::OkStatus();
  }

  std::vector<int32_t> Rows() const {
    std::vector<int32_t> rows = {grouping_.organization_row()};
    for (int32_t t = 0; t < grouping_.team_count(); ++t) {
      if (selected_[grouping_.TeamRow(t)]) rows.push_back(grouping_.TeamRow(t));
    }
    for (int32_t rep = 0; rep < grouping_.rep_count(); ++rep) {
      if (selected_[rep]) rows.push_back(rep);
    }
    return rows;
  }

 private:
  bool IsBelow(int32_t team, int32_t top) const {
    while (team != simulation::kNone && team != top) team = history_.teams[team].parent;
    return team == top;
  }

  const std::string& organization_;
  const simulation::History& history_;
  metrics::Grouping grouping_;
  absl::flat_hash_map<std::string, int32_t> reps_, teams_;
  std::vector<bool> selected_;
};

// Ids of names that must lie in the organization.
absl::StatusOr<std::vector<std::string>> ReadIds(
    absl::string_view collection, const std::string& organization,
    const google::protobuf::RepeatedPtrField<std::string>& names) {
  std::vector<std::string> ids;
  for (int i = 0; i < names.size(); ++i) {
    const std::string field = absl::StrCat(collection, "[", i, "]");
    if (names[i].empty()) return errors::InvalidField(field, "must not be empty");
    auto id = convert::ParseReference(field, organization, collection, names[i]);
    if (!id.ok()) return id.status();
    ids.push_back(*std::move(id));
  }
  return ids;
}

absl::StatusOr<std::vector<int32_t>> ReadRows(const FloorFields& fields,
                                              const std::string& organization,
                                              const simulation::History& history) {
  const auto reps = ReadIds("reps", organization, fields.reps);
  if (!reps.ok()) return reps.status();
  const auto teams = ReadIds("teams", organization, fields.teams);
  if (!teams.ok()) return teams.status();
  RowSelector selector(organization, history);
  if (reps->empty() && teams->empty()) selector.AddAll();
  for (const std::string& id : *reps) {
    if (const absl::Status status = selector.AddRep(id); !status.ok()) return status;
  }
  for (const std::string& id : *teams) {
    if (const absl::Status status = selector.AddTeam(id); !status.ok()) return status;
  }
  return selector.Rows();
}

}  // namespace

std::shared_ptr<const metrics::ActivityIndex> ActivityIndexes::Of(
    const std::shared_ptr<const CompanyHistory>& company) {
  const storage::Key organization = company->organization.key;
  const auto is_same = [organization](const Entry& entry) {
    return entry.organization == organization;
  };
  std::shared_ptr<const metrics::ActivityIndex> earlier;
  {
    const MutexLock lock(mutex_);
    const auto found = std::find_if(entries_.begin(), entries_.end(), is_same);
    if (found != entries_.end()) {
      std::rotate(entries_.begin(), found, found + 1);
      earlier = entries_.front().index;
      if (entries_.front().revision == company->revision) return earlier;
    }
  }
  // Made outside the lock: others need not wait, and two that make the same one do no harm.
  auto index = std::make_shared<const metrics::ActivityIndex>(
      earlier != nullptr ? earlier->Extended(company->history)
                         : metrics::ActivityIndex(company->history));
  const MutexLock lock(mutex_);
  entries_.erase(std::remove_if(entries_.begin(), entries_.end(), is_same), entries_.end());
  entries_.insert(entries_.begin(), {organization, company->revision, index});
  if (entries_.size() > kCompaniesMax) entries_.pop_back();
  return index;
}

absl::Status FloorQuestion::CheckRunning() const {
  const simulation::Day as_of_day = simulation::DayOf(as_of_us, company->history.time_zone);
  if (period.end > as_of_day) return absl::OkStatus();
  return errors::Precondition(
      "PERIOD_OVER", convert::OrganizationName(organization()),
      absl::StrCat("the period from ", convert::FormatDay(period.start), " to before ",
                   convert::FormatDay(period.end), " is over by ", convert::FormatDay(as_of_day),
                   "; name one that ends later"));
}

std::vector<bool> FloorQuestion::SelectedReps() const {
  std::vector<bool> selected(company->history.reps.size(), false);
  for (const int32_t row : rows) {
    if (static_cast<size_t>(row) < selected.size()) selected[row] = true;
  }
  return selected;
}

std::vector<simulation::Question> FloorQuestion::QuotaQuestions(simulation::Measure measure) const {
  std::vector<simulation::Question> questions;
  if (period.end <= simulation::DayOf(as_of_us, company->history.time_zone)) return questions;
  const std::vector<bool> selected = SelectedReps();
  for (const simulation::Quota& quota : quotas) {
    if (quota.owner_type != simulation::OwnerType::kRep || !selected[quota.owner] ||
        quota.measure != measure || quota.period_start != period.start ||
        quota.period_end != period.end) {
      continue;
    }
    questions.push_back({simulation::OwnerType::kRep, quota.owner, measure, quota.period_start,
                         quota.period_end, quota.target});
  }
  return questions;
}

absl::StatusOr<FloorQuestion> ReadFloorQuestion(Engine& engine, Floor& floor,
                                                const FloorFields& fields, Needs needs) {
  const auto organization = convert::ParseOrganizationName("parent", fields.parent);
  if (!organization.ok()) return organization.status();
  FloorQuestion question;
  question.as_of_us = absl::ToUnixMicros(absl::Now());
  if (fields.as_of != nullptr) {
    const auto as_of = convert::FromTimestamp("as_of", *fields.as_of);
    if (!as_of.ok()) return as_of.status();
    question.as_of_us = *as_of;
  }
  auto company = engine.histories.Get(*organization);
  if (!company.ok()) {
    return errors::Describe(company.status(), "quotacast/Organization",
                            convert::OrganizationName(*organization));
  }
  question.company = *std::move(company);
  if (needs != Needs::kRecords && fields.as_of == nullptr) {
    question.as_of_us = floor.models.RecentInstant(*question.company, question.as_of_us,
                                                   needs == Needs::kModelAndActivities);
  }
  const simulation::History& history = question.company->history;
  auto rows = ReadRows(fields, *organization, history);
  if (!rows.ok()) return rows.status();
  question.rows = *std::move(rows);
  question.quotas = question.company->QuotasAsOf(question.as_of_us);
  if (fields.period.empty()) {
    question.period = metrics::CurrentPeriod(
        question.quotas, simulation::DayOf(question.as_of_us, history.time_zone));
  } else {
    const auto period = ParsePeriod("period", fields.period, history.fiscal_year_start_month);
    if (!period.ok()) return period.status();
    question.period = *period;
  }
  question.index = floor.indexes.Of(question.company);
  return question;
}

absl::StatusOr<simulation::Measure> ReadMeasure(v1::Measure measure) {
  if (!v1::Measure_IsValid(measure)) {
    return errors::InvalidField("measure",
                                absl::StrCat("must be AMOUNT, UNITS or nothing; got ", measure));
  }
  return measure == v1::UNITS ? simulation::Measure::kUnits : simulation::Measure::kAmount;
}

PageBounds BoundsOf(const std::string& after, int limit, size_t count) {
  PageBounds bounds;
  uint64_t first = 0;
  if (absl::SimpleAtoi(after, &first)) bounds.first = std::min<size_t>(first, count);
  bounds.last = std::min(count, bounds.first + static_cast<size_t>(limit));
  if (bounds.last < count) bounds.next_after = absl::StrCat(bounds.last);
  return bounds;
}

}  // namespace quotacast::handlers
