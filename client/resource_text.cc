#include "client/resource_text.h"

#include <google/protobuf/util/time_util.h>

#include <cstdlib>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "google/type/money.pb.h"
#include "quotacast/v1/activity.pb.h"
#include "quotacast/v1/opportunity.pb.h"
#include "quotacast/v1/organization.pb.h"
#include "quotacast/v1/pipeline.pb.h"
#include "quotacast/v1/quota.pb.h"
#include "quotacast/v1/rep.pb.h"
#include "quotacast/v1/team.pb.h"

namespace quotacast::client {
namespace {

struct Field {
  const char* name;  // As in CSV.
  std::string value;
  bool is_number = false;
  int drop_order = 0;  // As in Column.
};
using Fields = std::vector<Field>;

std::string MoneyText(const google::type::Money& money) {
  std::string text = money.units() == 0 && money.nanos() < 0 ? "-0" : absl::StrCat(money.units());
  if (money.nanos() == 0) return text;
  std::string nanos = absl::StrFormat("%09d", std::abs(money.nanos()));
  while (nanos.size() > 2 && nanos.back() == '0') nanos.pop_back();
  return absl::StrCat(text, ".", nanos);
}

std::string TimeText(bool present, const google::protobuf::Timestamp& time) {
  return present ? google::protobuf::util::TimeUtil::ToString(time) : "";
}

// As --correction takes it.
std::string CorrectionText(v1::CorrectionMode mode) {
  return absl::StrReplaceAll(absl::AsciiStrToLower(v1::CorrectionMode_Name(mode)), {{"_", "-"}});
}

Fields FieldsOf(const v1::Organization& o) {
  return {{"org", IdOf(o.name())},
          {"currency", o.currency_code()},
          {"time_zone", o.time_zone()},
          {"fiscal_year_start", absl::StrCat(o.fiscal_year_start_month()), true},
          {"correction", CorrectionText(o.correction_mode())}};
}

Fields FieldsOf(const v1::Team& t) {
  return {{"team_id", IdOf(t.name())},
          {"name", t.display_name()},
          {"parent_team_id", IdOf(t.parent_team())}};
}

Fields FieldsOf(const v1::Rep& r) {
  return {{"rep_id", IdOf(r.name())},
          {"name", r.display_name()},
          {"team_id", IdOf(r.team())},
          {"start_date", r.start_date(), false, 2},
          {"end_date", r.end_date(), false, 1}};
}

Fields FieldsOf(const v1::Pipeline& p) {
  std::string stages;
  for (const v1::Stage& stage : p.stages()) {
    absl::StrAppend(&stages, stages.empty() ? "" : " ", stage.stage_id(),
                    stage.kind() == v1::Stage::WON    ? "(won)"
                    : stage.kind() == v1::Stage::LOST ? "(lost)"
                                                      : "");
  }
  return {{"pipeline_id", IdOf(p.name())}, {"stages", stages}};
}

Fields FieldsOf(const v1::Quota& q) {
  const bool money = q.target_case() == v1::Quota::kTargetAmount;
  return {{"quota", IdOf(q.name()), false, 1},
          {"owner", IdOf(q.owner())},
          {"period_start", q.period_start()},
          {"period_end", q.period_end()},
          {"measure", money ? "amount" : "units"},
          {"target", money ? MoneyText(q.target_amount()) : absl::StrCat(q.target_units()), true},
          {"currency", money ? q.target_amount().currency_code() : "", false, 2}};
}

Fields FieldsOf(const v1::Opportunity& o) {
  return {{"opportunity_id", IdOf(o.name())},
          {"name", o.display_name()},
          {"rep_id", IdOf(o.owner())},
          {"stage_id", o.stage()},
          {"state", absl::AsciiStrToLower(v1::Opportunity::State_Name(o.state())), false, 4},
          {"amount", MoneyText(o.amount()), true},
          {"units", absl::StrCat(o.units()), true, 3},
          {"create_time", TimeText(o.has_open_time(), o.open_time()), false, 2},
          {"stage_entry_time", TimeText(o.has_stage_entry_time(), o.stage_entry_time()), false, 5},
          {"expected_close_date", o.expected_close_date(), false, 1}};
}

Fields FieldsOf(const v1::StageTransition& t) {
  return {{"transition", IdOf(t.name())},
          {"time", TimeText(t.has_effective_time(), t.effective_time())},
          {"stage_id", t.stage()},
          {"rep_id", IdOf(t.owner())},
          {"amount", t.has_amount() ? MoneyText(t.amount()) : "", true}};
}

Fields FieldsOf(const v1::Activity& a) {
  const bool known = a.outcome() != v1::Activity::OUTCOME_UNSPECIFIED;
  return {
      {"activity_id", IdOf(a.name())},
      {"rep_id", IdOf(a.rep())},
      {"opportunity_id", IdOf(a.opportunity())},
      {"time", TimeText(a.has_start_time(), a.start_time())},
      {"type", absl::AsciiStrToLower(v1::Activity::Type_Name(a.type()))},
      {"outcome", known ? absl::AsciiStrToLower(v1::Activity::Outcome_Name(a.outcome())) : "",
       false, 1},
      {"duration_seconds", a.has_duration() ? absl::StrCat(a.duration().seconds()) : "", true, 2}};
}

}  // namespace

template <typename Resource>
int PrintResources(const Session& session,
                   const google::protobuf::RepeatedPtrField<Resource>& resources) {
  constexpr int kLeastTextWidth = 12;
  std::vector<Column> columns;
  std::vector<std::string> names;
  for (const Field& field : FieldsOf(Resource::default_instance())) {
    columns.push_back(
        {field.name, field.is_number, field.is_number ? 0 : kLeastTextWidth, field.drop_order});
    names.emplace_back(field.name);
  }
  std::string csv = CsvLine(names);
  Table table(std::move(columns));
  for (const Resource& resource : resources) {
    std::vector<std::string> values;
    std::vector<Cell> cells;
    for (Field& field : FieldsOf(resource)) {
      values.push_back(field.value);
      cells.push_back({std::move(field.value)});
    }
    if (session.is_csv()) {
      csv += CsvLine(values);
    } else {
      table.AddRow(std::move(cells));
    }
  }
  return session.is_csv() ? session.Print(csv) : session.Print(table);
}

template <typename Resource>
int PrintResource(const Session& session, const Resource& resource) {
  if (session.is_json()) return session.Print(resource);
  if (session.is_csv()) {
    google::protobuf::RepeatedPtrField<Resource> one;
    *one.Add() = resource;
    return PrintResources(session, one);
  }
  Table table({{"field"}, {"value", false, 20}});
  for (Field& field : FieldsOf(resource)) {
    table.AddRow({{field.name}, {std::move(field.value)}});
  }
  return session.Print(table);
}

#define QUOTACAST_PRINTABLE(Resource)                                                   \
  template int PrintResources(const Session&,                                           \
                              const google::protobuf::RepeatedPtrField<v1::Resource>&); \
  template int PrintResource(const Session&, const v1::Resource&)
QUOTACAST_PRINTABLE(Organization);
QUOTACAST_PRINTABLE(Team);
QUOTACAST_PRINTABLE(Rep);
QUOTACAST_PRINTABLE(Pipeline);
QUOTACAST_PRINTABLE(Quota);
QUOTACAST_PRINTABLE(Opportunity);
QUOTACAST_PRINTABLE(StageTransition);
QUOTACAST_PRINTABLE(Activity);
#undef QUOTACAST_PRINTABLE

}  // namespace quotacast::client
