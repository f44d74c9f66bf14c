#include "simulation/scenario/prospecting_counts.h"

#include <algorithm>

namespace quotacast::simulation {
namespace {

// The entry of a day in a list by day, made where there is none. Most are the last.
template <typename Entry>
Entry& At(std::vector<Entry>& entries, Day day) {
  if (entries.empty() || entries.back().day < day) {
    entries.emplace_back().day = day;
    return entries.back();
  }
  if (entries.back().day == day) return entries.back();
  const auto found =
      std::lower_bound(entries.begin(), entries.end(), day,
                       [](const Entry& entry, Day wanted) { return entry.day < wanted; });
  if (found->day == day) return *found;
  Entry added;
  added.day = day;
  return *entries.insert(found, added);
}

const Activity* FirstFrom(const History& history, int64_t time_us) {
  const auto found = std::lower_bound(
      history.activities.begin(), history.activities.end(), time_us,
      [](const Activity& activity, int64_t wanted) { return activity.time_us < wanted; });
  return history.activities.data() + (found - history.activities.begin());
}

}  // namespace

ProspectingCounts::ProspectingCounts(const History& history, int64_t as_of_us)
    : as_of_us_(as_of_us), reader_(history.time_zone), created_(history.reps.size()) {
  for (auto& of_kind : days_) of_kind.resize(history.reps.size());
  leads_.reserve(history.opportunities.size());
  Grow(history, 0, history.activities);
  for (auto& of_kind : days_) {
    for (auto& of_rep : of_kind) of_rep.shrink_to_fit();
  }
}

void ProspectingCounts::Grow(const History& history, size_t first_new,
                             absl::Span<const Activity> activities) {
  for (size_t i = first_new; i < history.opportunities.size(); ++i) AddOpportunity(history, i);
  for (const Activity& activity : activities) {
    if (activity.time_us >= as_of_us_) break;
    Count(activity);
  }
}

bool ProspectingCounts::AdvanceTo(const History& history, int64_t as_of_us) {
  if (as_of_us < as_of_us_) return false;
  const Activity* const begin = FirstFrom(history, as_of_us_);
  const Activity* const end = FirstFrom(history, as_of_us);
  as_of_us_ = as_of_us;
  while (!to_come_.empty() && to_come_.begin()->first < as_of_us) {
    CountCreation(history, to_come_.begin()->second);
    to_come_.erase(to_come_.begin());
  }
  for (const Activity* activity = begin; activity != end; ++activity) Count(*activity);
  return true;
}

void ProspectingCounts::AddOpportunity(const History& history, size_t opportunity) {
  const int64_t created_us = history.opportunities[opportunity].create_time_us;
  leads_.emplace_back().created_us = created_us;
  if (created_us < as_of_us_) {
    CountCreation(history, opportunity);
  } else {
    to_come_.emplace(created_us, opportunity);
  }
}

void ProspectingCounts::CountCreation(const History& history, size_t opportunity) {
  const Lead& lead = leads_[opportunity];
  const int32_t rep = history.opportunities[opportunity].rep;
  if (rep != kNone) ++At(created_[rep], reader_.Of(lead.created_us)).count;
  Credit(lead, 1);
}

void ProspectingCounts::Count(const Activity& activity) {
  ++made_[static_cast<size_t>(activity.type)];
  if (activity.rep == kNone) return;
  Lead* const lead = activity.opportunity == kNone ? nullptr : &leads_[activity.opportunity];
  if (lead != nullptr && activity.time_us > lead->created_us) return;
  ProspectingDay& day = EntryOf(activity.type, activity.rep, activity.time_us);
  ++day.made;
  if (activity.outcome != ActivityOutcome::kUnknown) ++day.answered;
  if (activity.outcome == ActivityOutcome::kConnected) ++day.connected;
  if (lead == nullptr || activity.time_us >= lead->first_us) return;
  const bool created = lead->created_us < as_of_us_;
  if (created) Credit(*lead, -1);
  *lead = {lead->created_us, activity.time_us, activity.rep, activity.type};
  if (created) Credit(*lead, 1);
}

void ProspectingCounts::Credit(const Lead& lead, int32_t change) {
  if (lead.rep != kNone) EntryOf(lead.type, lead.rep, lead.first_us).credited += change;
}

ProspectingDay& ProspectingCounts::EntryOf(ActivityType type, int32_t rep, int64_t time_us) {
  return At(days_[static_cast<size_t>(type)][rep], reader_.Of(time_us));
}

}  // namespace quotacast::simulation
