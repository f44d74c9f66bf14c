#ifndef QUOTACAST_CLIENT_METRIC_WORDS_H_
#define QUOTACAST_CLIENT_METRIC_WORDS_H_

// Words and numbers that the texts of metrics have in common.

#include <cmath>
#include <map>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "client/session.h"
#include "client/table.h"
#include "quotacast/v1/metrics_service.pb.h"

namespace quotacast::client {

struct MetricsView {
  std::map<std::string, std::string> display_names;  // Of reps and teams, by resource name.
  int width = 100;                                   // Columns of the terminal.
  bool color = false;
  std::string focus;  // Resource name of the one rep or team asked for; empty: there is no such.
};

// The name for people of a rep or team; where there is none, the identifier.
inline std::string DisplayName(const MetricsView& view, const std::string& resource_name) {
  const auto found = view.display_names.find(resource_name);
  const bool named = found != view.display_names.end() && !found->second.empty();
  return named ? found->second : std::string(IdOf(resource_name));
}

// A rate with what it was counted from, such as "28 % of 201"; "-" where nothing is known.
inline std::string RateText(const v1::Rate& rate) {
  if (rate.total() <= 0) return "-";
  return absl::StrCat(Percent(rate.value()), " of ", Compact(std::round(rate.total())));
}

inline std::string Words(const std::string& enum_name) {
  return absl::StrReplaceAll(absl::AsciiStrToLower(enum_name), {{"_", " "}});
}

inline std::string Number(double number) { return absl::StrFormat("%.10g", number); }

}  // namespace quotacast::client

#endif  // QUOTACAST_CLIENT_METRIC_WORDS_H_
