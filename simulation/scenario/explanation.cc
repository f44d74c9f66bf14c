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
            const Question& question_before, const Question& question_after,
            const ForecastOptions& options)
      : after_(after),
        question_(question_before),
        question_after_(question_after),
        options_(options),
        state_(before),
        later_(DealsOf(after)) {
    const std::vector<int32_t> reps = RepsOf(before, question_before);
    reps_ = {reps.begin(), reps.end()};
    for (const Booking& booking : BookingsAsOf(history, after.as_of_us)) {
      booked_.insert(booking.opportunity);
    }
  }

  absl::StatusOr<Explanation> Explain() {
    absl::Status status = Answer(state_, explanation_.before);
    if (!status.ok()) return status;
    last_ = explanation_.before;
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
    question_.target = question_after_.target;
    if (!(status = Finish(ChangePart::kQuota)).ok()) return status;
    if (!(status = Answer(after_, explanation_.after)).ok()) return status;
    Part(ChangePart::kRates) =
        explanation_.after.attainment_probability - last_.attainment_probability;
    return std::move(explanation_);
  }

 private:
  absl::Status Answer(const FittedModel& model, Forecast& forecast) const {
    const auto answers = ForecastAttainment(model, {question_}, options_);
    if (!answers.ok()) return answers.status();
    forecast = answers->front();
    return absl::OkStatus();
  }

  double& Part(ChangePart part) { return explanation_.parts[static_cast<size_t>(part)]; }
  void CountDeal(ChangePart part, int32_t rep) {
    if (reps_.count(rep) > 0) ++explanation_.deals[static_cast<size_t>(part)];
  }

  absl::Status Finish(ChangePart part) {
    Forecast now;
    const absl::Status status = Answer(state_, now);
    if (!status.ok()) return status;
    Part(part) = now.attainment_probability - last_.attainment_probability;
    last_ = std::move(now);
    return absl::OkStatus();
  }

  void PassTime() {
    state_.as_of_us = after_.as_of_us;
    state_.as_of_day = after_.as_of_day;
    state_.first_day_fraction = after_.first_day_fraction;
  }

  // Those no longer open are won or lost; which, their bookings tell.
  void TakeBookings() {
    state_.bookings = after_.bookings;
    Drop([&](const OpenOpportunity& open) { return IsBooked(open); }, ChangePart::kWon);
  }
  void DropLost() {
    Drop([&](const OpenOpportunity& open) { return later_.count(open.opportunity) == 0; },
         ChangePart::kLost);
  }

  bool IsBooked(const OpenOpportunity& open) const {
    return booked_.count(open.opportunity) > 0 && later_.count(open.opportunity) == 0;
  }

  template <typename Gone>
  void Drop(const Gone& gone, ChangePart part) {
    std::vector<OpenOpportunity> left;
    for (const OpenOpportunity& open : state_.open) {
      if (gone(open)) {
        CountDeal(part, open.rep);
      } else {
        left.push_back(open);
      }
    }
    state_.open = std::move(left);
  }

  void MoveStages() {
    for (OpenOpportunity& open : state_.open) {
      const OpenOpportunity& later = later_.at(open.opportunity);
      if (open.cell == later.cell && open.entry_day == later.entry_day) continue;
      CountDeal(ChangePart::kStageMoves, open.rep);
      open.cell = later.cell;
      open.entry_day = later.entry_day;
    }
  }

  void ChangeDeals() {
    for (OpenOpportunity& open : state_.open) {
      const OpenOpportunity& later = later_.at(open.opportunity);
      if (open.amount_micros != later.amount_micros || open.rep != later.rep) {
        CountDeal(ChangePart::kDealChanges, open.rep);
      }
      open = later;
    }
  }

  void AddDeals() {
    std::set<int32_t> known;
    for (const OpenOpportunity& open : state_.open) known.insert(open.opportunity);
    for (const OpenOpportunity& open : after_.open) {
      if (known.count(open.opportunity) == 0) CountDeal(ChangePart::kNewDeals, open.rep);
    }
    state_.open = after_.open;
  }

  const FittedModel& after_;
  Question question_;
  const Question& question_after_;
  const ForecastOptions& options_;
  FittedModel state_;
  Forecast last_;
  const DealsByIndex later_;
  std::set<int32_t> reps_, booked_;
  Explanation explanation_;
};

}  // namespace

absl::StatusOr<Explanation> ExplainChange(const History& history, const FittedModel& before,
                                          const FittedModel& after, const Question& question_before,
                                          const Question& question_after,
                                          const ForecastOptions& options) {
  if (before.as_of_us > after.as_of_us || before.reps.size() != after.reps.size() ||
      before.cells.size() != after.cells.size()) {
    return absl::InvalidArgumentError(
        "the models must be of one history, the first of the earlier instant");
  }
  if (question_before.owner != question_after.owner ||
      question_before.owner_type != question_after.owner_type ||
      question_before.measure != question_after.measure ||
      question_before.period_start != question_after.period_start ||
      question_before.period_end != question_after.period_end) {
    return absl::InvalidArgumentError("the questions must be the same but for their targets");
  }
  return Explainer(history, before, after, question_before, question_after, options).Explain();
}

}  // namespace quotacast::simulation
