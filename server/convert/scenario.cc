#include "server/convert/scenario.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/convert/names.h"
#include "server/convert/scalars.h"
#include "server/errors.h"
#include "server/limits.h"

namespace quotacast::convert {
namespace {

using simulation::Change;

class Reader {
 public:
  Reader(const std::string& field, const ScenarioFrame& frame) : field_(field), frame_(frame) {}

  absl::StatusOr<Change> Read(const v1::ScenarioChange& change) {
    switch (change.change_case()) {
      case v1::ScenarioChange::kActivity:
        return Read("activity", change.activity());
      case v1::ScenarioChange::kCreations:
        return Read("creations", change.creations());
      case v1::ScenarioChange::kConversion:
        return Read("conversion", change.conversion());
      case v1::ScenarioChange::kSpeed:
        return Read("speed", change.speed());
      case v1::ScenarioChange::kWin:
        return Finish(simulation::Win{Opportunity("win", change.win())});
      case v1::ScenarioChange::kLose:
        return Finish(simulation::Loss{Opportunity("lose", change.lose())});
      case v1::ScenarioChange::kMove:
        return Finish(
            simulation::HandOver{Opportunity("move.opportunity", change.move().opportunity()),
                                 Rep("move.rep", change.move().rep())});
      case v1::ScenarioChange::kSlip:
        return Finish(simulation::Slip{Opportunity("slip.opportunity", change.slip().opportunity()),
                                       DayOf("slip.date", change.slip().date())});
      case v1::ScenarioChange::kAmount:
        return Finish(simulation::AmountChange{
            Opportunity("amount.opportunity", change.amount().opportunity()),
            Money("amount.amount", change.amount().amount(), limits::kAmountMaxMicros)});
      case v1::ScenarioChange::kNewOpportunity:
        return Read("new_opportunity", change.new_opportunity());
      case v1::ScenarioChange::kQuota:
        return Finish(simulation::QuotaChange{Target("quota", change.quota())});
      case v1::ScenarioChange::kDaysOff:
        return Finish(simulation::DaysOff{DayOf("days_off.start", change.days_off().start()),
                                          DayOf("days_off.end", change.days_off().end()),
                                          change.days_off().rep().empty()
                                              ? simulation::kNone
                                              : Rep("days_off.rep", change.days_off().rep())});
      case v1::ScenarioChange::kDeparture:
        return Finish(simulation::RepLeaves{Rep("departure.rep", change.departure().rep()),
                                            DayOf("departure.date", change.departure().date())});
      case v1::ScenarioChange::kArrival:
        return Read("arrival", change.arrival());
      case v1::ScenarioChange::CHANGE_NOT_SET:
        break;
    }
    return errors::InvalidField(field_, "must hold a change");
  }

 private:
  absl::StatusOr<Change> Finish(Change change) {
    if (!missing_.ok()) return missing_;
    if (!problems_.empty()) return problems_.ToStatus();
    return change;
  }

  template <typename Proto, typename Made>
  void ReadLevel(absl::string_view field, const Proto& proto, Made& made) {
    using LevelCase = typename Proto::LevelCase;
    made.is_factor = proto.level_case() == LevelCase::kFactor;
    made.value = made.is_factor ? proto.factor() : proto.per_week();
    if (proto.level_case() == LevelCase::LEVEL_NOT_SET) {
      Add(field, "must hold factor or per_week");
    } else if (!(made.value >= 0 && made.value <= 1e6)) {
      Add(absl::StrCat(field, made.is_factor ? ".factor" : ".per_week"),
          absl::StrCat("must be 0 to 1,000,000; got ", made.value));
    }
    if (!proto.from().empty()) made.from = DayOf(absl::StrCat(field, ".from"), proto.from());
  }

  absl::StatusOr<Change> Read(absl::string_view field, const v1::ActivityLevel& proto) {
    simulation::ActivityChange change;
    const auto type = ToActivityType(absl::StrCat(field_, ".", field, ".type"), proto.type());
    problems_.Add(type.status());
    if (type.ok()) change.type = *type;
    ReadLevel(field, proto, change);
    return Finish(change);
  }

