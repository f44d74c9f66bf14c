#include "client/sample/rep_history.h"

#include <algorithm>
#include <boost/random/gamma_distribution.hpp>
#include <boost/random/normal_distribution.hpp>
#include <boost/random/poisson_distribution.hpp>
#include <boost/random/uniform_01.hpp>
#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "client/sample/names.h"

namespace quotacast::sample {
namespace {

constexpr int kProposal = 3;

struct Activity {
  int64_t time;
  int64_t opportunity;  // Its number, or 0.
  int rep;
  const char* type;
  const char* outcome;
  int duration_seconds;  // -1: blank.
};

struct Opportunity {
  int64_t number;
  int64_t create_time;
  int64_t amount;  // List price as now known.
  int64_t units;
};

class RepHistory {
 public:
  RepHistory(const Process& process, const Company& company, int rep, int32_t end_day,
             Engine& engine, HistoryFiles& files)
      : process_(process),
        company_(company),
        rep_(rep),
        end_day_(end_day),
        engine_(engine),
        files_(files) {}

  std::vector<int32_t> Write();

 private:
  double Uniform() { return boost::random::uniform_01<double>()(engine_); }
  double Normal() { return boost::random::normal_distribution<double>()(engine_); }
  int Poisson(double mean) {
    return mean > 0 ? boost::random::poisson_distribution<int, double>(mean)(engine_) : 0;
  }
  // A working second of the day, after `after` seconds of it.
  int64_t TimeOfDay(int32_t day, int64_t after = kOpeningSecond);
  int TalkSeconds() { return 30 + static_cast<int>(240 * std::exp(.9 * Normal())); }

  void Day(int32_t day, double busyness);
  void Call(int32_t day, double contact_rate);
  void Discover(int64_t time, int64_t call);
  void Live(Opportunity& opportunity);
  // One day of an open opportunity; returns its stage at the end of the day.
  int LiveDay(Opportunity& opportunity, int32_t day, int owner, int stage, int& age,
              bool followed_up, int64_t& time);
  int NextStage(int stage, const Hazards& hazards);
  void Enter(Opportunity& opportunity, int stage, int owner, int64_t time);
  void WriteEvent(const Opportunity& opportunity, int64_t time, const char* stage,
                  const std::string& rep, int64_t amount);
  void WriteActivities();

