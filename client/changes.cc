#include "client/changes.h"

#include <cmath>
#include <map>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client/session.h"

namespace quotacast::client {
namespace {

// What each flag takes.
const std::map<std::string, std::string>& Forms() {
  static const auto* const forms = new std::map<std::string, std::string>{
      {"activity",
       "TYPE=LEVEL such as call=+20%, call=x1.2 or call=25 (a week); types: call, email, meeting, "
       "follow_up, other, opportunity"},
      {"conversion", "STAGE=CHANGE such as proposal=+5pp or proposal=x1.2"},
      {"speed", "STAGE=xFACTOR such as proposal=x1.5"},
      {"win", "an opportunity's identifier"},
      {"lose", "an opportunity's identifier"},
      {"move", "OPPORTUNITY=REP"},
      {"slip", "OPPORTUNITY=DATE such as op-7=2026-04-15"},
      {"amount", "OPPORTUNITY=VALUE such as op-7=25000"},
      {"new", "STAGE=AMOUNT such as proposal=25000"},
      {"quota", "a number such as 50000"},
      {"days-off",
       "FROM..TO or REP=FROM..TO such as eva=2026-04-06..2026-04-11, the end not included"},
      {"rep-leaves", "REP=DATE such as eva=2026-04-01"},
      {"rep-joins", "TEAM=DATE such as north=2026-04-01, or only a date"}};
  return *forms;
}

bool ReadNumber(absl::string_view text, double& value) {
  return absl::SimpleAtod(text, &value) && std::isfinite(value);
}

// x1.2 or +20 % or -20 %, as a factor.
bool ReadFactor(absl::string_view text, double& factor) {
  if (absl::ConsumePrefix(&text, "x")) return ReadNumber(text, factor);
  if (!absl::ConsumeSuffix(&text, "%")) return false;
  const bool has_sign = !text.empty() && (text.front() == '+' || text.front() == '-');
  if (!has_sign || !ReadNumber(text, factor)) return false;
  factor = 1 + factor / 100;
  return true;
}

template <typename Level>
bool ReadLevel(absl::string_view text, Level& level) {
  double value = 0;
  if (ReadFactor(text, value)) {
    level.set_factor(value);
  } else if (ReadNumber(text, value)) {
    level.set_per_week(value);
  } else {
    return false;
  }
  return true;
}

class Parser {
 public:
  explicit Parser(const std::string& organization) : organization_(organization) {}

  // False where the text is not of the flag's form.
  bool Parse(absl::string_view flag, absl::string_view text) {
    if (text.empty()) return false;
    if (flag == "win") change.set_win(Opportunity(text));
    if (flag == "lose") change.set_lose(Opportunity(text));
    if (flag == "win" || flag == "lose") return true;
    double value = 0;
    if (flag == "quota") {
      if (!ReadNumber(text, value)) return false;
      change.set_quota(value);
      return true;
    }
    const size_t at = text.rfind('=');
    const bool is_pair = at != absl::string_view::npos;
    if (is_pair && (at == 0 || at + 1 == text.size())) return false;
    const std::string left(is_pair ? text.substr(0, at) : "");
    const absl::string_view right = is_pair ? text.substr(at + 1) : text;
    if (flag == "days-off") return ParseDaysOff(left, right);
    if (flag == "rep-joins") {
      if (is_pair) {
        change.mutable_arrival()->set_team(ResourceName(organization_, "teams", left));
      }
      change.mutable_arrival()->set_date(std::string(right));
      return true;
    }
    return is_pair && ParsePair(flag, left, right);
  }

  v1::ScenarioChange change;

 private:
  std::string Opportunity(absl::string_view id) const {
    return ResourceName(organization_, "opportunities", id);
  }
  std::string Rep(absl::string_view id) const { return ResourceName(organization_, "reps", id); }

  bool ParseActivity(const std::string& type, absl::string_view level) {
    if (type == "opportunity") return ReadLevel(level, *change.mutable_creations());
    change.mutable_activity()->set_type(ActivityTypeOf(type));
    return change.activity().type() != v1::Activity::TYPE_UNSPECIFIED &&
           ReadLevel(level, *change.mutable_activity());
  }

  bool ParseConversion(const std::string& stage, absl::string_view text) {
    change.mutable_conversion()->set_stage(stage);
    double value = 0;
    if (absl::ConsumeSuffix(&text, "pp")) {
      if (!ReadNumber(text, value)) return false;
      change.mutable_conversion()->set_points(value);
      return true;
    }
    if (!ReadFactor(text, value)) return false;
    change.mutable_conversion()->set_factor(value);
    return true;
  }

  bool ParseDaysOff(const std::string& rep, absl::string_view days) {
    const size_t at = days.find("..");
    if (at == absl::string_view::npos || at == 0 || at + 2 == days.size()) return false;
    if (!rep.empty()) change.mutable_days_off()->set_rep(Rep(rep));
    change.mutable_days_off()->set_start(std::string(days.substr(0, at)));
    change.mutable_days_off()->set_end(std::string(days.substr(at + 2)));
    return true;
  }

  bool ParsePair(absl::string_view flag, const std::string& left, absl::string_view right) {
    double value = 0;
    if (flag == "activity") return ParseActivity(left, right);
    if (flag == "conversion") return ParseConversion(left, right);
    if (flag == "speed") {
      change.mutable_speed()->set_stage(left);
      if (!ReadFactor(right, value)) return false;
      change.mutable_speed()->set_factor(value);
    } else if (flag == "move") {
      change.mutable_move()->set_opportunity(Opportunity(left));
      change.mutable_move()->set_rep(Rep(right));
    } else if (flag == "slip") {
      change.mutable_slip()->set_opportunity(Opportunity(left));
      change.mutable_slip()->set_date(std::string(right));
    } else if (flag == "amount") {
      if (!ReadNumber(right, value)) return false;
      change.mutable_amount()->set_opportunity(Opportunity(left));
      change.mutable_amount()->set_amount(value);
    } else if (flag == "new") {
      if (!ReadNumber(right, value)) return false;
      change.mutable_new_opportunity()->set_stage(left);
      change.mutable_new_opportunity()->set_amount(value);
    } else {
      change.mutable_departure()->set_rep(Rep(left));
      change.mutable_departure()->set_date(std::string(right));
    }
    return true;
  }

  const std::string& organization_;
};

}  // namespace

absl::StatusOr<v1::ScenarioChange> ParseChange(absl::string_view flag, absl::string_view text,
                                               const std::string& organization) {
  Parser parser(organization);
  if (parser.Parse(flag, text)) return std::move(parser.change);
  return absl::InvalidArgumentError(
      absl::StrCat("--", flag, " must be ", Forms().at(std::string(flag)), "; got \"", text, "\""));
}

bool IsChangeFlag(absl::string_view flag) { return Forms().count(std::string(flag)) > 0; }

v1::Activity::Type ActivityTypeOf(absl::string_view text) {
  if (text == "call") return v1::Activity::CALL;
  if (text == "email") return v1::Activity::EMAIL;
  if (text == "meeting") return v1::Activity::MEETING;
  if (text == "follow_up") return v1::Activity::FOLLOW_UP;
  return text == "other" ? v1::Activity::OTHER : v1::Activity::TYPE_UNSPECIFIED;
}

}  // namespace quotacast::client
