#include "simulation/scenario/plan.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "simulation/questions.h"
#include "simulation/scenario/least_level.h"
#include "simulation/scenario/scenario.h"

namespace quotacast::simulation {
namespace {

constexpr int kCurveSteps = 8;
constexpr double kFurthest = 2;  // Times the most observed.
constexpr int64_t kLeastReach = 10;

// Levels are counted in steps, so that they can be looked up.
class Planner {
 public:
  Planner(const PairedRun& run, const ActivityEffects& effects, size_t question,
          const PlanRequest& request)
      : run_(run),
        effects_(effects),
        question_(question),
        request_(request),
        reps_(RepsOf(run.model(), run.questions()[question])),
        steps_per_unit_(request.lever == Lever::kProspecting ? 1 : 10),
        creation_factors_(run.model().reps.size(), 1) {}

  absl::StatusOr<Plan> Make() {
    if (!(request_.target_probability > 0 && request_.target_probability < 1)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "target_probability must be above 0 and below 1; got ", request_.target_probability));
    }
    if (!IsRecorded()) {
      return absl::FailedPreconditionError(
          request_.lever == Lever::kProspecting
              ? "no activity of this type is recorded that is about no opportunity, or at or "
                "before "
                "its creation, so nothing can be planned with it"
              : "no activity of this type is recorded, so nothing can be planned with it");
    }
    const WeeklyRange range = Range();
    plan_.least_observed = range.least;
    plan_.most_observed = range.most;
    for (const int32_t rep : reps_) {
      plan_.current += CurrentOf(rep) / static_cast<double>(reps_.size());
    }
    if (const absl::Status status = RunBaseline(); !status.ok()) return status;
    const double furthest = kFurthest * std::max(range.most, plan_.current);
    reach_ =
        std::max(kLeastReach,
                 static_cast<int64_t>(std::ceil(furthest * static_cast<double>(steps_per_unit_))));
    if (const absl::Status status = FindRequired(); !status.ok()) return status;
    if (!request_.with_curve) return plan_;
    for (const absl::Status& status : {AddOneMore(), AddCurve()}) {
      if (!status.ok()) return status;
    }
    return plan_;
  }

 private:
  const ActivityOfKind& kind() const { return effects_.kinds[static_cast<size_t>(request_.type)]; }
  const FollowUpEffect& follow_up() const {
    return effects_.follow_ups[static_cast<size_t>(request_.type)];
  }

  bool IsRecorded() const {
    switch (request_.lever) {
      case Lever::kProspecting:
        return kind().method != EffectMethod::kNotRecorded;
      case Lever::kFollowUps:
        return follow_up().recorded;
      case Lever::kCreations:
        break;
    }
    return std::any_of(reps_.begin(), reps_.end(),
                       [&](int32_t rep) { return effects_.creations_weekly[rep] > 0; });
  }

  bool HasEffect() const {
    switch (request_.lever) {
      case Lever::kProspecting:
        return kind().found;
      case Lever::kFollowUps:
        return follow_up().advance.found || follow_up().lost.found;
      case Lever::kCreations:
        break;
    }
    return true;
  }

  WeeklyRange Range() const {
    switch (request_.lever) {
      case Lever::kProspecting:
        return kind().range;
      case Lever::kFollowUps:
        return follow_up().range;
      case Lever::kCreations:
        break;
    }
    return effects_.creations_range;
  }

  double CurrentOf(int32_t rep) const {
    switch (request_.lever) {
      case Lever::kProspecting:
        return kind().weekly[rep];
      case Lever::kFollowUps:
        return follow_up().weekly_per_deal[rep];
      case Lever::kCreations:
        break;
    }
    return effects_.creations_weekly[rep];
  }

  void SetLevel(int32_t rep, double weekly) {
    if (request_.lever == Lever::kFollowUps) {
      FittedModel& model = variant_.model;
      for (size_t c = 0; c < model.cells.size(); ++c) {
        for (size_t k = 0; k < model.cells[c].causes.size(); ++k) {
          model.cells[c].causes[k].reps[rep] = run_.model().cells[c].causes[k].reps[rep];
        }
      }
      SetFollowUps(follow_up(), rep, weekly, model);
    } else if (request_.lever == Lever::kProspecting) {
      creation_factors_[rep] = CreationFactor(effects_, request_.type, rep, weekly);
    } else if (effects_.creations_weekly[rep] > 0) {
      creation_factors_[rep] = weekly / effects_.creations_weekly[rep];
    }
  }

