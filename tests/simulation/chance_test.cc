// The worked case of the model: two stages, three buckets, ten days from a Monday.

#include "simulation/chance.h"

#include <gtest/gtest.h>

#include "simulation/portable_math.h"
#include "tests/simulation/worked_case.h"

namespace quotacast::simulation {
namespace {

TEST(ExpOfMinus, AgreesWithExp) {
  for (const double x : {0.0, 1e-9, 0.3, 0.34657, 0.7, 1.0, 17.3, 200.0, 600.0}) {
    EXPECT_NEAR(ExpOfMinus(x) / Exp(-x), 1, 2e-14) << x;
  }
}

TEST(CompileChances, WorkedCase) {
  const FittedModel model = WorkedCaseModel();
  const CompanyDraw company = DrawCompany(model, 1, 0);
  const RepDraw rep = DrawRep(model, 0, 1, 0);
  const std::vector<Start> starts = {{0, 1}, {0, 5}, {0, 20}, {1, 1}, {1, 8}, {1, 30}};
  const WinChances chances =
      CompileChances(model, 0, company, rep, model.as_of_day + 10, starts);
  const double from[] = {.159592, .190973, .097267, .663201, .553506, .360640};
  const double created[] = {.159207, .127932, .092914, .069045, .051132,
                            .037664, .035864, .035267, .019862, .005788};
  for (int lane = 0; lane < kLanes; ++lane) {
    for (int i = 0; i < 6; ++i) EXPECT_NEAR(chances.starts[i][lane], from[i], 5e-7);
    for (int t = 0; t < 10; ++t) EXPECT_NEAR(chances.new_by_day[t][lane], created[t], 5e-7);
  }
}

// What is left of the first day has so much of its hazards.
TEST(CompileChances, PartOfADay) {
  FittedModel model = WorkedCaseModel();
  model.first_day_fraction = 0.25;
  const CompanyDraw company = DrawCompany(model, 1, 0);
  const RepDraw rep = DrawRep(model, 0, 1, 0);
  const WinChances chances =
      CompileChances(model, 0, company, rep, model.as_of_day + 1, std::vector<Start>{{1, 8}});
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
  const CompanyDraw company = DrawCompany(model, 1, 0);
  const RepDraw rep = DrawRep(model, 0, 1, 0);
  // Make the first stage win instead of advance, so that what comes back can.
  model.cells[0].causes[0].next_stage = 2;
  const std::vector<Start> starts = {{1, 3}, {0, 0}};
  const WinChances chances =
      CompileChances(model, 0, company, rep, model.as_of_day + 2, starts);
  const WinChances one_day = CompileChances(model, 0, company, rep, model.as_of_day + 1, starts);
  EXPECT_NEAR(one_day.starts[0][0], 0, 1e-12);
  // Back in the first stage at age 1 on the Tuesday.
  const double won = .030080 * 1.673625, lost = .005387 * 1.673625;
  EXPECT_NEAR(chances.starts[0][0], (1 - Exp(-won - lost)) * won / (won + lost), 2e-6);
}

}  // namespace
}  // namespace quotacast::simulation
