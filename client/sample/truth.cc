#include "client/sample/truth.h"

#include <nlohmann/json.hpp>

#include "client/sample/writer.h"

namespace quotacast::sample {
namespace {

using Json = nlohmann::ordered_json;

std::string DayText(int32_t day) {
  std::string text;
  AppendDay(day, text);
  return text;
}

Json StageJson(const StageProcess& stage) {
  return {{"id", stage.id}, {"advance", stage.advance}, {"lost", stage.lost}, {"back", stage.back}};
}

Json RepJson(const Rep& rep, const Company& company) {
  Json json = {{"id", rep.id},
               {"team", company.teams[static_cast<size_t>(rep.team)].id},
               {"start", DayText(rep.start_day)}};
  if (rep.end_day != INT32_MAX) {
    json["end"] = DayText(rep.end_day);
    json["successor"] = company.reps[static_cast<size_t>(rep.successor)].id;
  }
  json["activity"] = rep.skill.activity;
  json["contact"] = rep.skill.contact;
  json["advance"] = rep.skill.advance;
  json["lost"] = rep.skill.lost;
  json["followUp"] = rep.skill.follow_up;
  return json;
}

}  // namespace

std::string TruthJson(const SampleOptions& options, const Process& process, const Company& company,
                      int32_t start_day, int32_t end_day) {
  Json json = {{"seed", options.seed},
               {"start", DayText(start_day)},
               {"end", DayText(end_day)},
               {"ageBucketStarts", kAgeBucketStarts},
               {"stages", Json::array()},
               {"weekday", process.weekday},
               {"monthOfQuarter", process.month_of_quarter},
               {"skipProbability", process.skip_probability}};
  for (const StageProcess& stage : process.stages) json["stages"].push_back(StageJson(stage));
  json["arrivals"] = {
      {"callsPerDay", process.calls_per_day},   {"connectRate", process.connect_rate},
      {"contactRate", process.contact_rate},    {"inboundPerDay", process.inbound_per_day},
      {"emailsPerDay", process.emails_per_day}, {"replyRate", process.reply_rate},
      {"monthShape", process.arrival_shape}};
  json["followUps"] = {{"perDay", process.follow_up_per_day},
                       {"effect", process.follow_up_effect},
                       {"effectDays", process.follow_up_effect_days}};
  json["amounts"] = {{"unitPriceLogMean", process.unit_price_log_mean},
                     {"unitPriceLogSd", process.unit_price_log_sd},
                     {"extraUnitsMean", process.extra_units_mean},
                     {"wonRatioMean", process.won_ratio_mean},
                     {"wonRatioSd", process.won_ratio_sd},
                     {"revisionProbability", process.revision_probability},
                     {"revisionLogSd", process.revision_log_sd}};
  json["repShapes"] = {{"activity", process.activity_shape},
                       {"contact", process.contact_shape},
                       {"advance", process.advance_shape},
                       {"lost", process.lost_shape},
                       {"followUp", process.follow_up_shape}};
  json["reps"] = Json::array();
  for (const Rep& rep : company.reps) json["reps"].push_back(RepJson(rep, company));
  return json.dump(1) + "\n";
}

}  // namespace quotacast::sample
