// What each call about the sales floor takes on a company in a store, from the request to the
// response: `floor_benchmark DATA ORGANIZATION [PART_OF_A_NAME]`,
// where DATA is the folder of a server that does not
// run, for example after `quotacast sample FOLDER --reps 1000 --months 24` and `quotacast import
// FOLDER`. Adds activities and opportunities to it. Not part of the tests.

#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/handlers/activity.h"
#include "server/handlers/metrics.h"
#include "server/handlers/opportunity.h"
#include "server/handlers/stage_transition.h"
#include "server/storage/sqlite_store.h"

namespace quotacast {
namespace {

constexpr int kThreads = 2;
constexpr int kRuns = 7;

double CpuMs() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  const auto ms = [](const timeval& time) {
    return 1e3 * static_cast<double>(time.tv_sec) + 1e-3 * static_cast<double>(time.tv_usec);
  };
  return ms(usage.ru_utime) + ms(usage.ru_stime);
}

struct Cost {
  double wall_ms = 0, cpu_ms = 0;
  bool operator<(const Cost& other) const { return wall_ms < other.wall_ms; }
};

class Floor {
 public:
  Floor(const std::string& folder, const std::string& organization, std::string only)
      : only_(std::move(only)),
        store_(*storage::OpenSqliteStore({.folder = folder})),
        parent_(absl::StrCat("organizations/", organization)),
        histories_(*store_, kThreads),
        pool_(kThreads, kThreads),
        engine_{histories_, pool_} {}

  template <typename Request>
  Request Ask() const {
    Request request;
    request.set_parent(parent_);
    return request;
  }

  template <typename Request, typename Response>
  void Call(absl::StatusOr<Response> (*handler)(const handlers::Context&, handlers::Engine&,
                                                handlers::Floor&, const Request&),
            const Request& request) {
    Check(handler(Context(), engine_, floor_, request).status());
  }

  // Tells the cost of `call` as it is, with an activity added before each run, and with an
  // opportunity.
  void Measure(const std::string& name, const std::function<void()>& call) {
    if (name.find(only_) == std::string::npos) return;
    call();
    std::printf("%-28s", name.c_str());
    const std::function<void()> writes[] = {[] {}, [this] { AddActivity(); },
                                            [this] { AddOpportunity(); }};
    for (const std::function<void()>& write : writes) {
      std::vector<Cost> costs;
      for (int run = 0; run < kRuns; ++run) {
        write();
        costs.push_back(CostOf(call));
      }
      std::sort(costs.begin(), costs.end());
      const Cost& usual = costs[kRuns / 2];
      std::printf(" %10.0f %8.0f", usual.wall_ms, usual.cpu_ms);
    }
    std::printf("\n");
    std::fflush(stdout);
  }

  void AddActivity() {
    auto list = Ask<v1::ListOpportunitiesRequest>();
    list.set_page_size(1);
    const auto listed = handlers::ListOpportunities(Context(), list);
    Check(listed.status());
    auto request = Ask<v1::CreateActivityRequest>();
    v1::Activity& activity = *request.mutable_activity();
    request.set_activity_id(absl::StrCat("benchmark-", absl::ToUnixNanos(absl::Now())));
    activity.set_rep(listed->opportunities(0).owner());
    activity.set_opportunity(listed->opportunities(0).name());
    activity.set_type(v1::Activity::CALL);
    Check(handlers::CreateActivity(Context(), request).status());
  }

  void AddOpportunity() {
    auto list = Ask<v1::ListOpportunitiesRequest>();
    list.set_page_size(1);
    const auto listed = handlers::ListOpportunities(Context(), list);
    Check(listed.status());
    auto request = Ask<v1::CreateOpportunityRequest>();
    *request.mutable_opportunity() = listed->opportunities(0);
    request.mutable_opportunity()->clear_name();
    request.mutable_opportunity()->clear_create_time();
    request.set_opportunity_id(absl::StrCat("benchmark-", absl::ToUnixNanos(absl::Now())));
    Check(handlers::CreateOpportunity(Context(), request).status());
  }

