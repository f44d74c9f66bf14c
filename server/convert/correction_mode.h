#ifndef QUOTACAST_SERVER_CONVERT_CORRECTION_MODE_H_
#define QUOTACAST_SERVER_CONVERT_CORRECTION_MODE_H_

#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "quotacast/v1/organization.pb.h"
#include "server/errors.h"
#include "simulation/correction_mode.h"

namespace quotacast::convert {

// What the field says; nothing where it is not given. A value that is not defined goes to
// `problems`.
inline std::optional<simulation::CorrectionMode> FromProto(absl::string_view field,
                                                           v1::CorrectionMode given,
                                                           errors::FieldErrors& problems) {
  switch (given) {
    case v1::CORRECTION_MODE_UNSPECIFIED:
      return std::nullopt;
    case v1::OFF:
      return simulation::CorrectionMode::kOff;
    case v1::WHERE_BETTER:
      return simulation::CorrectionMode::kWhereBetter;
    case v1::ON:
      return simulation::CorrectionMode::kOn;
    default:
      problems.Add(field, absl::StrCat("must be OFF, WHERE_BETTER, ON or nothing; got ", given));
      return std::nullopt;
  }
}

inline v1::CorrectionMode ToProto(simulation::CorrectionMode mode) {
  switch (mode) {
    case simulation::CorrectionMode::kOff:
      return v1::OFF;
    case simulation::CorrectionMode::kWhereBetter:
      return v1::WHERE_BETTER;
    case simulation::CorrectionMode::kOn:
      return v1::ON;
  }
  return v1::CORRECTION_MODE_UNSPECIFIED;
}

}  // namespace quotacast::convert

#endif  // QUOTACAST_SERVER_CONVERT_CORRECTION_MODE_H_
