// The worked case of the model: two stages, three buckets, ten days from a Monday.

#include "simulation/chance.h"

#include <gtest/gtest.h>

#include "simulation/portable_math.h"
#include "tests/simulation/worked_case.h"

namespace quotacast::simulation {
namespace {

// Half of the last of six digits, and what single precision adds.
constexpr double kDigits = 5e-7 + 2e-8;

WinChances Compile(const FittedModel& model, int days, const std::vector<Start>& starts) {
  RecursionScratch scratch;
  WinChances chances;
  ChanceCompiler(model, 0, model.as_of_day + days, starts)
      .Compile(DrawCompany(model, 1, 0), DrawRep(model, 0, 1, 0), scratch, chances);
  return chances;
}

TEST(CompileChances, WorkedCase) {
  const FittedModel model = WorkedCaseModel();
  const std::vector<Start> starts = {{0, 1}, {0, 5}, {0, 20}, {1, 1}, {1, 8}, {1, 30}};
  const WinChances chances = Compile(model, 10, starts);
  const double from[] = {.159592, .190973, .097267, .663201, .553506, .360640};
  const double created[] = {.159207, .127932, .092914, .069045, .051132,
                            .037664, .035864, .035267, .019862, .005788};
  for (int lane = 0; lane < kLanes; ++lane) {
    for (int i = 0; i < 6; ++i) EXPECT_NEAR(chances.starts[i][lane], from[i], kDigits);
    for (int t = 0; t < 10; ++t) EXPECT_NEAR(chances.new_by_day[t][lane], created[t], kDigits);
  }
}

TEST(CompileChances, StartsInAnyOrder) {
  const FittedModel model = WorkedCaseModel();
  const WinChances one = Compile(model, 10, {{0, 30}, {0, 1}, {1, 30}, {1, 8}});
  const WinChances other = Compile(model, 10, {{0, 1}, {0, 30}, {1, 8}, {1, 30}});
  for (int lane = 0; lane < kLanes; ++lane) {
    for (int i = 0; i < 4; ++i) EXPECT_EQ(one.starts[i][lane], other.starts[i ^ 1][lane]);
  }
}

// What is left of the first day has so much of its hazards.
TEST(CompileChances, PartOfADay) {
  FittedModel model = WorkedCaseModel();
  model.first_day_fraction = 0.25;
  const WinChances chances = Compile(model, 1, {{1, 8}});
  const double won = .100039 * 1.411653 * .25, lost = .020256 * 1.411653 * .25;
  EXPECT_NEAR(chances.starts[0][0], (1 - Exp(-won - lost)) * won / (won + lost), 2e-6);
}

// A cause that leads back sends the opportunity round again, from the next day on.
TEST(CompileChances, BackwardMovesGoOnTheNextDay) {
  FittedModel model = WorkedCaseModel();
  Cause back = model.cells[1].causes[1];
  back.next_stage = 0;
  for (GammaPosterior& hazard : back.hazards) hazard = {1e6, 1};  // At once, for certain.
  model.cells[1].causes = {back};
  // Make the first stage win instead of advance, so that what comes back can.
  model.cells[0].causes[0].next_stage = 2;
  const std::vector<Start> starts = {{1, 3}, {0, 0}};
  const WinChances chances = Compile(model, 2, starts);
  const WinChances one_day = Compile(model, 1, starts);
  EXPECT_NEAR(one_day.starts[0][0], 0, 1e-12);
  // Back in the first stage at age 1 on the Tuesday.
  const double won = .030080 * 1.673625, lost = .005387 * 1.673625;
  EXPECT_NEAR(chances.starts[0][0], (1 - Exp(-won - lost)) * won / (won + lost), 2e-6);
}

}  // namespace
}  // namespace quotacast::simulation
