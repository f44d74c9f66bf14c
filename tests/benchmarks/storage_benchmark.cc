// How fast facts go to disk and a history comes back. Not part of the tests. The folder is made
// under QUOTACAST_BENCHMARK_FOLDER, or the temporary folder; it should lie on the disk that is
// meant.

#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/storage/sqlite_store.h"
#include "tests/benchmarks/folder.h"

namespace quotacast::storage {
namespace {

constexpr int kBatchRows = 8'000;
constexpr int kReps = 1'000;
constexpr int kOpportunities = 200'000;
constexpr int kEvents = 1'000'000;
constexpr int kActivities = 3'000'000;
constexpr int64_t kHourUs = 3'600'000'000;

// A company whose opportunities are open one after the other, some 40,000 at a time: the order of
// events in a file is that of time, so that neighbours belong to different opportunities.
class Company {
 public:
  Company() : folder_(MakeBenchmarkFolder()), store_(*OpenSqliteStore({.folder = folder_})) {
    Write([this](WriteTransaction& transaction) {
      organization_ = transaction.InsertOrganization(MakeOrganization())->key;
      Pipeline pipeline;
      pipeline.id = "sales";
      for (int i = 0; i < 8; ++i) {
        Stage& stage = pipeline.stages.emplace_back();
        stage.id = absl::StrCat("stage", i);
        stage.kind = i == 6 ? StageKind::kWon : i == 7 ? StageKind::kLost : StageKind::kOpen;
      }
      pipeline_ = transaction.InsertPipeline(organization_, pipeline)->key;
      for (int i = 0; i < kReps; ++i) {
        Rep rep;
        rep.id = absl::StrCat("rep-", i);
        reps_.push_back(transaction.InsertRep(organization_, rep)->key);
      }
    });
  }
  ~Company() {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  void AppendOpportunities() {
    InBatches(kOpportunities, [this](WriteTransaction& transaction, int first, int last) {
      std::vector<std::string> ids;
      for (int i = first; i < last; ++i) ids.push_back(absl::StrCat("opportunity-", i));
      std::vector<OpportunityFact> rows(last - first);
      for (int i = first; i < last; ++i) {
        OpportunityFact& row = rows[i - first];
        row.id = ids[i - first];
        row.pipeline = pipeline_;
        row.rep = reps_[i % kReps];
        row.name = "Silver package";
        row.amount_micros = 1'000'000'000 + i;
        row.create_time_us = i * kHourUs;
      }
      const AppendReport report = *transaction.AppendOpportunities(organization_, rows);
      opportunities_.insert(opportunities_.end(), report.keys.begin(), report.keys.end());
    });
  }

  void AppendEvents() {
    InBatches(kEvents, [this](WriteTransaction& transaction, int first, int last) {
      std::vector<StageEventFact> rows(last - first);
      for (int i = first; i < last; ++i) {
        // Event i: stage i % 5 of an opportunity created up to 40,000 opportunities ago.
        const int opportunity = std::max(0, i / 5 - (i % 5) * 8'000);
        StageEventFact& row = rows[i - first];
        row.opportunity = opportunities_[opportunity];
        row.stage = static_cast<int16_t>(i % 5);
        row.time_us = (i / 5) * kHourUs;
      }
      benchmark::DoNotOptimize(transaction.AppendStageEvents(organization_, rows)->created);
    });
  }

  void AppendActivities() {
    InBatches(kActivities, [this](WriteTransaction& transaction, int first, int last) {
      std::vector<std::string> ids;
      for (int i = first; i < last; ++i) ids.push_back(absl::StrCat("activity-", 10'000'000 + i));
      std::vector<ActivityFact> rows(last - first);
      for (int i = first; i < last; ++i) {
        ActivityFact& row = rows[i - first];
        row.id = ids[i - first];
        row.rep = reps_[i % kReps];
        row.opportunity = opportunities_[i / 15];
        row.time_us = (i / 15) * kHourUs + i;
        row.type = ActivityType::kCall;
        row.outcome = ActivityOutcome::kConnected;
        row.duration_seconds = 60;
      }
      benchmark::DoNotOptimize(transaction.AppendActivities(organization_, rows)->created);
    });
  }

  Store& store() { return *store_; }
  Key organization() const { return organization_; }

 private:
  static Organization MakeOrganization() {
    Organization organization;
    organization.id = "acme";
    organization.currency = "EUR";
    organization.time_zone = "UTC";
    return organization;
  }
  void Write(std::function<void(WriteTransaction&)> function) {
    const auto response = store_->Write(std::nullopt, [&function](WriteTransaction& transaction) {
      function(transaction);
      return std::string();
    });
    if (!response.ok()) std::abort();
  }
  void InBatches(int rows, std::function<void(WriteTransaction&, int, int)> append) {
    for (int first = 0; first < rows; first += kBatchRows) {
      const int last = std::min(rows, first + kBatchRows);
      Write([&](WriteTransaction& transaction) { append(transaction, first, last); });
    }
  }

  std::string folder_;
  std::unique_ptr<Store> store_;
  Key organization_ = kNoKey, pipeline_ = kNoKey;
  std::vector<Key> reps_, opportunities_;
};

// One company grows from benchmark to benchmark, so run them all and in this order.
Company& TheCompany() {
  static Company company;
  return company;
}

void AppendOpportunities(benchmark::State& state) {
  Company& company = TheCompany();
  for (auto _ : state) company.AppendOpportunities();
  state.SetItemsProcessed(kOpportunities);
}
BENCHMARK(AppendOpportunities)
    ->Iterations(1)
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

void AppendStageEvents(benchmark::State& state) {
  for (auto _ : state) TheCompany().AppendEvents();
  state.SetItemsProcessed(kEvents);
}
BENCHMARK(AppendStageEvents)
    ->Iterations(1)
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

void AppendActivities(benchmark::State& state) {
  for (auto _ : state) TheCompany().AppendActivities();
  state.SetItemsProcessed(kActivities);
}
BENCHMARK(AppendActivities)
    ->Iterations(1)
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

void ScanStageEvents(benchmark::State& state) {
  for (auto _ : state) {
    auto reading = *TheCompany().store().Read();
    int64_t sum = 0;
    if (!reading
             ->ScanStageEvents(TheCompany().organization(), 0,
                               [&sum](const StageEventFact& fact) { sum += fact.time_us; })
             .ok()) {
      std::abort();
    }
    benchmark::DoNotOptimize(sum);
  }
  state.SetItemsProcessed(state.iterations() * kEvents);
}
BENCHMARK(ScanStageEvents)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace quotacast::storage

BENCHMARK_MAIN();