  absl::Status RunBaseline() {
    if (request_.lever == Lever::kFollowUps) {
      variant_.model = run_.model();
      baseline_ = run_.baseline()[question_];
    } else {
      creations_.emplace(run_, question_);
      absl::StatusOr<Outcome> outcome = Run();
      if (!outcome.ok()) return outcome.status();
      baseline_ = *std::move(outcome);
    }
    plan_.current_probability = baseline_.forecast.attainment_probability;
    return absl::OkStatus();
  }

  absl::StatusOr<Outcome> Run() const {
    if (request_.lever == Lever::kFollowUps) return run_.RunOne(variant_, question_);
    return creations_->Run(creation_factors_);
  }

  // The chance at a level that every rep has, in steps.
  absl::StatusOr<CurvePoint> At(int64_t steps) {
    const auto found = known_.find(steps);
    if (found != known_.end()) return found->second;
    CurvePoint point;
    point.weekly = static_cast<double>(steps) / static_cast<double>(steps_per_unit_);
    for (const int32_t rep : reps_) SetLevel(rep, point.weekly);
    const absl::StatusOr<Outcome> outcome = Run();
    if (!outcome.ok()) return outcome.status();
    point.probability = outcome->forecast.attainment_probability;
    point.standard_error = outcome->forecast.standard_error;
    point.extrapolated = point.weekly > plan_.most_observed || point.weekly < plan_.least_observed;
    known_[steps] = point;
    return point;
  }

  void Require(const CurvePoint& point, bool attainable) {
    plan_.required = point.weekly;
    plan_.probability = point.probability;
    plan_.standard_error = point.standard_error;
    plan_.extrapolated = point.extrapolated;
    plan_.attainable = attainable;
  }

  absl::Status FindRequired() {
    const absl::StatusOr<int64_t> least = FindLeastLevel(
        reach_, request_.target_probability,
        {plan_.current * static_cast<double>(steps_per_unit_), plan_.current_probability},
        [&](int64_t steps) -> absl::StatusOr<double> {
          const absl::StatusOr<CurvePoint> point = At(steps);
          if (!point.ok()) return point.status();
          return point->probability;
        });
    if (!least.ok()) return least.status();
    if (*least <= reach_) {
      Require(known_[*least], true);
      return absl::OkStatus();
    }
    const absl::StatusOr<CurvePoint> none = At(0);
    if (!none.ok()) return none.status();
    // The least level that does as well as the highest.
    const CurvePoint& most = known_[reach_];
    const bool helps = most.probability > none->probability + 2 * none->standard_error;
    Require(helps ? most : *none, false);
    plan_.reason = ReasonAgainst(most, helps);
    return absl::OkStatus();
  }

  std::string ReasonAgainst(const CurvePoint& most, bool helps) const {
    if (!HasEffect()) {
      return "the records show no effect above its error, so no level of it changes the chance";
    }
    if (!helps && request_.lever != Lever::kFollowUps) {
      return "new opportunities take longer to be won than the period lasts, so no level of it "
             "changes the chance";
    }
    return absl::StrFormat(
        "at %g a week, %s, the chance is %.1f %%", most.weekly,
        plan_.most_observed > 0 ? "far beyond what any rep has kept up" : "the limit",
        100 * most.probability);
  }

  absl::Status AddOneMore() {
    for (const int32_t rep : reps_) SetLevel(rep, CurrentOf(rep) + 1);
    const absl::StatusOr<Outcome> outcome = Run();
    if (!outcome.ok()) return outcome.status();
    plan_.one_more = Difference(baseline_, *outcome);
    return absl::OkStatus();
  }

  absl::Status AddCurve() {
    for (int i = 0; i <= kCurveSteps; ++i) {
      const absl::StatusOr<CurvePoint> point = At(reach_ * i / kCurveSteps);
      if (!point.ok()) return point.status();
      if (plan_.curve.empty() || plan_.curve.back().weekly < point->weekly) {
        plan_.curve.push_back(*point);
      }
    }
    return absl::OkStatus();
  }

  const PairedRun& run_;
  const ActivityEffects& effects_;
  size_t question_;
  const PlanRequest& request_;
  const std::vector<int32_t> reps_;
  const int64_t steps_per_unit_;
  int64_t reach_ = 0;                     // In steps.
  std::vector<double> creation_factors_;  // By rep, and what runs with them;
  std::optional<CreationRun> creations_;
  Variant variant_;  // of follow-ups.
  Outcome baseline_;
  std::map<int64_t, CurvePoint> known_;
  Plan plan_;
};

}  // namespace

absl::StatusOr<Plan> PlanActivity(const PairedRun& run, const ActivityEffects& effects,
                                  size_t question, const PlanRequest& request) {
  return Planner(run, effects, question, request).Make();
}

}  // namespace quotacast::simulation
