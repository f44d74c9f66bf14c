// How fast an import session takes rows, checked only and stored, and how long a history takes to
// load and a model is at hand after a write. Not part of the tests. See storage_benchmark.cc for
// where the folder lies.

#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "server/history_cache.h"
#include "server/import/session.h"
#include "server/model_cache.h"
#include "server/storage/sqlite_store.h"
#include "tests/benchmarks/folder.h"

namespace quotacast::importing {
namespace {

constexpr int kBatchRows = 8'000;
constexpr int kReps = 1'000;
constexpr int kOpportunities = 200'000;
constexpr int kEvents = 1'000'000;
constexpr int kActivities = 3'000'000;
constexpr int64_t kHourUs = 3'600'000'000;

// Hands batches of made rows to the session; `make(i, text)` makes row i, with its id in `text`.
template <typename Row, typename Make>
void ApplyAll(Session& session, int count, Make make) {
  std::vector<std::string> texts(kBatchRows);
  for (int first = 0; first < count; first += kBatchRows) {
    std::vector<Row> rows;
    rows.reserve(kBatchRows);
    for (int i = first; i < std::min(count, first + kBatchRows); ++i) {
      rows.push_back(make(i, texts[i - first]));
    }
    const auto result = session.Apply(std::move(rows));
    if (!result.ok() || result->bad > 0) std::abort();
  }
}

class Company {
 public:
  Company() : folder_(MakeBenchmarkFolder()) {
    store_ = *storage::OpenSqliteStore({.folder = folder_});
    const auto made = store_->Write(
        std::nullopt, [](storage::WriteTransaction& transaction) -> absl::StatusOr<std::string> {
          storage::Organization acme;
          acme.id = "acme";
          acme.currency = "EUR";
          acme.time_zone = "UTC";
          return transaction.InsertOrganization(acme)->id;
        });
    if (!made.ok()) std::abort();
    for (int i = 0; i < kReps; ++i) reps_.push_back(absl::StrCat("rep-", i));
    for (int i = 0; i < kOpportunities; ++i) {
      opportunities_.push_back(absl::StrCat("opportunity-", i));
    }
  }
  ~Company() {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  void StartSession(bool validate_only) {
    session_ = *Session::Open(*store_, "acme", {.validate_only = validate_only});
    ApplyAll<RepRow>(*session_, kReps, [&](int i, std::string&) {
      RepRow row;
      row.rep_id = reps_[i];
      return row;
    });
    ApplyAll<StageRow>(*session_, 8, [&](int i, std::string& id) {
      id = absl::StrCat("stage", i);
      StageRow row;
      row.pipeline_id = "sales";
      row.stage_id = id;
      row.position = i;
      row.kind = i == 6 ? StageKind::kWon : i == 7 ? StageKind::kLost : StageKind::kOpen;
      return row;
    });
  }
  void ApplyOpportunities() {
    ApplyAll<OpportunityRow>(*session_, kOpportunities, [&](int i, std::string&) {
      OpportunityRow row;
      row.opportunity_id = opportunities_[i];
      row.pipeline_id = "sales";
      row.rep_id = reps_[i % kReps];
      row.name = "Silver package";
      row.create_time_us = i * kHourUs;
      return row;
    });
  }
  void ApplyEvents() {
    ApplyAll<StageEventRow>(*session_, kEvents, [&](int i, std::string& id) {
      // Stage i % 5 of an opportunity created up to 32,000 opportunities before.
      const int stage = i % 5;
      id = absl::StrCat("stage", stage);
      StageEventRow row;
      row.opportunity_id = opportunities_[std::max(0, i / 5 - stage * 8'000)];
      row.stage_id = id;
      row.time_us = (i / 5) * kHourUs;
      return row;
    });
  }
  void ApplyActivities() {
    ApplyAll<ActivityRow>(*session_, kActivities, [&](int i, std::string& id) {
      id = absl::StrCat("activity-", 10'000'000 + i);
      ActivityRow row;
      row.activity_id = id;
      row.rep_id = reps_[i % kReps];
      row.opportunity_id = opportunities_[i / 15];
      row.time_us = (i / 15) * kHourUs + i;
      row.type = ActivityType::kCall;
      row.outcome = ActivityOutcome::kConnected;
      row.duration_seconds = 60;
      return row;
    });
  }
  storage::Store& store() { return *store_; }

 private:
  std::string folder_;
  std::unique_ptr<storage::Store> store_;
  std::vector<std::string> reps_, opportunities_;
  std::unique_ptr<Session> session_;
};

// One company grows from benchmark to benchmark, so run them all and in this order.
Company& TheCompany() {
  static Company company;
  return company;
}

template <typename Apply>
void Measure(benchmark::State& state, int rows, Apply apply) {
  for (auto _ : state) apply();
  state.SetItemsProcessed(rows);
}
void ValidateOpportunities(benchmark::State& state) {
  TheCompany().StartSession(true);
  Measure(state, kOpportunities, [] { TheCompany().ApplyOpportunities(); });
}
void ValidateStageEvents(benchmark::State& state) {
  Measure(state, kEvents, [] { TheCompany().ApplyEvents(); });
}
void ValidateActivities(benchmark::State& state) {
  Measure(state, kActivities, [] { TheCompany().ApplyActivities(); });
}
void StoreOpportunities(benchmark::State& state) {
  TheCompany().StartSession(false);
  Measure(state, kOpportunities, [] { TheCompany().ApplyOpportunities(); });
}
void StoreStageEvents(benchmark::State& state) {
  Measure(state, kEvents, [] { TheCompany().ApplyEvents(); });
}
void StoreActivities(benchmark::State& state) {
  Measure(state, kActivities, [] { TheCompany().ApplyActivities(); });
}
void LoadHistory(benchmark::State& state) {
  Measure(state, kOpportunities + kEvents + kActivities, [] {
    HistoryCache cache(TheCompany().store(), 2);
    if (cache.Get("acme").value()->history.events.size() != size_t{kEvents}) std::abort();
  });
}

// One stage event is written, and then the model is asked for; only the asking is timed.
// LoadHistory must have run.
void AskAfterAWrite(benchmark::State& state) {
  static HistoryCache& histories = *new HistoryCache(TheCompany().store(), 2);
  static ModelCache& models = *new ModelCache;
  int64_t now_us = absl::ToUnixMicros(absl::Now());
  int written = 0;
  const auto write = [&] {
    ++written;
    const auto done = TheCompany().store().Write(
        std::nullopt, [&](storage::WriteTransaction& transaction) -> absl::StatusOr<std::string> {
          const storage::Key organization = transaction.GetOrganization("acme")->key;
          storage::StageEventFact fact;
          fact.opportunity =
              transaction.FindOpportunities(organization, {absl::StrCat("opportunity-", written)})
                  ->front()
                  .key;
          fact.time_us = now_us - 1;
          fact.stage = static_cast<int16_t>(written % 6);
          return absl::StrCat(transaction.AppendStageEvents(organization, {&fact, 1})->created);
        });
    if (!done.ok()) std::abort();
  };
  const auto ask = [&] { return models.Get(*histories.Get("acme"), ++now_us, 2).ok(); };
  if (!ask()) std::abort();
  for (auto _ : state) {
    state.PauseTiming();
    write();
    state.ResumeTiming();
    if (state.range(0) == 0) {
      if (!histories.Get("acme").ok()) std::abort();
    } else if (!ask()) {
      std::abort();
    }
  }
}
#define QUOTACAST_ONCE(name)                                                    \
  BENCHMARK(name)->Iterations(1)->MeasureProcessCPUTime()->UseRealTime()->Unit( \
      benchmark::kMillisecond)
QUOTACAST_ONCE(ValidateOpportunities);
QUOTACAST_ONCE(ValidateStageEvents);
QUOTACAST_ONCE(ValidateActivities);
QUOTACAST_ONCE(StoreOpportunities);
QUOTACAST_ONCE(StoreStageEvents);
QUOTACAST_ONCE(StoreActivities);
QUOTACAST_ONCE(LoadHistory);
// 0: the history; 1: and the model.
BENCHMARK(AskAfterAWrite)
    ->Arg(0)
    ->Arg(1)
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace quotacast::importing

BENCHMARK_MAIN();
