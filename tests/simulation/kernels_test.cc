#include "simulation/kernels.h"

#include <Random123/philox.h>
#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <map>
#include <tuple>

#include "simulation/chance.h"
#include "simulation/random.h"
#include "simulation/row_kernels.h"
#include "tests/simulation/worked_case.h"

namespace quotacast::simulation {
namespace {

std::vector<uint32_t> Words(uint64_t key, uint64_t first, size_t count) {
  std::vector<uint32_t> words(4 * count);
  PhiloxWords(key, first, absl::MakeSpan(words));
  return words;
}

// Runs `result` with each kernel this machine has and expects the same bytes.
template <typename T>
void ExpectSameOnEveryTarget(const std::function<std::vector<T>()>& result) {
  const std::vector<T> want = result();
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    const std::vector<T> got = result();
    EXPECT_EQ(std::memcmp(got.data(), want.data(), want.size() * sizeof(T)), 0)
        << hwy::TargetName(target);
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
}

TEST(PhiloxWords, AreThoseOfRandom123) {
  for (const uint64_t first : {uint64_t{0}, uint64_t{12345}, (uint64_t{1} << 32) - 7}) {
    const std::vector<uint32_t> words = Words(0x0123456789abcdefULL, first, 37);
    for (uint64_t i = 0; i < 37; ++i) {
      const uint64_t c = first + i;
      const auto want =
          r123::Philox4x32()({{static_cast<uint32_t>(c), static_cast<uint32_t>(c >> 32)}},
                             {{0x89abcdefU, 0x01234567U}});
      for (size_t w = 0; w < 4; ++w) EXPECT_EQ(words[w * 37 + i], want[w]) << first << " " << i;
    }
  }
}

TEST(PhiloxWords, SameOnEveryTarget) {
  ExpectSameOnEveryTarget<uint32_t>([] { return Words(7, 99, 61); });
}

TEST(RanksOf, OrdersTheLanes) {
  std::array<uint32_t, kLanes> words;
  const std::vector<uint32_t> random = Words(3, 0, 4);
  std::copy(random.begin(), random.end(), words.begin());
  words[5] = UINT32_MAX;
  words[6] = 0;
  const std::array<int, kLanes> ranks = RanksOf(words);
  EXPECT_EQ(ranks[5], kLanes - 1);
  EXPECT_EQ(ranks[6], 0);
  for (size_t i = 0; i < kLanes; ++i) {
    EXPECT_EQ(ranks[i], std::count_if(words.begin(), words.end(),
                                      [&](uint32_t word) { return word < words[i]; }));
  }
}

Thresholds SomeThresholds() {
  Thresholds thresholds;
  for (uint32_t l = 0; l < kLanes; ++l) thresholds[l] = l * kCertain / (kLanes - 1);
  return thresholds;
}

std::vector<int64_t> Wins(uint64_t block) {
  std::vector<int64_t> trials(kTrialsPerBlock, 5);
  AddWins({uint64_t{0xfeed}}, {SomeThresholds()}, {1000}, block, trials.data());
  return trials;
}

// 70 deals of the same thresholds, worth 1, 2, 4, ...: more than are dealt at a time.
std::vector<int64_t> ManyWins() {
  std::vector<int64_t> trials(kTrialsPerBlock, 0), values;
  std::vector<uint64_t> keys;
  for (uint64_t d = 0; d < 70; ++d) {
    keys.push_back(d * d);
    values.push_back(static_cast<int64_t>(uint64_t{1} << (d % 64)));
  }
  AddWins(keys, std::vector<Thresholds>(70, SomeThresholds()), values, 9, trials.data());
  return trials;
}

TEST(AddWins, NeverAtNoneAndAlwaysAtCertain) {
  const std::vector<int64_t> trials = Wins(3);
  for (int t = 0; t < kTrialsPerDraw; ++t) {
    EXPECT_EQ(trials[t], 5);
    EXPECT_EQ(trials[(kLanes - 1) * kTrialsPerDraw + t], 1005);
  }
}

// 200 blocks of 128 trials a draw. The bounds are 4.5 standard errors: over the 14 draws a right
// kernel fails for one seed in 10,000; the seed is fixed.
TEST(AddWins, AsOftenAsTheThresholdSays) {
  std::array<double, kLanes> won{};
  for (uint64_t block = 0; block < 200; ++block) {
    const std::vector<int64_t> trials = Wins(block);
    for (int l = 0; l < kLanes; ++l) {
      for (int t = 0; t < kTrialsPerDraw; ++t) won[l] += trials[l * kTrialsPerDraw + t] == 1005;
    }
  }
  const double n = 200.0 * kTrialsPerDraw;
  for (int l = 1; l + 1 < kLanes; ++l) {
    const double p = SomeThresholds()[l] / static_cast<double>(kCertain);
    EXPECT_NEAR(won[l] / n, p, 4.5 * std::sqrt(p * (1 - p) / n)) << l;
  }
}

// Under each draw as often as the threshold says, but for one trial.
TEST(AddWins, SpreadsTheNumbersOfADraw) {
  for (uint64_t block = 0; block < 50; ++block) {
    const std::vector<int64_t> trials = Wins(block);
    for (int l = 0; l < kLanes; ++l) {
      const auto begin = trials.begin() + l * kTrialsPerDraw;
      const double expected = SomeThresholds()[l] / static_cast<double>(kCertain) * kTrialsPerDraw;
      EXPECT_LT(std::abs(std::count(begin, begin + kTrialsPerDraw, 1005) - expected), 1);
    }
  }
}

// Of each two deals: won together as often as independence says. In one trial the two are
// independent; 2000 blocks of 128 trials that are at least as good as independent. The bound of
// 4.5 standard errors fails a right kernel for one seed in 10,000 over the 14 draws.
TEST(AddWins, DealsAreIndependent) {
  std::array<double, kLanes> both{};
  constexpr int kBlocks = 2000;
  for (uint64_t block = 0; block < kBlocks; ++block) {
    std::vector<int64_t> trials(kTrialsPerBlock, 0);
    AddWins({uint64_t{5}, uint64_t{6}}, {SomeThresholds(), SomeThresholds()}, {1, 1}, block,
            trials.data());
    for (int l = 0; l < kLanes; ++l) {
      const auto begin = trials.begin() + l * kTrialsPerDraw;
      both[l] += static_cast<double>(std::count(begin, begin + kTrialsPerDraw, 2));
    }
  }
  const double n = static_cast<double>(kBlocks) * kTrialsPerDraw;
  for (int l = 1; l + 1 < kLanes; ++l) {
    const double p = SomeThresholds()[l] / static_cast<double>(kCertain), p2 = p * p;
    EXPECT_NEAR(both[l] / n, p2, 4.5 * std::sqrt(p2 * (1 - p2) / n)) << l;
  }
}

TEST(AddWins, SameOnEveryTarget) {
  ExpectSameOnEveryTarget<int64_t>([] { return Wins(11); });
  ExpectSameOnEveryTarget<int64_t>([] { return ManyWins(); });
}

TEST(AddWins, AddsEveryDealOnce) {
  const std::vector<int64_t> trials = ManyWins();
  uint64_t all = ~uint64_t{0};
  for (int d = 64; d < 70; ++d) all += uint64_t{1} << (d % 64);
  EXPECT_EQ(trials[0], 0);
  EXPECT_EQ(trials[kTrialsPerBlock - 1], static_cast<int64_t>(all));
}

TEST(MarkWins, MarksWhatAddWinsAdds) {
  const WinBits won = MarkWins(0xfeedULL, 3, SomeThresholds());
  const std::vector<int64_t> trials = Wins(3);
  for (size_t i = 0; i < trials.size(); ++i) {
    const size_t t = i % kTrialsPerDraw;
    EXPECT_EQ((won[i / kTrialsPerDraw][t / 64] >> (t % 64)) & 1, trials[i] == 1005 ? 1 : 0) << i;
  }
}

TEST(MarkWins, SameOnEveryTarget) {
  ExpectSameOnEveryTarget<uint64_t>([] {
    std::vector<uint64_t> words;
    for (const auto& draw : MarkWins(0xfeedULL, 3, SomeThresholds())) {
      words.insert(words.end(), draw.begin(), draw.end());
    }
    return words;
  });
}

// A pipeline with skips and, where `looping`, backward moves under real parameter draws; its
// hazards are some .001 to .3 a day, times `haste`.
FittedModel SkippingModel(bool looping, double haste) {
  FittedModel model = WorkedCaseModel();
  model.options.parameter_uncertainty = true;
  model.options.company_shock_shape = 5;
  model.pipelines[0].arrivals.entry_share = {0.7, 0.2, 0.1, 0};
  Cause back = model.cells[1].causes[1], skip = model.cells[0].causes[0];
  back.next_stage = 0;
  skip.next_stage = 2;
  if (looping) model.cells[1].causes.push_back(back);
  model.cells[0].causes.push_back(skip);
  model.first_day_fraction = 0.4;
  for (Cell& cell : model.cells) {
    for (Cause& cause : cell.causes) {
      for (GammaPosterior& hazard : cause.hazards) hazard.rate /= haste;
    }
  }
  return model;
}

// Both ways of the recursion, hazards that are usual, that are not, and some of both.
std::vector<FittedModel> SkippingModels() {
  std::vector<FittedModel> models;
  for (const bool looping : {false, true}) {
    for (const double haste : {1., 15., 1000.}) models.push_back(SkippingModel(looping, haste));
  }
  return models;
}

const std::vector<Start> kStarts = {{0, 0}, {0, 3}, {0, 400}, {1, 0}, {1, 13}, {1, 14}, {1, 60}};
constexpr int kDays = 30;

WinChances CompileSkipping(const FittedModel& model) {
  RecursionScratch scratch;
  WinChances chances;
  ChanceCompiler(model, 0, model.as_of_day + kDays, kStarts)
      .Compile(DrawCompany(model, 1, 0), DrawRep(model, 0, 1, 0), scratch, chances);
  return chances;
}

// The recursion in its plainest form: one draw, one day, one age, in double precision.
class PlainRecursion {
 public:
  PlainRecursion(const FittedModel& model, int lane)
      : model_(model),
        company_(DrawCompany(model, 1, 0)),
        rep_(DrawRep(model, 0, 1, 0)),
        lane_(lane) {}

