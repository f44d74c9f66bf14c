#include "server/handlers/forecast_selection.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "server/convert/names.h"
#include "server/convert/scalars.h"

namespace quotacast::handlers {
namespace {

using simulation::Day;
using simulation::History;
using simulation::Measure;
using simulation::OwnerType;
using simulation::Period;

constexpr size_t kPeriodsNamedMax = 12;

template <typename Owner>
absl::flat_hash_map<absl::string_view, int32_t> IndexById(const std::vector<Owner>& owners) {
  absl::flat_hash_map<absl::string_view, int32_t> index;
  for (size_t i = 0; i < owners.size(); ++i) index[owners[i].id] = static_cast<int32_t>(i);
  return index;
}

std::string FormatPeriod(Period period) {
  return absl::StrCat(convert::FormatDay(period.start), "..", convert::FormatDay(period.end));
}

std::string FormatInstant(int64_t time_us, absl::TimeZone zone) {
  return absl::FormatTime(absl::RFC3339_full, absl::FromUnixMicros(time_us), zone);
}

class Selector {
 public:
  Selector(const std::string& organization, const History& history, const Selection& selection)
      : organization_(organization),
        history_(history),
        selection_(selection),
        reps_(IndexById(history.reps)),
        teams_(IndexById(history.teams)),
        as_of_day_(simulation::DayOf(selection.as_of_us, history.time_zone)) {}

  absl::StatusOr<Questions> Run(const std::vector<simulation::Quota>& quotas);

 private:
  // What a quota is about, beside its owner.
  using Subject = std::tuple<Day, Day, Measure>;

  absl::Status CheckAsOf() const;
  absl::Status SelectReps();
  bool InTeam(int32_t rep, int32_t team) const;
  bool Wanted(const simulation::Quota& quota) const;
  void SortQuotas(const std::vector<simulation::Quota>& quotas);
  absl::Status NoQuota(const std::vector<simulation::Quota>& quotas) const;
  void AddReps(Questions& questions) const;
  void AddTeams(Questions& questions) const;
  void AddEveryone(Questions& questions) const;
  AskedQuestion Ask(OwnerType owner_type, int32_t owner, const Subject& subject,
                    int64_t target) const;
  // The reps among `members` with a quota on the subject, as one question.
  std::optional<AskedQuestion> AskTogether(const std::vector<int32_t>& members,
                                           const Subject& subject) const;

