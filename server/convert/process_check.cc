#include "server/convert/metric_parts.h"
#include "server/convert/metrics.h"

namespace quotacast::convert {

v1::CheckProcessResponse ToProto(const std::string& organization,
                                 const simulation::History& history,
                                 const metrics::StageIndex& stages,
                                 const metrics::ProcessCheck& check) {
  v1::CheckProcessResponse response;
  response.set_opportunity_count(check.opportunities);
  for (size_t s = 0; s < stages.size(); ++s) {
    const metrics::StageUse& use = check.stages[s];
    v1::StageUse* stage = response.add_stages();
    SetStage(organization, history, stages[s], *stage);
    stage->set_entered_count(use.entered);
    stage->set_skipped_count(use.skipped);
    stage->set_left_count(use.left);
    if (use.IsUnused()) stage->add_findings(v1::StageUse::UNUSED);
    if (use.IsSkippedByMost()) stage->add_findings(v1::StageUse::SKIPPED_BY_MOST);
    if (use.HasNoExit() && stages[s].kind == simulation::StageKind::kOpen) {
      stage->add_findings(v1::StageUse::NO_EXIT);
    }
  }
  for (const metrics::Misfit& misfit : check.misfits) {
    v1::ProcessMisfit* added = response.add_misfits();
    added->set_kind(static_cast<v1::ProcessMisfit::Kind>(static_cast<int>(misfit.kind) + 1));
    added->set_count(misfit.count);
    for (const int32_t opportunity : misfit.opportunities) {
      added->add_opportunities(
          FormatChildName(organization, "opportunities", history.opportunities[opportunity].id));
    }
  }
  return response;
}

}  // namespace quotacast::convert
