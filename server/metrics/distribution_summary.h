#ifndef QUOTACAST_SERVER_METRICS_DISTRIBUTION_SUMMARY_H_
#define QUOTACAST_SERVER_METRICS_DISTRIBUTION_SUMMARY_H_

// Mean, median and 90th percentile of values by group.

#include <array>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "server/metrics/grouping.h"

namespace quotacast::metrics {

struct DistributionSummary {
  int64_t count = 0;  // 0: the others say nothing.
  double mean = 0;
  double median = 0;
  double p90 = 0;
};

// Quantiles interpolate linearly between order statistics (type 7 of Hyndman and Fan, 1996, as
// NumPy's default). The mean is that of the values rounded to a millionth, so that it does not
// depend on their order. Reorders the values.
DistributionSummary Summarize(absl::Span<float> values);

// Values of reps, each of one of `width` classes, summarized for every row of the grouping and
// every class: result[row * width + class].
class SampleTable {
 public:
  explicit SampleTable(size_t width) : width_(width) {}
  void Add(int32_t rep, size_t value_class, double value) {
    entries_.push_back({rep, static_cast<int32_t>(value_class), static_cast<float>(value)});
  }
  void Merge(SampleTable&& other) {
    entries_.insert(entries_.end(), other.entries_.begin(), other.entries_.end());
  }
  std::vector<DistributionSummary> Summarize(const Grouping& grouping, int thread_count) const;

 private:
  struct Entry {
    int32_t rep;
    int32_t value_class;
    float value;
  };
  size_t width_;
  std::vector<Entry> entries_;
};

// How often each small whole number was seen; what is above counts as the last. Adds up over
// groups.
struct CountHistogram {
  static constexpr int kBinCount = 16;
  std::array<int64_t, kBinCount> bins{};  // bins[15]: 15 or more.
  int64_t sum = 0;                        // Of the numbers, uncut.

  void Add(int64_t number) {
    ++bins[number < kBinCount ? static_cast<size_t>(number) : kBinCount - 1];
    sum += number;
  }
  CountHistogram& operator+=(const CountHistogram& other);
  int64_t Count() const;
  double Mean() const;  // 0 where nothing was counted.
  // The smallest number that at least `level` of all are at or below; 15 stands for 15 or more.
  int Quantile(double level) const;
};

}  // namespace quotacast::metrics

#endif  // QUOTACAST_SERVER_METRICS_DISTRIBUTION_SUMMARY_H_