  absl::StatusOr<Change> Read(absl::string_view field, const v1::CreationLevel& proto) {
    simulation::CreationRateChange change;
    ReadLevel(field, proto, change);
    return Finish(change);
  }

  absl::StatusOr<Change> Read(absl::string_view field, const v1::StageConversionChange& proto) {
    simulation::ConversionChange change;
    change.cell = Cell(absl::StrCat(field, ".stage"), proto.stage());
    change.is_factor = proto.level_case() == v1::StageConversionChange::kFactor;
    change.value = change.is_factor ? proto.factor() : proto.points() / 100;
    if (proto.level_case() == v1::StageConversionChange::LEVEL_NOT_SET) {
      Add(field, "must hold factor or points");
    } else if (change.is_factor ? !(change.value > 0 && change.value <= 1e6)
                                : !(std::abs(change.value) < 1)) {
      Add(absl::StrCat(field, change.is_factor ? ".factor" : ".points"),
          absl::StrCat(change.is_factor ? "must be > 0" : "must be above -100 and below 100",
                       "; got ", change.is_factor ? proto.factor() : proto.points()));
    }
    return Finish(change);
  }

  absl::StatusOr<Change> Read(absl::string_view field, const v1::StageSpeedChange& proto) {
    const simulation::SpeedChange change = {Cell(absl::StrCat(field, ".stage"), proto.stage()),
                                            proto.factor()};
    if (!(change.factor > 0 && change.factor <= 1000)) {
      Add(absl::StrCat(field, ".factor"),
          absl::StrCat("must be > 0 and at most 1,000; got ", proto.factor()));
    }
    return Finish(change);
  }

  absl::StatusOr<Change> Read(absl::string_view field, const v1::NewOpportunity& proto) {
    simulation::NewDeal deal;
    deal.cell = Cell(absl::StrCat(field, ".stage"), proto.stage());
    if (!proto.rep().empty()) {
      deal.rep = Rep(absl::StrCat(field, ".rep"), proto.rep());
    } else if (frame_.only_rep) {
      deal.rep = *frame_.only_rep;
    } else {
      Add(absl::StrCat(field, ".rep"), "must be given where several reps are selected");
    }
    deal.amount_micros =
        Money(absl::StrCat(field, ".amount"), proto.amount(), limits::kAmountMaxMicros);
    deal.units = proto.units() == 0 ? 1 : proto.units();
    if (deal.units < 0 || deal.units > limits::kUnitsMax) {
      Add(absl::StrCat(field, ".units"),
          absl::StrCat("must be 0 to ", limits::kUnitsMax, "; got ", proto.units()));
    }
    return Finish(deal);
  }

  absl::StatusOr<Change> Read(absl::string_view field, const v1::RepArrival& proto) {
    simulation::RepJoins joins;
    if (!proto.team().empty()) joins.team = Team(absl::StrCat(field, ".team"), proto.team());
    joins.day = DayOf(absl::StrCat(field, ".date"), proto.date());
    if (proto.has_creations_per_week()) {
      joins.creations_weekly = proto.creations_per_week();
      if (!(joins.creations_weekly >= 0 && joins.creations_weekly <= 1e6)) {
        Add(absl::StrCat(field, ".creations_per_week"),
            absl::StrCat("must be 0 to 1,000,000; got ", joins.creations_weekly));
      }
    }
    return Finish(joins);
  }

  void Add(absl::string_view field, absl::string_view what) {
    problems_.Add(absl::StrCat(field_, ".", field), what);
  }

  std::string Id(absl::string_view field, absl::string_view collection, const std::string& name) {
    const std::string path = absl::StrCat(field_, ".", field);
    auto id = ParseReference(path, frame_.organization, collection, name);
    problems_.Add(id.status());
    if (id.ok() && id->empty()) problems_.Add(path, "must be given");
    return id.ok() ? *id : "";
  }

