#include "server/metrics/distribution_summary.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numeric>

#include "simulation/order_statistics.h"
#include "simulation/parallel.h"

namespace quotacast::metrics {
namespace {

// Reorders the values so that those from `place` on are the larger ones, and interpolates from
// there.
double QuantileOf(absl::Span<float> values, double place) {
  const auto below = static_cast<size_t>(place);
  std::nth_element(values.begin(), values.begin() + below, values.end());
  const double low = values[below];
  if (below + 1 == values.size()) return low;
  const double high = *std::min_element(values.begin() + below + 1, values.end());
  return low + (place - static_cast<double>(below)) * (high - low);
}

constexpr size_t kMany = 1024;

// Of more than kMany values that are not negative, by their bits, which are in the same order:
// for many values far cheaper than reordering all.
void SetQuantiles(absl::Span<const float> values, DistributionSummary& summary) {
  std::vector<int64_t> bits;
  bits.reserve(values.size());
  for (const float value : values) bits.push_back(std::bit_cast<int32_t>(value));
  const double last = static_cast<double>(values.size() - 1);
  const auto median = static_cast<size_t>(.5 * last), p90 = static_cast<size_t>(.9 * last);
  const std::vector<int64_t> at =
      simulation::ValuesAtRanks(bits, {median, median + 1, p90, p90 + 1});
  const auto between = [&at](size_t i, double part) {
    const double low = std::bit_cast<float>(static_cast<int32_t>(at[i]));
    const double high = std::bit_cast<float>(static_cast<int32_t>(at[i + 1]));
    return low + part * (high - low);
  };
  summary.median = between(0, .5 * last - static_cast<double>(median));
  summary.p90 = between(2, .9 * last - static_cast<double>(p90));
}

double MeanOf(absl::Span<const float> values) {
  constexpr double kUnit = 1e6;
  int64_t sum = 0;
  for (const float value : values) sum += std::llround(kUnit * static_cast<double>(value));
  return static_cast<double>(sum) / kUnit / static_cast<double>(values.size());
}

}  // namespace

DistributionSummary Summarize(absl::Span<float> values) {
  if (values.empty()) return {};
  DistributionSummary summary;
  summary.count = static_cast<int64_t>(values.size());
  summary.mean = MeanOf(values);
  const auto is_negative = [](float value) { return std::signbit(value); };
  if (values.size() > kMany && std::none_of(values.begin(), values.end(), is_negative)) {
    SetQuantiles(values, summary);
    return summary;
  }
  const double last = static_cast<double>(values.size() - 1);
  summary.p90 = QuantileOf(values, .9 * last);
  // What lies above the median's upper neighbour is not looked at again.
  const size_t lower = std::min(values.size(), static_cast<size_t>(.9 * last) + 1);
  summary.median = QuantileOf(
      lower > static_cast<size_t>(.5 * last) + 1 ? values.subspan(0, lower) : values, .5 * last);
  return summary;
}

std::vector<DistributionSummary> SampleTable::Summarize(const Grouping& grouping,
                                                        int thread_count) const {
  // The values of each row without those below it, class by class.
  const size_t cells = static_cast<size_t>(grouping.row_count()) * width_;
  const auto own_cell = [&](const Entry& entry) {
    return static_cast<size_t>(grouping.RepRow(entry.rep)) * width_ +
           static_cast<size_t>(entry.value_class);
  };
  std::vector<size_t> first(cells + 1, 0);
  for (const Entry& entry : entries_) ++first[own_cell(entry) + 1];
  for (size_t i = 1; i < first.size(); ++i) first[i] += first[i - 1];
  std::vector<float> values(entries_.size());
  std::vector<size_t> next(first.begin(), first.end() - 1);
  for (const Entry& entry : entries_) values[next[own_cell(entry)]++] = entry.value;

  std::vector<std::vector<size_t>> rows_in(static_cast<size_t>(grouping.row_count()));
  for (int32_t rep = 0; rep < grouping.rep_count(); ++rep) {
    for (const int32_t above : grouping.Above(rep)) rows_in[above].push_back(rep);
  }
  for (size_t row = 0; row < rows_in.size(); ++row) rows_in[row].push_back(row);
  std::vector<DistributionSummary> summaries(cells);
  // The rows of many come last and take longest.
  simulation::ParallelFor(thread_count, cells, [&](int, size_t i) {
    const size_t cell = cells - 1 - i, value_class = cell % width_;
    std::vector<float> gathered;
    for (const size_t row : rows_in[cell / width_]) {
      const size_t from = row * width_ + value_class;
      gathered.insert(gathered.end(), values.begin() + static_cast<ptrdiff_t>(first[from]),
                      values.begin() + static_cast<ptrdiff_t>(first[from + 1]));
    }
    summaries[cell] = metrics::Summarize(absl::MakeSpan(gathered));
  });
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