  // Only the history, brought up to date after a write: a part of each call that follows one.
  void Refresh() { Check(histories_.Get(parent_.substr(parent_.find('/') + 1)).status()); }

 private:
  static void Check(const absl::Status& status) {
    if (status.ok()) return;
    std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
    std::exit(1);
  }
  static Cost CostOf(const std::function<void()>& call) {
    const double cpu_ms = CpuMs();
    const absl::Time start = absl::Now();
    call();
    return {absl::ToDoubleMilliseconds(absl::Now() - start), CpuMs() - cpu_ms};
  }
  handlers::Context Context() const {
    return {*store_, "", [] { return false; }};
  }

  const std::string only_;
  std::unique_ptr<storage::Store> store_;
  std::string parent_;
  HistoryCache histories_;
  ComputePool pool_;
  handlers::Engine engine_;
  ModelCache models_;
  handlers::Floor floor_{models_};
};

void Run(const std::string& folder, const std::string& organization, const std::string& only) {
  Floor floor(folder, organization, only);
  std::printf("%-28s %10s %8s %10s %8s %10s %8s\n", "ms", "wall", "CPU", "activity", "CPU",
              "opportunity", "CPU");
  floor.Measure("the history alone", [&floor] { floor.Refresh(); });
  const int year = absl::ToCivilYear(absl::Now(), absl::UTCTimeZone()).year();
  for (const std::string& period :
       {std::string(),
        absl::StrCat(year, "-Q",
                     (absl::ToCivilMonth(absl::Now(), absl::UTCTimeZone()).month() + 2) / 3),
        absl::StrCat(year - 1, "-01-01..", year + 1, "-01-01")}) {
    for (const int page_size : {0, 1000}) {
      const std::string what = absl::StrCat(period.empty() ? "month" : period, ", ",
                                            page_size == 0 ? 100 : page_size, " lines");
      floor.Measure(absl::StrCat("activity, ", what), [&] {
        auto request = floor.Ask<v1::ReportActivityRequest>();
        request.set_period(period);
        request.set_page_size(page_size);
        floor.Call(&handlers::ReportActivity, request);
      });
      floor.Measure(absl::StrCat("pipeline, ", what), [&] {
        auto request = floor.Ask<v1::ReportPipelineRequest>();
        request.set_period(period);
        request.set_page_size(page_size);
        floor.Call(&handlers::ReportPipeline, request);
      });
    }
  }
  floor.Measure("process", [&floor] {
    floor.Call(&handlers::CheckProcess, floor.Ask<v1::CheckProcessRequest>());
  });
  floor.Measure("opportunities", [&floor] {
    floor.Call(&handlers::RankOpportunities, floor.Ask<v1::RankOpportunitiesRequest>());
  });
  floor.Measure("guideline, 20 reps", [&floor] {
    floor.Call(&handlers::ReportGuidelines, floor.Ask<v1::ReportGuidelinesRequest>());
  });
  floor.Measure("guideline, 1 rep", [&floor] {
    auto request = floor.Ask<v1::ReportGuidelinesRequest>();
    request.set_page_size(1);
    floor.Call(&handlers::ReportGuidelines, request);
  });
  floor.Measure("signals", [&floor] {
    floor.Call(&handlers::ListSignals, floor.Ask<v1::ListSignalsRequest>());
  });
}

}  // namespace
}  // namespace quotacast

int main(int argc, char** argv) {
  if (argc != 3 && argc != 4) {
    std::fprintf(stderr, "usage: floor_benchmark DATA ORGANIZATION [PART_OF_A_NAME]\n");
    return 2;
  }
  quotacast::Run(argv[1], argv[2], argc == 4 ? argv[3] : "");
  return 0;
}
