#include "simulation/scenario/explanation.h"

#include <algorithm>
#include <map>
#include <set>

#include "simulation/bookings.h"
#include "simulation/questions.h"

namespace quotacast::simulation {
namespace {

using DealsByIndex = std::map<int32_t, OpenOpportunity>;

DealsByIndex DealsOf(const FittedModel& model) {
  DealsByIndex deals;
  for (const OpenOpportunity& open : model.open) deals[open.opportunity] = open;
  return deals;
}

class Explainer {
 public:
  Explainer(const History& history, const FittedModel& before, const FittedModel& after,
            absl::Span<const Question> questions_before, absl::Span<const Question> questions_after,
            const ForecastOptions& options)
      : history_(history),
        before_us_(before.as_of_us),
        after_(after),
        questions_(questions_before.begin(), questions_before.end()),
        questions_after_(questions_after),
        options_(options),
        state_(before),
        later_(DealsOf(after)),
        explanations_(questions_.size()),
        asking_(before.reps.size()) {
    for (size_t q = 0; q < questions_.size(); ++q) {
      for (const int32_t rep : RepsOf(before, questions_[q])) {
        asking_[rep].push_back(static_cast<int32_t>(q));
      }
    }
  }

  absl::StatusOr<std::vector<Explanation>> Explain() {
    absl::Status status = Answer(state_, last_);
    if (!status.ok()) return status;
    for (size_t q = 0; q < last_.size(); ++q) explanations_[q].before = last_[q];
    PassTime();
    if (!(status = Finish(ChangePart::kTimePassed)).ok()) return status;
    TakeBookings();
    if (!(status = Finish(ChangePart::kWon)).ok()) return status;
    DropLost();
    if (!(status = Finish(ChangePart::kLost)).ok()) return status;
    MoveStages();
    if (!(status = Finish(ChangePart::kStageMoves)).ok()) return status;
    ChangeDeals();
    if (!(status = Finish(ChangePart::kDealChanges)).ok()) return status;
    AddDeals();
    if (!(status = Finish(ChangePart::kNewDeals)).ok()) return status;
    for (size_t q = 0; q < questions_.size(); ++q) {
      questions_[q].target = questions_after_[q].target;
    }
    if (!(status = Finish(ChangePart::kQuota)).ok()) return status;
    state_ = after_;
    if (!(status = Finish(ChangePart::kRates)).ok()) return status;
    for (size_t q = 0; q < last_.size(); ++q) explanations_[q].after = last_[q];
    SortDeals();
    return std::move(explanations_);
  }

 private:
  absl::Status Answer(const FittedModel& model, std::vector<Forecast>& forecasts) const {
    auto answers = ForecastAttainment(model, questions_, options_);
    if (!answers.ok()) return answers.status();
    forecasts = *std::move(answers);
    return absl::OkStatus();
  }

  absl::Status Finish(ChangePart part) {
    std::vector<Forecast> now;
    const absl::Status status = Answer(state_, now);
    if (!status.ok()) return status;
    for (size_t q = 0; q < now.size(); ++q) {
      explanations_[q].parts[static_cast<size_t>(part)] =
          now[q].attainment_probability - last_[q].attainment_probability;
    }
    last_ = std::move(now);
    return absl::OkStatus();
  }

  // A deal of a rep is one of every question about the rep.
  void AddDeal(ChangePart part, int32_t rep, int32_t opportunity) {
    if (rep == kNone) return;
    for (const int32_t q : asking_[rep]) {
      explanations_[q].deals[static_cast<size_t>(part)].push_back(opportunity);
    }
  }

  void SortDeals() {
    for (Explanation& explanation : explanations_) {
      for (std::vector<int32_t>& deals : explanation.deals) {
        std::sort(deals.begin(), deals.end());
        deals.erase(std::unique(deals.begin(), deals.end()), deals.end());
      }
    }
  }

  void PassTime() {
    state_.as_of_us = after_.as_of_us;
    state_.as_of_day = after_.as_of_day;
    state_.first_day_fraction = after_.first_day_fraction;
  }

