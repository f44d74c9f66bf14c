#ifndef QUOTACAST_SERVER_METRICS_STAGE_INDEX_H_
#define QUOTACAST_SERVER_METRICS_STAGE_INDEX_H_

// One number for every stage of every pipeline.

#include <cstdint>
#include <vector>

#include "simulation/history.h"

namespace quotacast::metrics {

class StageIndex {
 public:
  explicit StageIndex(const simulation::History& history) {
    for (size_t p = 0; p < history.pipelines.size(); ++p) {
      first_.push_back(stages_.size());
      for (size_t s = 0; s < history.pipelines[p].stages.size(); ++s) {
        const simulation::StageKind kind = history.pipelines[p].stages[s].kind;
        stages_.push_back({static_cast<int32_t>(p), static_cast<int16_t>(s), kind});
      }
    }
  }
  struct Entry {
    int32_t pipeline = 0;
    int16_t stage = 0;
    simulation::StageKind kind = simulation::StageKind::kOpen;
  };
  size_t size() const { return stages_.size(); }
  size_t Of(int32_t pipeline, int16_t stage) const { return first_[pipeline] + stage; }
  const Entry& operator[](size_t index) const { return stages_[index]; }
  // Whether it is one of the last two open stages of its pipeline.
  bool IsLate(size_t index) const {
    const auto open_after = [this](size_t at) {
      int count = 0;
      for (size_t s = at + 1; s < size() && stages_[s].pipeline == stages_[at].pipeline; ++s) {
        count += stages_[s].kind == simulation::StageKind::kOpen;
      }
      return count;
    };
    return stages_[index].kind == simulation::StageKind::kOpen && open_after(index) < 2;
  }

 private:
  std::vector<size_t> first_;
  std::vector<Entry> stages_;
};

}  // namespace quotacast::metrics

#endif  // QUOTACAST_SERVER_METRICS_STAGE_INDEX_H_
