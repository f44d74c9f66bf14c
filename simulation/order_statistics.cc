#include "simulation/order_statistics.h"

#include <algorithm>

namespace quotacast::simulation {
namespace {

constexpr int kBinBits = 11;

}  // namespace

std::vector<int64_t> ValuesAtRanks(absl::Span<const int64_t> values,
                                   absl::Span<const size_t> ranks) {
  int64_t smallest = values[0], largest = values[0];
  for (const int64_t value : values) {
    smallest = std::min(smallest, value);
    largest = std::max(largest, value);
  }
  const uint64_t range = static_cast<uint64_t>(largest) - static_cast<uint64_t>(smallest);
  int shift = 0;
  while ((range >> shift) >> kBinBits != 0) ++shift;
  const auto bin_of = [&](int64_t value) {
    return static_cast<size_t>((static_cast<uint64_t>(value) - static_cast<uint64_t>(smallest)) >>
                               shift);
  };
  std::vector<size_t> counts(size_t{1} << kBinBits);
  for (const int64_t value : values) ++counts[bin_of(value)];
  // The bins that hold a wanted rank, each with its members.
  std::vector<int32_t> wanted(counts.size(), -1);
  std::vector<std::vector<int64_t>> members;
  std::vector<std::pair<int32_t, size_t>> place;  // For each rank: list, and rank in it.
  size_t bin = 0, before = 0;
  for (const size_t rank : ranks) {
    while (before + counts[bin] <= rank) before += counts[bin++];
    if (wanted[bin] < 0) {
      wanted[bin] = static_cast<int32_t>(members.size());
      members.emplace_back();
    }
    place.push_back({wanted[bin], rank - before});
  }
  if (shift > 0) {
    for (const int64_t value : values) {
      const int32_t list = wanted[bin_of(value)];
      if (list >= 0) members[static_cast<size_t>(list)].push_back(value);
    }
  }
  std::vector<int64_t> result;
  for (size_t i = 0; i < place.size(); ++i) {
    const auto& [list, rank] = place[i];
    if (shift == 0) {
      const auto found = std::find(wanted.begin(), wanted.end(), list);
      result.push_back(smallest + (found - wanted.begin()));
      continue;
    }
    std::vector<int64_t>& here = members[static_cast<size_t>(list)];
    std::nth_element(here.begin(), here.begin() + static_cast<int64_t>(rank), here.end());
    result.push_back(here[rank]);
  }
  return result;
}

}  // namespace quotacast::simulation