  double Chance(int cell, int age, int day) {
    if (day == kDays) return 0;
    const auto key = std::make_tuple(cell, age, day);
    if (const auto known = memory_.find(key); known != memory_.end()) return known->second;
    size_t cause = 0;
    for (int c = 0; c < cell; ++c) cause += model_.cells[c].causes.size();
    std::vector<double> hazards;
    double sum = 0;
    for (size_t k = 0; k < model_.cells[cell].causes.size(); ++k, ++cause) {
      const size_t b = static_cast<size_t>(BucketOf(age, model_.bucket_starts));
      const size_t c = static_cast<size_t>(DayClassOf(model_.as_of_day + day, model_.calendar));
      hazards.push_back(
          (day == 0 ? model_.first_day_fraction : 1) *
          static_cast<double>(company_.hazards[cause * model_.bucket_starts.size() + b][lane_]) *
          static_cast<double>(company_.day_factors[cause * kDayClassCount + c][lane_]) *
          static_cast<double>(rep_.multipliers[cause][lane_]));
      sum += hazards.back();
    }
    double chance = std::exp(-sum) * Chance(cell, age + 1, day + 1);
    for (size_t k = 0; k < hazards.size(); ++k) {
      const double leaves = (1 - std::exp(-sum)) * hazards[k] / sum;
      const int next = model_.cells[cell].causes[k].next_stage;
      if (next == 3) continue;
      chance += leaves * (next == 2     ? 1
                          : next > cell ? Chance(next, 0, day)
                                        : Chance(next, 1, day + 1));
    }
    return memory_[key] = chance;
  }

