#include "simulation/chance.h"

#include <algorithm>
#include <map>
#include <utility>

namespace quotacast::simulation {
namespace {

void PlanDays(const FittedModel& model, RecursionPlan& plan) {
  std::map<std::pair<int, float>, int> tables;
  for (int t = 0; t < plan.day_count; ++t) {
    const int day_class = DayClassOf(model.as_of_day + t, model.calendar);
    const float fraction = t == 0 ? static_cast<float>(model.first_day_fraction) : 1;
    const auto [found, added] = tables.emplace(std::make_pair(day_class, fraction),
                                               static_cast<int>(plan.table_class.size()));
    if (added) {
      plan.table_class.push_back(day_class);
      plan.table_fraction.push_back(fraction);
    }
    plan.table_of_day.push_back(found->second);
  }
}

float MayLeave(const FittedModel& model, int32_t cell, int bucket) {
  return static_cast<float>(model.cells[cell].MayLeave(bucket));
}

std::vector<Move> MovesOf(const FittedModel& model, const Cell& cell,
                          const std::vector<int>& plan_index) {
  const FittedPipeline& pipeline = model.pipelines[cell.pipeline];
  std::vector<Move> moves;
  for (size_t k = 0; k < cell.causes.size(); ++k) {
    const size_t next = static_cast<size_t>(cell.causes[k].next_stage);
    if (pipeline.stage_kinds[next] == StageKind::kLost) continue;
    Move move = {.cause = static_cast<int>(k), .target = -1};
    if (pipeline.stage_kinds[next] == StageKind::kOpen) {
      move.target = plan_index[next];
      move.backward = cell.causes[k].next_stage < cell.stage;
      move.may_leave = MayLeave(model, pipeline.cell_of_stage[next], 0);
    }
    moves.push_back(move);
  }
  return moves;
}

}  // namespace

ChanceCompiler::ChanceCompiler(const FittedModel& model, int32_t pipeline, Day end,
                               absl::Span<const Start> starts)
    : bucket_stride_(static_cast<int>(model.bucket_starts.size())) {
  plan_.day_count = end - model.as_of_day;
  plan_.bucket_starts = model.bucket_starts;
  PlanDays(model, plan_);
  int oldest = 0;
  for (const Start& start : starts) {
    oldest = std::max(oldest, start.age_days);
    starts_may_leave_.push_back(
        MayLeave(model, start.cell, BucketOf(start.age_days, model.bucket_starts)));
  }
  for (int age = 0; age <= oldest + plan_.day_count; ++age) {
    plan_.bucket_of_age.push_back(BucketOf(age, model.bucket_starts));
  }
  const FittedPipeline& fitted = model.pipelines[pipeline];
  std::vector<int> plan_index;
  int open = 0;
  for (const int32_t cell : fitted.cell_of_stage) plan_index.push_back(cell == kNone ? -1 : open++);
  int first_cause = 0;
  for (size_t c = 0; c < model.cells.size(); ++c) {
    const Cell& cell = model.cells[c];
    const int causes = static_cast<int>(cell.causes.size());
    first_cause += causes;
    if (cell.pipeline != pipeline) continue;
    PlannedCell planned;
    planned.first_cause = first_cause - causes;
    planned.cause_count = causes;
    planned.moves = MovesOf(model, cell, plan_index);
    for (size_t i = 0; i < starts.size(); ++i) {
      if (starts[i].cell != static_cast<int32_t>(c)) continue;
      planned.starts.push_back({starts[i].age_days, static_cast<int>(i)});
      planned.oldest_days = std::max(planned.oldest_days, starts[i].age_days);
    }
    const int last_age = planned.oldest_days + plan_.day_count;
    planned.bucket_count = plan_.bucket_of_age[static_cast<size_t>(last_age)] + 1;
    for (const Move& move : planned.moves) plan_.has_backward_moves |= move.backward;
    plan_.cells.push_back(std::move(planned));
  }
  for (size_t s = 0; s < fitted.stage_kinds.size(); ++s) {
    const float share = static_cast<float>(fitted.arrivals.entry_share[s]);
    if (share > 0 && fitted.stage_kinds[s] != StageKind::kLost) {
      const int32_t cell = fitted.cell_of_stage[s];
      const float may_leave = cell == kNone ? 1 : MayLeave(model, cell, 0);
      entries_.push_back({plan_index[s], share * may_leave});
    }
  }
}

void ChanceCompiler::Compile(const CompanyDraw& company, const RepDraw& rep,
                             RecursionScratch& scratch, WinChances& chances) const {
  const size_t days = static_cast<size_t>(plan_.day_count);
  chances.starts.assign(starts_may_leave_.size(), Broadcast(0));
  chances.new_by_day.assign(days, Broadcast(0));
  std::vector<Lanes>& entered = scratch.entered;
  entered.resize(plan_.cells.size() * days);
  RecursionDraw draw;
  draw.hazards = company.hazards.data();
  draw.day_factors = company.day_factors.data();
  draw.multipliers = rep.multipliers.data();
  draw.bucket_stride = bucket_stride_;
  RunRecursion(plan_, draw, scratch, absl::MakeSpan(chances.starts), absl::MakeSpan(entered));
  for (size_t i = 0; i < chances.starts.size(); ++i) {
    for (float& chance : chances.starts[i].at) chance *= starts_may_leave_[i];
  }
  for (const Entry& entry : entries_) {
    for (size_t t = 0; t < days; ++t) {
      for (int l = 0; l < kLanes; ++l) {
        chances.new_by_day[t][l] +=
            entry.share * (entry.cell < 0 ? 1 : entered[entry.cell * days + t][l]);
      }
    }
  }
}

}  // namespace quotacast::simulation
