#include "simulation/win_statistics.h"

#include <algorithm>

namespace quotacast::simulation {
namespace {

// Hands every value of the win to the list it belongs in.
template <typename Take>
void Distribute(const WinRecord& win, WinStatistics& statistics, Take take) {
  const WonSize size = {win.amount_micros, win.units};
  take(statistics.company_sizes[win.pipeline], size);
  if (win.rep != kNone) take(statistics.rep_sizes[win.pipeline][win.rep], size);
  if (win.amount_before_micros <= 0) return;
  const double ratio =
      static_cast<double>(win.amount_micros) / static_cast<double>(win.amount_before_micros);
  take(statistics.ratios, ratio);
  if (win.label == kNone) return;
  const size_t label = static_cast<size_t>(win.label);
  if (statistics.label_ratios.size() <= label) statistics.label_ratios.resize(label + 1);
  take(statistics.label_ratios[label], ratio);
}

}  // namespace

void WinStatistics::CountAll(absl::Span<const WinRecord> wins) {
  for (const WinRecord& win : wins) {
    Distribute(win, *this, [](auto& list, const auto& value) { list.push_back(value); });
  }
  for (std::vector<WonSize>& sizes : company_sizes) std::sort(sizes.begin(), sizes.end());
  for (auto& reps : rep_sizes) {
    for (std::vector<WonSize>& sizes : reps) std::sort(sizes.begin(), sizes.end());
  }
  std::sort(ratios.begin(), ratios.end());
  for (std::vector<double>& of_label : label_ratios) std::sort(of_label.begin(), of_label.end());
}

void WinStatistics::Count(const WinRecord& win, int64_t sign) {
  Distribute(win, *this, [sign](auto& list, const auto& value) {
    const auto place = std::lower_bound(list.begin(), list.end(), value);
    if (sign > 0) {
      list.insert(place, value);
    } else {
      list.erase(place);
    }
  });
}

}  // namespace quotacast::simulation
