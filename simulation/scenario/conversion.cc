#include "simulation/scenario/conversion.h"

#include <cmath>

#include "absl/strings/str_format.h"
#include "simulation/portable_math.h"

namespace quotacast::simulation {
namespace {

constexpr int kBisections = 60;
constexpr double kLargestLogOdds = 30;

bool IsForward(const FittedModel& model, const Cell& cell, const Cause& cause) {
  const StageKind kind = model.pipelines[cell.pipeline].stage_kinds[cause.next_stage];
  return kind == StageKind::kWon || (kind == StageKind::kOpen && cause.next_stage > cell.stage);
}

struct BucketHazard {
  double forward = 0, other = 0;
};

std::vector<BucketHazard> HazardsOf(const FittedModel& model, const Cell& cell) {
  std::vector<BucketHazard> hazards(model.bucket_starts.size());
  for (const Cause& cause : cell.causes) {
    const bool forward = IsForward(model, cell, cause);
    for (size_t b = 0; b < hazards.size(); ++b) {
      const double hazard = cause.hazards[b].shape / cause.hazards[b].rate;
      (forward ? hazards[b].forward : hazards[b].other) += hazard;
    }
  }
  return hazards;
}

double Conversion(const std::vector<BucketHazard>& hazards, const std::vector<int>& starts,
                  double odds_factor) {
  double staying = 1, sum = 0;
  for (size_t b = 0; b < hazards.size(); ++b) {
    const double total = hazards[b].forward + hazards[b].other;
    if (total <= 0) continue;
    const double odds = hazards[b].forward * odds_factor;
    const double share = odds / (odds + hazards[b].other);
    // The last bucket has no end.
    const double left = b + 1 < hazards.size() ? Exp(-total * (starts[b + 1] - starts[b])) : 0;
    sum += staying * (1 - left) * share;
    staying *= left;
  }
  return staying < 1 ? sum / (1 - staying) : 0;
}

}  // namespace

double ConversionOf(const FittedModel& model, int32_t cell) {
  return Conversion(HazardsOf(model, model.cells[cell]), model.bucket_starts, 1);
}

absl::Status SetConversion(int32_t cell_index, double target, FittedModel& model) {
  Cell& cell = model.cells[cell_index];
  const std::vector<BucketHazard> hazards = HazardsOf(model, cell);
  const double now = Conversion(hazards, model.bucket_starts, 1);
  if (!(target > 0 && target < 1) || now <= 0 || now >= 1) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "the conversion of the stage, now %.3f, must stay between 0 and 1; got %.3f", now, target));
  }
  double low = -kLargestLogOdds, high = kLargestLogOdds;
  for (int i = 0; i < kBisections; ++i) {
    const double middle = (low + high) / 2;
    const bool below = Conversion(hazards, model.bucket_starts, Exp(middle)) < target;
    (below ? low : high) = middle;
  }
  const double factor = Exp((low + high) / 2);
  for (Cause& cause : cell.causes) {
    const bool forward = IsForward(model, cell, cause);
    for (size_t b = 0; b < hazards.size(); ++b) {
      const double total = hazards[b].forward + hazards[b].other;
      const double changed = factor * hazards[b].forward + hazards[b].other;
      if (changed <= 0) continue;
      // Dividing the rate multiplies every draw, and leaves its relative spread alone.
      cause.hazards[b].rate /= (forward ? factor : 1) * total / changed;
    }
  }
  return absl::OkStatus();
}

void ScaleSpeed(int32_t cell, double factor, FittedModel& model) {
  for (Cause& cause : model.cells[cell].causes) {
    for (GammaPosterior& hazard : cause.hazards) hazard.rate /= factor;
  }
}

}  // namespace quotacast::simulation
