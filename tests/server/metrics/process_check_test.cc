#include "server/metrics/process_check.h"

#include <gtest/gtest.h>

#include "tests/server/metrics/small_history.h"

namespace quotacast::metrics {
namespace {

ProcessCheck Check(const simulation::History& history, double as_of_day) {
  return CheckProcess(history, StageIndex(history), {0, AtDay(as_of_day)});
}

int64_t CountOf(const ProcessCheck& check, MisfitKind kind) {
  return check.misfits[static_cast<size_t>(kind)].count;
}

TEST(ProcessCheck, StagesUnusedSkippedAndWithoutExit) {
  SmallHistory small;
  for (int i = 0; i < 10; ++i) small.AddOpportunity(kAnn, i, {{1. * i, kNew}, {i + 5., kOffer}});
  ProcessCheck check = Check(small.Build(), 50);
  EXPECT_EQ(check.opportunities, 10);
  EXPECT_EQ(check.stages[kDemo].skipped, 10);
  EXPECT_TRUE(check.stages[kDemo].IsUnused());
  EXPECT_TRUE(check.stages[kDemo].IsSkippedByMost());
  EXPECT_TRUE(check.stages[kWon].IsUnused());
  EXPECT_TRUE(check.stages[kOffer].HasNoExit());
  EXPECT_FALSE(check.stages[kNew].HasNoExit());
  EXPECT_EQ(check.stages[kNew].left, 10);
  for (const Misfit& misfit : check.misfits) EXPECT_EQ(misfit.count, 0);

  // One that passes every stage and is won: no longer unused, still skipped by most.
  small.AddOpportunity(kBob, 1, {{1, kNew}, {2, kDemo}, {3, kOffer}, {4, kWon}});
  check = Check(small.Build(), 50);
  EXPECT_FALSE(check.stages[kDemo].IsUnused());
  EXPECT_TRUE(check.stages[kDemo].IsSkippedByMost());
  EXPECT_FALSE(check.stages[kOffer].HasNoExit());
}

TEST(ProcessCheck, OpportunitiesThatDoNotFit) {
  SmallHistory small;
  const int32_t back = small.AddOpportunity(kAnn, 0, {{0, kNew}, {1, kOffer}, {2, kDemo}});
  const int32_t reopened = small.AddOpportunity(kAnn, 0, {{0, kNew}, {1, kLost}, {9, kNew}});
  const int32_t closed = small.AddOpportunity(kAnn, 0, {{0, kWon}});
  const int32_t early = small.AddOpportunity(kAnn, 0, {{0, kNew}, {1, kWon}});
  const simulation::History history = small.Build();
  const ProcessCheck check = Check(history, 50);
  const auto named = [&check](MisfitKind kind) {
    return check.misfits[static_cast<size_t>(kind)].opportunities;
  };
  EXPECT_EQ(named(MisfitKind::kMovedBack), std::vector<int32_t>{back});
  EXPECT_EQ(named(MisfitKind::kReopened), std::vector<int32_t>{reopened});
  EXPECT_EQ(named(MisfitKind::kStartedClosed), std::vector<int32_t>{closed});
  EXPECT_EQ(named(MisfitKind::kClosedEarly), std::vector<int32_t>{early});
  // Before it was reopened there was nothing odd about it.
  EXPECT_EQ(CountOf(Check(history, 5), MisfitKind::kReopened), 0);
}

}  // namespace
}  // namespace quotacast::metrics