  // Those no longer open are won or lost; which, their bookings tell.
  void TakeBookings() {
    state_.bookings = after_.bookings;
    std::set<int32_t> booked;
    for (const Booking& booking : BookingsAsOf(history_, after_.as_of_us)) {
      if (booking.time_us < before_us_) continue;
      booked.insert(booking.opportunity);
      AddDeal(ChangePart::kWon, booking.rep, booking.opportunity);
    }
    KeepOpen([&](const OpenOpportunity& open) {
      return booked.count(open.opportunity) == 0 || later_.count(open.opportunity) > 0;
    });
  }

  void DropLost() {
    KeepOpen([&](const OpenOpportunity& open) {
      if (later_.count(open.opportunity) > 0) return true;
      AddDeal(ChangePart::kLost, open.rep, open.opportunity);
      return false;
    });
  }

  template <typename IsKept>
  void KeepOpen(const IsKept& is_kept) {
    std::vector<OpenOpportunity> kept;
    for (const OpenOpportunity& open : state_.open) {
      if (is_kept(open)) kept.push_back(open);
    }
    state_.open = std::move(kept);
  }

  void MoveStages() {
    for (OpenOpportunity& open : state_.open) {
      const OpenOpportunity& later = later_.at(open.opportunity);
      if (open.cell == later.cell && open.entry_day == later.entry_day) continue;
      AddDeal(ChangePart::kStageMoves, open.rep, open.opportunity);
      open.cell = later.cell;
      open.entry_day = later.entry_day;
    }
  }

  void ChangeDeals() {
    for (OpenOpportunity& open : state_.open) {
      const OpenOpportunity& later = later_.at(open.opportunity);
      if (open.amount_micros != later.amount_micros || open.rep != later.rep) {
        AddDeal(ChangePart::kDealChanges, open.rep, open.opportunity);
        AddDeal(ChangePart::kDealChanges, later.rep, open.opportunity);
      }
      open = later;
    }
  }

  void AddDeals() {
    std::set<int32_t> known;
    for (const OpenOpportunity& open : state_.open) known.insert(open.opportunity);
    for (const OpenOpportunity& open : after_.open) {
      if (known.count(open.opportunity) == 0) {
        AddDeal(ChangePart::kNewDeals, open.rep, open.opportunity);
      }
    }
    state_.open = after_.open;
  }

  const History& history_;
  const int64_t before_us_;
  const FittedModel& after_;
  std::vector<Question> questions_;
  absl::Span<const Question> questions_after_;
  const ForecastOptions& options_;
  FittedModel state_;
  std::vector<Forecast> last_;
  const DealsByIndex later_;
  std::vector<Explanation> explanations_;
  std::vector<std::vector<int32_t>> asking_;  // By rep: the questions about them.
};

bool AreSameButForTargets(const Question& a, const Question& b) {
  return a.owner == b.owner && a.owner_type == b.owner_type && a.measure == b.measure &&
         a.period_start == b.period_start && a.period_end == b.period_end && a.reps == b.reps;
}

}  // namespace

absl::StatusOr<std::vector<Explanation>> ExplainChange(const History& history,
                                                       const FittedModel& before,
                                                       const FittedModel& after,
                                                       absl::Span<const Question> questions_before,
                                                       absl::Span<const Question> questions_after,
                                                       const ForecastOptions& options) {
  if (before.as_of_us > after.as_of_us || before.reps.size() != after.reps.size() ||
      before.cells.size() != after.cells.size()) {
    return absl::InvalidArgumentError(
        "the models must be of one history, the first of the earlier instant");
  }
  if (!std::equal(questions_before.begin(), questions_before.end(), questions_after.begin(),
                  questions_after.end(), AreSameButForTargets)) {
    return absl::InvalidArgumentError("the questions must be the same but for their targets");
  }
  return Explainer(history, before, after, questions_before, questions_after, options).Explain();
}

}  // namespace quotacast::simulation