  template <typename NamedVector>
  int32_t Find(absl::string_view field, absl::string_view collection, absl::string_view type,
               const NamedVector& all, const std::string& name) {
    const std::string id = Id(field, collection, name);
    for (size_t i = 0; i < all.size() && !id.empty(); ++i) {
      if (all[i].id == id) return static_cast<int32_t>(i);
    }
    if (!id.empty()) missing_ = errors::NotFound(type, name);
    return 0;
  }
  int32_t Opportunity(absl::string_view field, const std::string& name) {
    return Find(field, "opportunities", "quotacast/Opportunity", frame_.history.opportunities,
                name);
  }
  int32_t Rep(absl::string_view field, const std::string& name) {
    return Find(field, "reps", "quotacast/Rep", frame_.history.reps, name);
  }
  int32_t Team(absl::string_view field, const std::string& name) {
    return Find(field, "teams", "quotacast/Team", frame_.history.teams, name);
  }

  int32_t Cell(absl::string_view field, const std::string& stage) {
    std::vector<int32_t> found;
    std::string open;
    for (const simulation::Cell& cell : frame_.model.cells) {
      const simulation::Pipeline& pipeline = frame_.history.pipelines[cell.pipeline];
      const std::string& id = pipeline.stages[cell.stage].id;
      absl::StrAppend(&open, open.empty() ? "" : ", ", id);
      if (id == stage || absl::StrCat(pipeline.id, "/", id) == stage) {
        found.push_back(static_cast<int32_t>(&cell - frame_.model.cells.data()));
      }
    }
    if (found.size() == 1) return found.front();
    Add(field,
        found.empty()
            ? absl::StrCat("must be an open stage (", open, "); got ", Quoted(stage))
            : absl::StrCat("must be PIPELINE/STAGE, as several pipelines have ", Quoted(stage)));
    return 0;
  }

  simulation::Day DayOf(absl::string_view field, const std::string& text) {
    const auto day = ParseDay(absl::StrCat(field_, ".", field), text);
    problems_.Add(day.status());
    return day.ok() ? *day : 0;
  }

  int64_t Money(absl::string_view field, double value, int64_t max_micros) {
    if (!(value >= 0 && value * 1e6 <= static_cast<double>(max_micros))) {
      Add(field, absl::StrCat("must be 0 to ", max_micros / 1'000'000, "; got ", value));
      return 0;
    }
    return std::llround(value * 1e6);
  }

  int64_t Target(absl::string_view field, double value) {
    if (!frame_.measure) {
      Add(field, "needs a selection of one measure and one period");
      return 1;
    }
    const bool amount = *frame_.measure == simulation::Measure::kAmount;
    const int64_t target = amount ? Money(field, value, limits::kTargetMaxMicros)
                                  : static_cast<int64_t>(std::clamp(value, -1.0, 1e9));
    if (target <= 0) Add(field, absl::StrCat("must be > 0; got ", value));
    return target;
  }

  const std::string& field_;
  const ScenarioFrame& frame_;
  errors::FieldErrors problems_;
  absl::Status missing_;
};

}  // namespace

absl::StatusOr<Change> FromProto(const std::string& field, const ScenarioFrame& frame,
                                 const v1::ScenarioChange& change) {
  return Reader(field, frame).Read(change);
}

absl::StatusOr<simulation::ActivityType> ToActivityType(absl::string_view field,
                                                        v1::Activity::Type type) {
  switch (type) {
    case v1::Activity::CALL:
      return simulation::ActivityType::kCall;
    case v1::Activity::EMAIL:
      return simulation::ActivityType::kEmail;
    case v1::Activity::MEETING:
      return simulation::ActivityType::kMeeting;
    case v1::Activity::FOLLOW_UP:
      return simulation::ActivityType::kFollowUp;
    case v1::Activity::OTHER:
      return simulation::ActivityType::kOther;
    default:
      return errors::InvalidField(field, "must be CALL, EMAIL, MEETING, FOLLOW_UP or OTHER");
  }
}

}  // namespace quotacast::convert