 private:
  const FittedModel& model_;
  CompanyDraw company_;
  RepDraw rep_;
  int lane_;
  std::map<std::tuple<int, int, int>, double> memory_;
};

TEST(RunRecursion, AgreesWithThePlainRecursion) {
  for (const FittedModel& model : SkippingModels()) {
    const WinChances chances = CompileSkipping(model);
    for (int lane = 0; lane < kLanes; lane += 5) {
      PlainRecursion plain(model, lane);
      // Single precision, thirty steps.
      for (size_t i = 0; i < kStarts.size(); ++i) {
        EXPECT_NEAR(chances.starts[i][lane], plain.Chance(kStarts[i].cell, kStarts[i].age_days, 0),
                    3e-6);
      }
      for (int t = 0; t < kDays; ++t) {
        const double entered = 0.7 * plain.Chance(0, 0, t) + 0.2 * plain.Chance(1, 0, t) + 0.1;
        EXPECT_NEAR(chances.new_by_day[t][lane], entered, 3e-6) << t;
      }
    }
  }
}

TEST(RunRecursion, SameOnEveryTarget) {
  for (const FittedModel& model : SkippingModels()) {
    ExpectSameOnEveryTarget<Lanes>([&] { return CompileSkipping(model).starts; });
    ExpectSameOnEveryTarget<Lanes>([&] { return CompileSkipping(model).new_by_day; });
  }
}

// Numbers of many sizes, whose sums depend on their order.
std::vector<double> Row(uint64_t key, size_t width) {
  std::vector<double> row;
  for (const uint32_t word : Words(key, 0, width / 4)) {
    row.push_back(std::ldexp(word, -(word % 40)));
  }
  return row;
}

TEST(RowKernels, SumOverTheRow) {
  std::vector<double> ones(24, 1), row(24), sums(24, 0.5);
  for (size_t i = 0; i < row.size(); ++i) row[i] = static_cast<double>(i);
  EXPECT_EQ(Dot(ones.data(), row.data(), row.size()), 276);
  AddScaled(2, row.data(), row.size(), sums.data());
  for (size_t i = 0; i < row.size(); ++i) EXPECT_EQ(sums[i], 0.5 + 2 * row[i]);
}

TEST(RowKernels, SameOnEveryTarget) {
  ExpectSameOnEveryTarget<double>([] {
    const std::vector<double> a = Row(1, 384), b = Row(2, 384);
    std::vector<double> sums = b;
    AddScaled(0.3, a.data(), a.size(), sums.data());
    sums.push_back(Dot(a.data(), b.data(), a.size()));
    return sums;
  });
}

}  // namespace
}  // namespace quotacast::simulation
