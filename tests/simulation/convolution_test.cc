#include "simulation/convolution.h"

#include <gtest/gtest.h>

#include <boost/math/distributions/gamma.hpp>
#include <cmath>

#include "tests/simulation/worked_company.h"

namespace quotacast::simulation {
namespace {

constexpr double kSixDigits = 5.1e-7;

TEST(ExactChances, WorkedCase) {
  const FittedModel model = WorkedCase();
  const PointParameters draw = MeanParameters(model);
  ExactChances chances(model, draw, 0, model.as_of_day - 7, model.as_of_day + 10);
  const struct {
    int cell, age;
    double chance;
  } cases[] = {{0, 1, .159592}, {0, 5, .190973}, {0, 20, .097267},
               {1, 1, .663201}, {1, 8, .553506}, {1, 30, .360640}};
  for (const auto& c : cases) {
    EXPECT_NEAR(chances.At(c.cell, c.age, model.as_of_day), c.chance, kSixDigits);
  }
  const double created[] = {.159207, .127932, .092914, .069045, .051132,
                            .037664, .035864, .035267, .019862, .005788};
  for (int day = 0; day < 10; ++day) {
    EXPECT_NEAR(chances.At(0, 0, model.as_of_day + day), created[day], kSixDigits) << day;
  }
  EXPECT_NEAR(chances.ExpectedNewWins(0), .190402, kSixDigits);
}

TEST(ExactBookings, WorkedCase) {
  const FittedModel model = WorkedCase();
  const auto bookings = ExactBookings(model, MeanParameters(model), WorkedQuestion());
  ASSERT_TRUE(bookings.ok());
  EXPECT_NEAR(ChanceAtLeast(*bookings, 4), .380945, kSixDigits);
  EXPECT_NEAR(ChanceAtLeast(*bookings, 0), 1, 1e-12);
}

TEST(ExactBookings, WorkedCaseOfAmounts) {
  const WorkedCaseOptions options{.arrivals = false,
                                  .amounts = {12000, 30000, 8000, 15000, 22000, 5000},
                                  .booked = 10000,
                                  .target = 50000};
  const FittedModel model = WorkedCase(options);
  const auto bookings = ExactBookings(model, MeanParameters(model), WorkedQuestion(options));
  ASSERT_TRUE(bookings.ok());
  EXPECT_NEAR(ChanceAtLeast(*bookings, 50000), .324295, kSixDigits);
}

// The same shock on the advance of both stages, its distribution cut into 400 equally likely values
// as in the worked figure (many more of them give .378176).
TEST(ExactBookings, WorkedCaseWithShocks) {
  const FittedModel model = WorkedCase();
  const boost::math::gamma_distribution<double> shock(40, 1.0 / 40);
  const int n = 400;
  double chance = 0;
  for (int i = 0; i < n; ++i) {
    PointParameters draw = MeanParameters(model);
    const double factor = boost::math::quantile(shock, (i + 0.5) / n);
    for (auto& cell : draw.cells) cell[0].reps[0] *= factor;
    const auto bookings = ExactBookings(model, draw, WorkedQuestion(), {.arrival_shape = 2});
    ASSERT_TRUE(bookings.ok());
    chance += ChanceAtLeast(*bookings, 4) / n;
  }
  EXPECT_NEAR(chance, .378169, kSixDigits);
}

TEST(ExactBookings, OnlyTheDaysOfThePeriodCount) {
  const FittedModel model = WorkedCase();
  const PointParameters draw = MeanParameters(model);
  const Day today = model.as_of_day;
  ExactChances all(model, draw, 0, today, today + 10), first(model, draw, 0, today, today + 4),
      rest(model, draw, 0, today + 4, today + 10);
  EXPECT_NEAR(all.At(0, 1, today), first.At(0, 1, today) + rest.At(0, 1, today), 1e-12);
  EXPECT_NEAR(all.ExpectedNewWins(0), first.ExpectedNewWins(0) + rest.ExpectedNewWins(0), 1e-12);
}

TEST(ExactBookings, RefusesTooManyValues) {
  const FittedModel model = WorkedCase();
  const auto bookings =
      ExactBookings(model, MeanParameters(model), WorkedQuestion(), {.max_values = 4});
  EXPECT_TRUE(absl::IsResourceExhausted(bookings.status()));
}

}  // namespace
}  // namespace quotacast::simulation
