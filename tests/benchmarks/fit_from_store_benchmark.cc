// Reading a company of 10 million stage events from the store and fitting its model. Not part of
// the tests. See storage_benchmark.cc for where the folder lies.

#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "server/history_cache.h"
#include "server/model_cache.h"
#include "server/storage/sqlite_store.h"
#include "tests/benchmarks/folder.h"
#include "tests/simulation/planted_company.h"

namespace quotacast {
namespace {

constexpr int64_t kDayUs = int64_t{86'400} * 1'000'000;
constexpr int kReps = 1'000;
constexpr int kDays = 9'500;  // Some 1.05 stage events for each rep and day.
constexpr size_t kRowsAtOnce = 8'000;

using storage::Key;
using storage::WriteTransaction;

class Company {
 public:
  Company() {
    folder_ = MakeBenchmarkFolder();
    store_ = *storage::OpenSqliteStore({.folder = folder_});
    simulation::PlantedOptions options;
    options.reps = kReps;
    options.stages = 6;
    options.days = kDays;
    options.shocks = false;
    const simulation::PlantedCompany planted = simulation::PlantCompany(options, 1);
    as_of_us_ = planted.truth.as_of_day * kDayUs;
    Write(planted.history);
  }
  ~Company() {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  storage::Store& store() { return *store_; }
  int64_t as_of_us() const { return as_of_us_; }
  int64_t event_count() const { return event_count_; }

 private:
  template <typename Function>
  void Run(Function function) {
    const auto done = store_->Write(
        std::nullopt, [&](WriteTransaction& transaction) -> absl::StatusOr<std::string> {
          return function(transaction) ? absl::StatusOr<std::string>("")
                                       : absl::InternalError("refused");
        });
    if (!done.ok()) std::abort();
  }

  void Write(const simulation::History& history) {
    Key organization = 0, pipeline = 0;
    std::vector<Key> reps;
    Run([&](WriteTransaction& transaction) {
      storage::Organization acme;
      acme.id = "acme";
      acme.currency = "EUR";
      acme.time_zone = "UTC";
      organization = transaction.InsertOrganization(acme)->key;
      storage::Pipeline made;
      made.id = history.pipelines[0].id;
      for (const simulation::Stage& stage : history.pipelines[0].stages) {
        storage::Stage& to = made.stages.emplace_back();
        to.id = to.name = stage.id;
        to.kind = stage.kind;
      }
      pipeline = transaction.InsertPipeline(organization, made)->key;
      for (const simulation::Rep& rep : history.reps) {
        storage::Rep to;
        to.id = to.name = rep.id;
        reps.push_back(transaction.InsertRep(organization, to)->key);
      }
      return true;
    });
    for (size_t first = 0; first < history.opportunities.size(); first += kRowsAtOnce) {
      const size_t end = std::min(history.opportunities.size(), first + kRowsAtOnce);
      Run([&](WriteTransaction& transaction) {
        std::vector<storage::OpportunityFact> facts;
        std::vector<storage::StageEventFact> events;
        for (size_t i = first; i < end; ++i) {
          const simulation::Opportunity& from = history.opportunities[i];
          storage::OpportunityFact& fact = facts.emplace_back();
          fact.id = from.id;
          fact.pipeline = pipeline;
          fact.rep = reps[from.rep];
          fact.amount_micros = from.amount_micros;
          fact.create_time_us = from.create_time_us;
        }
        const auto appended = transaction.AppendOpportunities(organization, facts);
        for (size_t i = first; i < end; ++i) {
          const simulation::Opportunity& from = history.opportunities[i];
          for (int32_t k = 0; k < from.event_count; ++k) {
            const simulation::StageEvent& event = history.events[from.first_event + k];
            storage::StageEventFact& fact = events.emplace_back();
            fact.opportunity = appended->keys[i - first];
            fact.time_us = event.time_us;
            fact.stage = event.stage;
          }
        }
        event_count_ += static_cast<int64_t>(events.size());
        return appended.ok() && transaction.AppendStageEvents(organization, events).ok();
      });
    }
  }

  std::string folder_;
  std::unique_ptr<storage::Store> store_;
  int64_t as_of_us_ = 0;
  int64_t event_count_ = 0;
};

Company& TheCompany() {
  static Company company;
  return company;
}

void Read(benchmark::State& state) {
  TheCompany();  // Written before the time runs.
  for (auto _ : state) {
    HistoryCache histories(TheCompany().store(), 2);
    if (!histories.Get("acme").ok()) std::abort();
  }
  state.counters["events"] = static_cast<double>(TheCompany().event_count());
}

void ReadAndFit(benchmark::State& state) {
  TheCompany();
  for (auto _ : state) {
    HistoryCache histories(TheCompany().store(), 2);
    ModelCache models;
    if (!models.Get(*histories.Get("acme"), TheCompany().as_of_us(), 2).ok()) std::abort();
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  state.counters["peak_mb"] = static_cast<double>(usage.ru_maxrss) / 1024;
  state.counters["events"] = static_cast<double>(TheCompany().event_count());
}

BENCHMARK(Read)->Iterations(1)->MeasureProcessCPUTime()->UseRealTime()->Unit(
    benchmark::kMillisecond);
BENCHMARK(ReadAndFit)
    ->Iterations(1)
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace quotacast

BENCHMARK_MAIN();