  const std::string& organization_;
  const History& history_;
  const Selection& selection_;
  const absl::flat_hash_map<absl::string_view, int32_t> reps_;
  const absl::flat_hash_map<absl::string_view, int32_t> teams_;
  const Day as_of_day_;
  std::vector<bool> selected_;                                  // By rep.
  std::map<Subject, std::map<int32_t, int64_t>> rep_targets_;   // Then by rep.
  std::map<Subject, std::map<int32_t, int64_t>> team_targets_;  // Then by team.
};

absl::Status Selector::CheckAsOf() const {
  const std::string subject = convert::OrganizationName(organization_);
  const auto first = std::min_element(
      history_.opportunities.begin(), history_.opportunities.end(),
      [](const auto& a, const auto& b) { return a.create_time_us < b.create_time_us; });
  if (first == history_.opportunities.end()) {
    return errors::Precondition("NO_HISTORY", subject,
                                "the organization has no opportunities to learn from");
  }
  if (first->create_time_us >= selection_.as_of_us) {
    return errors::Precondition(
        "NO_HISTORY", subject,
        absl::StrCat("as_of ", FormatInstant(selection_.as_of_us, history_.time_zone),
                     " must be later than the first opportunity, which came up at ",
                     FormatInstant(first->create_time_us, history_.time_zone)));
  }
  if (selection_.period && as_of_day_ >= selection_.period->end) {
    return errors::Precondition(
        "PERIOD_OVER", subject,
        absl::StrCat("period ", FormatPeriod(*selection_.period), " is over at as_of ",
                     FormatInstant(selection_.as_of_us, history_.time_zone),
                     "; as_of must lie before the end of the period"));
  }
  return absl::OkStatus();
}

bool Selector::InTeam(int32_t rep, int32_t team) const {
  int32_t above = history_.reps[rep].team;
  while (above != simulation::kNone && above != team) above = history_.teams[above].parent;
  return above == team;
}

absl::Status Selector::SelectReps() {
  const bool all = selection_.reps.empty() && selection_.teams.empty();
  selected_.assign(history_.reps.size(), all);
  for (const std::string& id : selection_.reps) {
    const auto found = reps_.find(id);
    if (found == reps_.end()) {
      return errors::NotFound("quotacast/Rep", convert::FormatChildName(organization_, "reps", id));
    }
    selected_[found->second] = true;
  }
  for (const std::string& id : selection_.teams) {
    const auto found = teams_.find(id);
    if (found == teams_.end()) {
      return errors::NotFound("quotacast/Team",
                              convert::FormatChildName(organization_, "teams", id));
    }
    for (size_t rep = 0; rep < history_.reps.size(); ++rep) {
      if (InTeam(static_cast<int32_t>(rep), found->second)) selected_[rep] = true;
    }
  }
  return absl::OkStatus();
}

bool Selector::Wanted(const simulation::Quota& quota) const {
  if (selection_.measure && *selection_.measure != quota.measure) return false;
  if (selection_.period) {
    return quota.period_start == selection_.period->start &&
           quota.period_end == selection_.period->end;
  }
  return quota.period_start <= as_of_day_ && as_of_day_ < quota.period_end;
}

void Selector::SortQuotas(const std::vector<simulation::Quota>& quotas) {
  for (const simulation::Quota& quota : quotas) {
    if (!Wanted(quota)) continue;
    const Subject subject(quota.period_start, quota.period_end, quota.measure);
    if (quota.owner_type == OwnerType::kTeam) {
      team_targets_[subject][quota.owner] = quota.target;
    } else if (selected_[quota.owner]) {
      rep_targets_[subject][quota.owner] = quota.target;
    }
  }
}

absl::Status Selector::NoQuota(const std::vector<simulation::Quota>& quotas) const {
  std::set<std::pair<Day, Day>> periods;
  for (const simulation::Quota& quota : quotas) {
    if (!selection_.measure || *selection_.measure == quota.measure) {
      periods.insert({quota.period_start, quota.period_end});
    }
  }
  const Day wanted = selection_.period ? selection_.period->start : as_of_day_;
  std::vector<Period> nearest;
  for (const auto& [start, end] : periods) nearest.push_back({start, end});
  std::stable_sort(nearest.begin(), nearest.end(), [wanted](const Period& a, const Period& b) {
    return std::abs(a.start - wanted) < std::abs(b.start - wanted);
  });
  const bool more = nearest.size() > kPeriodsNamedMax;
  if (more) nearest.resize(kPeriodsNamedMax);
  const std::string asked =
      selection_.period ? absl::StrCat("no selected rep or team has a quota for period ",
                                       FormatPeriod(*selection_.period))
                        : absl::StrCat("no selected rep or team has a quota whose period holds ",
                                       convert::FormatDay(as_of_day_));
  const std::string there_are =
      nearest.empty()
          ? "there are no quotas"
          : absl::StrCat("there are quotas for ", more ? "(the nearest) " : "",
                         absl::StrJoin(nearest, ", ", [](std::string* out, const Period& period) {
                           out->append(FormatPeriod(period));
                         }));
  return errors::Precondition("NO_QUOTA", convert::OrganizationName(organization_),
                              absl::StrCat(asked, "; ", there_are));
}

AskedQuestion Selector::Ask(OwnerType owner_type, int32_t owner, const Subject& subject,
                            int64_t target) const {
  AskedQuestion asked;
  asked.question.owner_type = owner_type;
  asked.question.owner = owner;
  std::tie(asked.question.period_start, asked.question.period_end, asked.question.measure) =
      subject;
  asked.question.target = target;
  return asked;
}

void Selector::AddReps(Questions& questions) const {
  std::vector<bool> has_quota(history_.reps.size(), false);
  for (const auto& [subject, targets] : rep_targets_) {
    for (const auto& [rep, target] : targets) {
      has_quota[rep] = true;
      questions.reps.push_back(Ask(OwnerType::kRep, rep, subject, target));
    }
  }
  std::stable_sort(questions.reps.begin(), questions.reps.end(),
                   [this](const AskedQuestion& a, const AskedQuestion& b) {
                     return history_.reps[a.question.owner].id < history_.reps[b.question.owner].id;
                   });
  for (const std::string& id : selection_.reps) {
    if (!has_quota[reps_.at(id)]) questions.reps_without_quota.push_back(id);
  }
}

std::optional<AskedQuestion> Selector::AskTogether(const std::vector<int32_t>& members,
                                                   const Subject& subject) const {
  const auto targets = rep_targets_.find(subject);
  if (targets == rep_targets_.end()) return std::nullopt;
  AskedQuestion asked = Ask(OwnerType::kRep, 0, subject, 0);
  for (const int32_t rep : members) {
    const auto target = targets->second.find(rep);
    if (target == targets->second.end()) continue;
    asked.question.reps.push_back(rep);
    asked.question.target += target->second;
  }
  if (asked.question.reps.empty()) return std::nullopt;
  asked.question.owner = asked.question.reps[0];
  asked.target_is_sum = true;
  asked.rep_count = static_cast<int32_t>(asked.question.reps.size());
  return asked;
}

void Selector::AddTeams(Questions& questions) const {
  std::set<Subject> subjects;
  for (const auto& entry : rep_targets_) subjects.insert(entry.first);
  for (const auto& entry : team_targets_) subjects.insert(entry.first);
  const std::map<absl::string_view, int32_t> by_id(teams_.begin(), teams_.end());
  for (const auto& [id, team] : by_id) {
    std::vector<int32_t> members;
    bool whole = true;
    for (size_t rep = 0; rep < history_.reps.size(); ++rep) {
      if (!InTeam(static_cast<int32_t>(rep), team)) continue;
      members.push_back(static_cast<int32_t>(rep));
      whole = whole && selected_[rep];
    }
    if (!whole || members.empty()) continue;
    for (const Subject& subject : subjects) {
      const auto targets = team_targets_.find(subject);
      const bool own = targets != team_targets_.end() && targets->second.contains(team);
      std::optional<AskedQuestion> asked;
      if (own) {
        asked = Ask(OwnerType::kTeam, team, subject, targets->second.at(team));
        asked->rep_count = static_cast<int32_t>(members.size());
      } else if ((asked = AskTogether(members, subject))) {
        asked->question.owner_type = OwnerType::kTeam;
        asked->question.owner = team;
      }
      if (asked) questions.totals.push_back(*std::move(asked));
    }
  }
}

void Selector::AddEveryone(Questions& questions) const {
  std::vector<int32_t> everyone;
  for (size_t rep = 0; rep < selected_.size(); ++rep) {
    if (selected_[rep]) everyone.push_back(static_cast<int32_t>(rep));
  }
  for (const auto& entry : rep_targets_) {
    std::optional<AskedQuestion> asked = AskTogether(everyone, entry.first);
    if (!asked || asked->rep_count < 2) continue;
    asked->everyone = true;
    questions.totals.push_back(*std::move(asked));
  }
}

absl::StatusOr<Questions> Selector::Run(const std::vector<simulation::Quota>& quotas) {
  absl::Status status = SelectReps();
  if (status.ok()) status = CheckAsOf();
  if (!status.ok()) return status;
  SortQuotas(quotas);
  Questions questions;
  AddReps(questions);
  AddTeams(questions);
  AddEveryone(questions);
  if (questions.reps.empty() && questions.totals.empty()) return NoQuota(quotas);
  return questions;
}

}  // namespace

std::vector<std::string> ParseIds(absl::string_view field, const std::string& organization,
                                  absl::string_view collection,
                                  const google::protobuf::RepeatedPtrField<std::string>& names,
                                  errors::FieldErrors& problems) {
  std::vector<std::string> ids;
  for (int i = 0; i < names.size(); ++i) {
    const std::string path = absl::StrCat(field, "[", i, "]");
    auto name = convert::ParseChildName(path, collection, names[i]);
    problems.Add(name.status());
    if (!name.ok()) continue;
    if (name->organization != organization) {
      problems.Add(path, absl::StrCat("must lie in parent; got ", convert::Quoted(names[i])));
    }
    ids.push_back(std::move(name->id));
  }
  return ids;
}

absl::StatusOr<Questions> SelectQuestions(const std::string& organization, const History& history,
                                          const std::vector<simulation::Quota>& quotas,
                                          const Selection& selection) {
  return Selector(organization, history, selection).Run(quotas);
}

}  // namespace quotacast::handlers
