#include "simulation/scenario/scenario.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "simulation/random.h"
#include "simulation/scenario/conversion.h"
#include "simulation/scenario/follow_up_effect.h"

namespace quotacast::simulation {
namespace {

absl::Status Invalid(absl::string_view what) { return absl::InvalidArgumentError(what); }
absl::Status Precondition(absl::string_view what) { return absl::FailedPreconditionError(what); }

constexpr double kMostPriorEvents = 1e12;

class Applier {
 public:
  Applier(const FittedModel& model, const ActivityEffects* effects,
          const std::vector<int32_t>& reps)
      : effects_(effects), reps_(reps) {
    variant_.model = model;
  }

  absl::Status Apply(const Change& change) {
    return std::visit([this](const auto& c) { return Make(c); }, change);
  }
  Variant Finish() { return std::move(variant_); }

 private:
  absl::Status Make(const ActivityChange& change) {
    if (!(change.value >= 0)) return Invalid(absl::StrCat("must be >= 0; got ", change.value));
    if (change.is_factor && change.value == 1) return absl::OkStatus();
    const size_t type = static_cast<size_t>(change.type);
    const ActivityOfKind& kind = effects_->kinds[type];
    const FollowUpEffect& follow_up = effects_->follow_ups[type];
    if (kind.method == EffectMethod::kNotRecorded && !follow_up.recorded) {
      return Precondition("no activity of this type is recorded, so nothing can be said about it");
    }
    for (const int32_t rep : reps_) {
      if (kind.method != EffectMethod::kNotRecorded) {
        const double weekly = change.is_factor ? change.value * kind.weekly[rep] : change.value;
        ScaleCreations(rep, CreationFactor(*effects_, change.type, rep, weekly), change.from,
                       variant_.model);
      } else if (change.from > variant_.model.as_of_day) {
        return Invalid("activity on open opportunities cannot change from a later day on");
      } else {
        const double now = follow_up.weekly_per_deal[rep];
        SetFollowUps(follow_up, rep, change.is_factor ? change.value * now : change.value,
                     variant_.model);
      }
    }
    return absl::OkStatus();
  }

  absl::Status Make(const CreationRateChange& change) {
    if (!(change.value >= 0)) return Invalid(absl::StrCat("must be >= 0; got ", change.value));
    for (const int32_t rep : reps_) {
      double factor = change.value;
      if (!change.is_factor) {
        const double now = effects_->creations_weekly[rep];
        if (now <= 0) return Precondition("the rep has created no opportunities to start from");
        factor = change.value / now;
      }
      ScaleCreations(rep, factor, change.from, variant_.model);
    }
    return absl::OkStatus();
  }

  absl::Status Make(const ConversionChange& change) {
    const double now = ConversionOf(variant_.model, change.cell);
    const double target = change.is_factor ? now * change.value : now + change.value;
    if (target == now) return absl::OkStatus();
    variant_.company_changed = true;
    return SetConversion(change.cell, target, variant_.model);
  }

  absl::Status Make(const SpeedChange& change) {
    if (!(change.factor > 0)) return Invalid(absl::StrCat("must be > 0; got ", change.factor));
    if (change.factor == 1) return absl::OkStatus();
    variant_.company_changed = true;
    ScaleSpeed(change.cell, change.factor, variant_.model);
    return absl::OkStatus();
  }

  std::vector<OpenOpportunity>::iterator Find(int32_t opportunity) {
    return std::find_if(variant_.model.open.begin(), variant_.model.open.end(),
                        [&](const OpenOpportunity& o) { return o.opportunity == opportunity; });
  }
  absl::Status NotOpen() {
    return Precondition("the opportunity is not open as of the time, or was changed already");
  }

  absl::Status Make(const Win& change) {
    const auto deal = Find(change.opportunity);
    if (deal == variant_.model.open.end()) return NotOpen();
    const bool exact =
        std::find(revalued_.begin(), revalued_.end(), change.opportunity) != revalued_.end();
    variant_.wins.push_back({*deal, exact});
    variant_.model.open.erase(deal);
    return absl::OkStatus();
  }

  absl::Status Make(const Loss& change) {
    const auto deal = Find(change.opportunity);
    if (deal == variant_.model.open.end()) return NotOpen();
    variant_.model.open.erase(deal);
    return absl::OkStatus();
  }

  absl::Status Make(const HandOver& change) {
    const auto deal = Find(change.opportunity);
    if (deal == variant_.model.open.end()) return NotOpen();
    deal->rep = change.rep;
    return absl::OkStatus();
  }

  absl::Status Make(const Slip& change) {
    const auto deal = Find(change.opportunity);
    if (deal == variant_.model.open.end()) return NotOpen();
    if (change.day <= variant_.model.as_of_day) return absl::OkStatus();
    variant_.slipped.push_back({*deal, change.day});
    variant_.model.open.erase(deal);
    return absl::OkStatus();
  }

  absl::Status Make(const AmountChange& change) {
    const auto deal = Find(change.opportunity);
    if (deal == variant_.model.open.end()) return NotOpen();
    if (change.amount_micros < 0) return Invalid("the amount must be >= 0");
    deal->amount_micros = change.amount_micros;
    revalued_.push_back(change.opportunity);
    return absl::OkStatus();
  }

  absl::Status Make(const NewDeal& change) {
    if (change.amount_micros < 0) return Invalid("the amount must be >= 0");
    OpenOpportunity deal;
    deal.key = NaturalKey(absl::StrCat("what-if new deal ", ++new_deals_));
    deal.opportunity = kNone;
    deal.rep = change.rep;
    deal.cell = change.cell;
    deal.entry_day = variant_.model.as_of_day;
    deal.amount_micros = change.amount_micros;
    deal.units = change.units;
    variant_.model.open.push_back(deal);
    return absl::OkStatus();
  }