  const Process& process_;
  const Company& company_;
  const int rep_;
  const int32_t end_day_;
  Engine& engine_;
  HistoryFiles& files_;
  std::vector<Activity> activities_;
  std::vector<int32_t> win_days_;
};

std::vector<int32_t> RepHistory::Write() {
  const Rep& rep = company_.reps[static_cast<size_t>(rep_)];
  double busyness = 0;
  int month = 0;
  for (int32_t day = rep.start_day; day < std::min(rep.end_day, end_day_); ++day) {
    const int this_month = (absl::CivilDay(1970, 1, 1) + day).month();
    if (this_month != month) {
      month = this_month;
      busyness = boost::random::gamma_distribution<double>(process_.arrival_shape,
                                                           1 / process_.arrival_shape)(engine_);
    }
    Day(day, busyness);
  }
  WriteActivities();
  return std::move(win_days_);
}

int64_t RepHistory::TimeOfDay(int32_t day, int64_t after) {
  const auto room = static_cast<double>(std::max<int64_t>(kClosingSecond - after, 60));
  return day * kDaySeconds + after + 1 + static_cast<int64_t>(Uniform() * room);
}

void RepHistory::Day(int32_t day, double busyness) {
  const Skill& skill = company_.reps[static_cast<size_t>(rep_)].skill;
  const double rate =
      process_.weekday[static_cast<size_t>(Weekday(day))] * skill.activity * busyness;
  const double contact_rate =
      std::min(process_.contact_rate * skill.contact, process_.connect_rate);
  for (int i = Poisson(process_.calls_per_day * rate); i > 0; --i) Call(day, contact_rate);
  for (int i = Poisson(process_.inbound_per_day * rate); i > 0; --i) Discover(TimeOfDay(day), -1);
  for (int i = Poisson(process_.emails_per_day * rate); i > 0; --i) {
    const char* outcome = Uniform() < process_.reply_rate ? "connected" : "no_answer";
    activities_.push_back({TimeOfDay(day), 0, rep_, "email", outcome, -1});
  }
}

void RepHistory::Call(int32_t day, double contact_rate) {
  const int64_t time = TimeOfDay(day);
  const double outcome = Uniform();
  const bool connected = outcome < process_.connect_rate;
  const int seconds = connected ? TalkSeconds() : 10 + static_cast<int>(30 * Uniform());
  activities_.push_back({time, 0, rep_, "call", connected ? "connected" : "no_answer", seconds});
  if (outcome < contact_rate) {
    Discover(time + seconds, static_cast<int64_t>(activities_.size()) - 1);
  }
}

// A new opportunity, from the call at the given index of activities_ or (-1) by itself.
void RepHistory::Discover(int64_t time, int64_t call) {
  Opportunity opportunity{files_.opportunities.row_count() + 1, time, 0, 0};
  opportunity.units = 1 + Poisson(process_.extra_units_mean);
  const double price =
      std::exp(process_.unit_price_log_mean + process_.unit_price_log_sd * Normal());
  opportunity.amount = std::max<int64_t>(
      100, std::llround(price * static_cast<double>(opportunity.units) / 50) * 50);
  if (call >= 0) activities_[static_cast<size_t>(call)].opportunity = opportunity.number;

  std::string& text = files_.opportunities.text();
  absl::StrAppend(&text, "OP-", opportunity.number, ",sales,",
                  company_.reps[static_cast<size_t>(rep_)].id, ",", OpportunityName(engine_()), ",",
                  opportunity.amount, ",EUR,", opportunity.units, ",");
  AppendTime(time, text);
  text.push_back(',');
  const double days_to_close = 110 * std::exp(.4 * Normal());
  AppendDay(static_cast<int32_t>(time / kDaySeconds + static_cast<int64_t>(days_to_close)), text);
  text.push_back('\n');
  files_.opportunities.CommitRow();
  Live(opportunity);
}

void RepHistory::Live(Opportunity& opportunity) {
  int owner = rep_;
  int stage = 0;
  int age = 0;
  int64_t time = opportunity.create_time;
  int32_t last_follow_up = INT32_MIN / 2;
  Enter(opportunity, stage, owner, time);
  for (auto day = static_cast<int32_t>(time / kDaySeconds); day < end_day_; ++day, ++age) {
    const Rep* rep = &company_.reps[static_cast<size_t>(owner)];
    if (day >= rep->end_day) {
      owner = rep->successor;
      rep = &company_.reps[static_cast<size_t>(owner)];
      time = day * kDaySeconds + kOpeningSecond;
      WriteEvent(opportunity, time, process_.stages[static_cast<size_t>(stage)].id, rep->id, -1);
    }
    const bool followed_up = day - last_follow_up <= process_.follow_up_effect_days;
    const bool created_today = day * kDaySeconds < opportunity.create_time;
    const double follow_ups = process_.follow_up_per_day * rep->skill.follow_up *
                              process_.weekday[static_cast<size_t>(Weekday(day))];
    if (!created_today && Uniform() < -std::expm1(-follow_ups)) {
      const bool connected = Uniform() < .5;
      activities_.push_back({TimeOfDay(day), opportunity.number, owner, "follow_up",
                             connected ? "connected" : "no_answer",
                             connected ? TalkSeconds() : -1});
      last_follow_up = day;
    }
    stage = LiveDay(opportunity, day, owner, stage, age, followed_up, time);
    if (stage == kWon) win_days_.push_back(day);
    if (stage >= kOpenStageCount) return;
  }
}

int RepHistory::LiveDay(Opportunity& opportunity, int32_t day, int owner, int stage, int& age,
                        bool followed_up, int64_t& time) {
  const Skill& skill = company_.reps[static_cast<size_t>(owner)].skill;
  for (;;) {
    Hazards hazards = DailyHazards(process_, skill, stage, age, day);
    if (followed_up) hazards.advance *= process_.follow_up_effect;
    if (Uniform() >= -std::expm1(-hazards.Sum())) return stage;
    stage = NextStage(stage, hazards);
    age = 0;
    time = TimeOfDay(day, std::max(time - day * kDaySeconds, kOpeningSecond));
    Enter(opportunity, stage, owner, time);
    if (stage >= kOpenStageCount) return stage;
  }
}

int RepHistory::NextStage(int stage, const Hazards& hazards) {
  const double cause = Uniform() * hazards.Sum();
  if (cause < hazards.lost) return kLost;
  if (cause < hazards.lost + hazards.back) return stage - 1;
  if (stage + 2 < kOpenStageCount && Uniform() < process_.skip_probability) return stage + 2;
  return stage + 1;  // kWon after the last open one.
}

void RepHistory::Enter(Opportunity& opportunity, int stage, int owner, int64_t time) {
  int64_t amount = -1;
  const auto list = static_cast<double>(opportunity.amount);
  if (stage == kWon) {
    const double ratio = process_.won_ratio_mean + process_.won_ratio_sd * Normal();
    amount = std::llround(list * std::clamp(ratio, .6, 1.) / 10) * 10;
  } else if (stage == kProposal && Uniform() < process_.revision_probability) {
    amount = std::llround(list * std::exp(process_.revision_log_sd * Normal()) / 50) * 50;
    opportunity.amount = amount;
  }
  const char* id = stage == kWon    ? "won"
                   : stage == kLost ? "lost"
                                    : process_.stages[static_cast<size_t>(stage)].id;
  WriteEvent(opportunity, time, id, "", amount);
  if (stage >= 2 && stage < kOpenStageCount && Uniform() < .6) {
    activities_.push_back({time, opportunity.number, owner, "meeting", "connected",
                           1'800 + 900 * static_cast<int>(4 * Uniform())});
  }
}

void RepHistory::WriteEvent(const Opportunity& opportunity, int64_t time, const char* stage,
                            const std::string& rep, int64_t amount) {
  std::string& text = files_.stage_events.text();
  absl::StrAppend(&text, "OP-", opportunity.number, ",");
  AppendTime(time, text);
  absl::StrAppend(&text, ",", stage, ",", rep, ",");
  if (amount >= 0) absl::StrAppend(&text, amount);
  text.push_back('\n');
  files_.stage_events.CommitRow();
}

void RepHistory::WriteActivities() {
  std::stable_sort(activities_.begin(), activities_.end(),
                   [](const Activity& a, const Activity& b) { return a.time < b.time; });
  std::string& text = files_.activities.text();
  for (const Activity& activity : activities_) {
    absl::StrAppend(&text, "A-", files_.activities.row_count() + 1, ",",
                    company_.reps[static_cast<size_t>(activity.rep)].id, ",");
    if (activity.opportunity > 0) absl::StrAppend(&text, "OP-", activity.opportunity);
    text.push_back(',');
    AppendTime(activity.time, text);
    absl::StrAppend(&text, ",", activity.type, ",", activity.outcome, ",");
    if (activity.duration_seconds >= 0) absl::StrAppend(&text, activity.duration_seconds);
    text.push_back('\n');
    files_.activities.CommitRow();
  }
}

}  // namespace

std::vector<int32_t> WriteRepHistory(const Process& process, const Company& company, int rep,
                                     int32_t end_day, Engine& engine, HistoryFiles& files) {
  return RepHistory(process, company, rep, end_day, engine, files).Write();
}

}  // namespace quotacast::sample
