#include "server/metrics/distribution_summary.h"

#include <algorithm>
#include <numeric>

namespace quotacast::metrics {
namespace {

double QuantileOf(absl::Span<float> values, double level) {
  const double place = level * static_cast<double>(values.size() - 1);
  const auto below = static_cast<size_t>(place);
  std::nth_element(values.begin(), values.begin() + below, values.end());
  const double low = values[below];
  if (below + 1 == values.size()) return low;
  const double high = *std::min_element(values.begin() + below + 1, values.end());
  return low + (place - static_cast<double>(below)) * (high - low);
}

}  // namespace

DistributionSummary Summarize(absl::Span<float> values) {
  if (values.empty()) return {};
  DistributionSummary summary;
  summary.count = static_cast<int64_t>(values.size());
  summary.mean =
      std::accumulate(values.begin(), values.end(), 0.) / static_cast<double>(values.size());
  summary.p90 = QuantileOf(values, .9);
  summary.median = QuantileOf(values, .5);
  return summary;
}

std::vector<DistributionSummary> SampleTable::Summarize(const Grouping& grouping) const {
  const size_t cells = static_cast<size_t>(grouping.row_count()) * width_;
  std::vector<size_t> next(cells + 1, 0);
  const auto for_each_cell = [&](const Entry& entry, const auto& body) {
    const int32_t row = grouping.RepRow(entry.rep);
    body(static_cast<size_t>(row) * width_ + static_cast<size_t>(entry.value_class));
    if (row >= grouping.rep_count()) return;
    for (const int32_t above : grouping.Above(row)) {
      body(static_cast<size_t>(above) * width_ + static_cast<size_t>(entry.value_class));
    }
  };
  for (const Entry& entry : entries_) {
    for_each_cell(entry, [&next](size_t cell) { ++next[cell + 1]; });
  }
  for (size_t i = 1; i < next.size(); ++i) next[i] += next[i - 1];
  std::vector<float> values(next.back());
  for (const Entry& entry : entries_) {
    for_each_cell(entry, [&](size_t cell) { values[next[cell]++] = entry.value; });
  }
  std::vector<DistributionSummary> summaries(cells);
  size_t first = 0;
  for (size_t cell = 0; cell < cells; ++cell) {
    summaries[cell] = metrics::Summarize(absl::MakeSpan(values).subspan(first, next[cell] - first));
    first = next[cell];
  }
  return summaries;
}

CountHistogram& CountHistogram::operator+=(const CountHistogram& other) {
  for (int i = 0; i < kBinCount; ++i) bins[i] += other.bins[i];
  sum += other.sum;
  return *this;
}

int64_t CountHistogram::Count() const {
  return std::accumulate(bins.begin(), bins.end(), int64_t{0});
}

double CountHistogram::Mean() const {
  const int64_t count = Count();
  return count > 0 ? static_cast<double>(sum) / static_cast<double>(count) : 0;
}

int CountHistogram::Quantile(double level) const {
  const double wanted = level * static_cast<double>(Count());
  int64_t seen = 0;
  for (int i = 0; i < kBinCount; ++i) {
    seen += bins[i];
    if (static_cast<double>(seen) >= wanted && seen > 0) return i;
  }
  return kBinCount - 1;
}

}  // namespace quotacast::metrics