  // Targets are not the model's.
  absl::Status Make(const QuotaChange& change) {
    return change.target > 0 ? absl::OkStatus() : Invalid("the quota must be > 0");
  }

  absl::Status Make(const DaysOff& change) {
    if (change.begin >= change.end) return Invalid("the end must be after the begin");
    if (change.rep == kNone) {
      variant_.model.calendar.days_off.push_back({change.begin, change.end});
    } else {
      variant_.absences.push_back({change.rep, change.begin, change.end});
    }
    return absl::OkStatus();
  }

  absl::Status Make(const RepLeaves& change) {
    variant_.departures.push_back({change.rep, change.day});
    ScaleCreations(change.rep, 0, change.day, variant_.model);
    return absl::OkStatus();
  }

  absl::Status Make(const RepJoins& change) {
    FittedModel& model = variant_.model;
    const auto rep = static_cast<int32_t>(model.reps.size());
    const double prior = std::min(model.options.rep_credibility_events, kMostPriorEvents);
    for (Cell& cell : model.cells) {
      for (Cause& cause : cell.causes) cause.reps.push_back({prior, prior});
    }
    double weekly = 0;
    for (FittedPipeline& pipeline : model.pipelines) {
      const GammaPosterior average = AverageArrivals(pipeline.arrivals);
      pipeline.arrivals.reps.push_back(average);
      pipeline.arrivals.rep_sizes.resize(static_cast<size_t>(rep) + 1);
      if (average.shape > 0) {
        weekly += WeekdaySum(pipeline.arrivals) * average.shape / average.rate;
      }
    }
    if (weekly <= 0) return Precondition("no rep creates any opportunities to go by");
    FittedRep joiner;
    joiner.key = NaturalKey(absl::StrCat("what-if joining rep ", variant_.joiners.size() + 1));
    joiner.team = change.team;
    joiner.start_day = change.day;
    model.reps.push_back(std::move(joiner));
    if (change.creations_weekly >= 0) {
      ScaleCreations(rep, change.creations_weekly / weekly, INT32_MIN, model);
    }
    variant_.joiners.push_back({rep, change.team});
    return absl::OkStatus();
  }

  // A posterior around the mean of the reps at work, as wide as that of a rep without a record.
  GammaPosterior AverageArrivals(const Arrivals& arrivals) const {
    const FittedModel& model = variant_.model;
    double sum = 0, count = 0;
    for (size_t r = 0; r < arrivals.reps.size(); ++r) {
      const bool at_work =
          model.reps[r].start_day <= model.as_of_day && model.as_of_day < model.reps[r].end_day;
      if (!at_work) continue;
      ++count;
      const GammaPosterior& rate = arrivals.reps[r];
      if (rate.shape > 0) sum += rate.shape / rate.rate;
    }
    if (sum <= 0) return {};
    const double shape = model.options.arrival_prior_events;
    return {shape, shape * count / sum};
  }

  const ActivityEffects* effects_;
  const std::vector<int32_t>& reps_;
  Variant variant_;
  std::vector<int32_t> revalued_;
  int new_deals_ = 0;
};

}  // namespace

bool NeedsActivityEffects(const Scenario& scenario) {
  return std::any_of(scenario.changes.begin(), scenario.changes.end(), [](const Change& change) {
    return std::holds_alternative<ActivityChange>(change) ||
           std::holds_alternative<CreationRateChange>(change);
  });
}

absl::StatusOr<Variant> ApplyScenario(const FittedModel& model, const ActivityEffects* effects,
                                      const std::vector<int32_t>& reps, const Scenario& scenario) {
  Applier applier(model, effects, reps);
  for (size_t i = 0; i < scenario.changes.size(); ++i) {
    const absl::Status status = applier.Apply(scenario.changes[i]);
    if (!status.ok()) {
      return absl::Status(status.code(), absl::StrCat("changes[", i, "] ", status.message()));
    }
  }
  return applier.Finish();
}

void ScaleCreations(int32_t rep, double factor, Day from, FittedModel& model) {
  if (factor == 1) return;
  model.reps[rep].creation_changes.push_back({from, factor});
}

double CreationFactor(const ActivityEffects& effects, ActivityType type, int32_t rep,
                      double weekly) {
  const ActivityOfKind& kind = effects.kinds[static_cast<size_t>(type)];
  const double created = effects.creations_weekly[rep];
  if (!kind.found || created <= 0) return 1;
  // What comes of the activity cannot be more than there is.
  const double gained =
      std::min(kind.per_activity[rep],
               kind.weekly[rep] > 0 ? created / kind.weekly[rep] : kind.per_activity[rep]);
  return std::max(0.0, 1 + gained * (weekly - kind.weekly[rep]) / created);
}

void SetFollowUps(const FollowUpEffect& effect, int32_t rep, double weekly, FittedModel& model) {
  const double advance = FollowUpFactor(effect, effect.advance, rep, weekly);
  const double lost = FollowUpFactor(effect, effect.lost, rep, weekly);
  if (advance == 1 && lost == 1) return;
  for (Cell& cell : model.cells) {
    for (Cause& cause : cell.causes) {
      const StageKind kind = model.pipelines[cell.pipeline].stage_kinds[cause.next_stage];
      if (kind == StageKind::kLost) {
        cause.reps[rep].rate /= lost;
      } else if (kind == StageKind::kWon || cause.next_stage > cell.stage) {
        cause.reps[rep].rate /= advance;
      }
    }
  }
}

}  // namespace quotacast::simulation
