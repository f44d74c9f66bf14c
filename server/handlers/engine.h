#ifndef QUOTACAST_SERVER_HANDLERS_ENGINE_H_
#define QUOTACAST_SERVER_HANDLERS_ENGINE_H_

#include "server/compute_pool.h"
#include "server/history_cache.h"

namespace quotacast::handlers {

// What a computation over a company's history uses.
struct Engine {
  HistoryCache& histories;
  ComputePool& pool;
};

}  // namespace quotacast::handlers

#endif  // QUOTACAST_SERVER_HANDLERS_ENGINE_H_
