#ifndef QUOTACAST_TESTS_SERVER_HANDLERS_TEST_COMPANY_H_
#define QUOTACAST_TESTS_SERVER_HANDLERS_TEST_COMPANY_H_

// A small company in a real store, its clock standing still, to ask handlers about.
//
// Organization "acme" (EUR, UTC). Teams: all > north, all > south. Reps n1 and n2 in north, s1 in
// south, x1 in none. One pipeline: lead, offer (open), won, lost. Each of n1, n2 and s1 creates an
// opportunity of 1,000 EUR a day at 09:00 from 2025-09-01 to 2026-03-09; it goes to offer two days
// later and five days later is won, if its number is even, or lost. Quotas of n1, n2 and s1, in
// money and units, for January, February and March and the first quarter of 2026: 15,000 and 15 a
// month, 45,000 and 45 a quarter. Team north has one of its own for the quarter: 100,000. x1 has
// none.

#include <cstdint>
#include <memory>
#include <string>

#include "server/compute_pool.h"
#include "server/handlers/engine.h"
#include "server/handlers/request.h"
#include "server/history_cache.h"
#include "server/storage/store.h"

namespace quotacast {

class TestCompany {
 public:
  // 2026-03-10T00:00:00Z: the records end here. By then each of the three has won 5 opportunities
  // in March and 34 in the quarter.
  static constexpr int64_t kAsOfUs = 1'773'100'800'000'000;

  TestCompany();
  ~TestCompany();

  storage::Store& store() { return *store_; }
  handlers::Engine& engine() { return engine_; }
  ComputePool& pool() { return pool_; }
  handlers::Context Context(std::function<bool()> cancelled = [] { return false; }) {
    return {*store_, "", std::move(cancelled)};
  }
  void SetNow(int64_t now_us) { now_us_ = now_us; }
  // Of the organization.
  void SetCorrectionMode(storage::CorrectionMode mode);

 private:
  std::string folder_;
  int64_t now_us_ = kAsOfUs;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<HistoryCache> histories_;
  ComputePool pool_{1, 0};
  handlers::Engine engine_;
};

}  // namespace quotacast

#endif  // QUOTACAST_TESTS_SERVER_HANDLERS_TEST_COMPANY_H_
