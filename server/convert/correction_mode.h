#ifndef QUOTACAST_SERVER_CONVERT_CORRECTION_MODE_H_
#define QUOTACAST_SERVER_CONVERT_CORRECTION_MODE_H_

#include "absl/strings/str_cat.h"
#include "quotacast/v1/forecast_service.pb.h"
#include "server/errors.h"
#include "simulation/correction.h"

namespace quotacast::convert {

// Sets `mode` to what the field correction_mode of a request says; not given is OFF. A value that
// is not defined goes to `problems`.
inline void TakeCorrectionMode(v1::CorrectionMode given, simulation::CorrectionMode& mode,
                               errors::FieldErrors& problems) {
  switch (given) {
    case v1::CORRECTION_MODE_UNSPECIFIED:
    case v1::OFF:
      mode = simulation::CorrectionMode::kOff;
      return;
    case v1::WHERE_BETTER:
      mode = simulation::CorrectionMode::kWhereBetter;
      return;
    case v1::ON:
      mode = simulation::CorrectionMode::kOn;
      return;
    default:
      problems.Add("correction_mode",
                   absl::StrCat("must be OFF, WHERE_BETTER, ON or nothing; got ", given));
  }
}

}  // namespace quotacast::convert

#endif  // QUOTACAST_SERVER_CONVERT_CORRECTION_MODE_H_
