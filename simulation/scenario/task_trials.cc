#include "simulation/scenario/task_trials.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "simulation/random.h"
#include "simulation/rep_trials.h"
#include "simulation/resampling.h"

namespace quotacast::simulation {
namespace {

constexpr double kLargestPaceFactor = 10;

// The company on the day to which deals slipped, with nothing in it but these deals.
FittedModel AfterSlip(const FittedModel& model, const SlippedDeal& slipped) {
  FittedModel later = model;
  later.as_of_day = slipped.day;
  later.first_day_fraction = 1;
  later.open = {slipped.deal};
  later.open.front().entry_day += slipped.day - model.as_of_day;
  for (FittedPipeline& pipeline : later.pipelines) {
    for (GammaPosterior& rate : pipeline.arrivals.reps) rate = {};
  }
  return later;
}

// A company of one rep of whom nothing is known but the pace.
FittedModel NothingBut(const FittedModel& company, int32_t rep) {
  FittedModel model;
  model.as_of_day = company.as_of_day;
  model.reps = {company.reps[rep]};
  return model;
}

// The model with the calendar of a rep who has days off; nothing where it is that of all.
std::optional<FittedModel> OwnCalendar(const TaskContext& context, int32_t rep) {
  std::optional<FittedModel> own;
  for (const Absence& absence : context.variant->absences) {
    if (absence.rep != rep) continue;
    if (!own) own = *context.model;
    own->calendar.days_off.push_back({absence.begin, absence.end});
  }
  return own;
}

RepQuestion WithoutBooked(RepQuestion question) {
  question.booked = 0;
  return question;
}

bool Cancelled(const TaskContext& context) {
  return context.cancelled != nullptr && *context.cancelled && (*context.cancelled)();
}

void AddMeans(const DrawMeans& from, DrawMeans& to) {
  for (size_t l = 0; l < kLanes; ++l) {
    to.from_open[l] += from.from_open[l];
    to.from_new[l] += from.from_new[l];
  }
}

// One part of a task: the deals of a model up to a day.
class ModelPart {
 public:
  ModelPart(const FittedModel& model, const RepQuestion& question, const std::vector<int32_t>& open,
            uint64_t seed)
      : trials_(model, question, open, seed, /*run_rate_share=*/0) {}
  DrawMeans Add(uint64_t block, const CompanyDraw& company, TrialScratch& scratch,
                absl::Span<int64_t> room) {
    const DrawMeans means = trials_.Run(block, company, scratch, absl::MakeSpan(part_));
    for (size_t t = 0; t < part_.size(); ++t) room[t] += part_[t];
    return means;
  }
  DrawMeans WithoutShocks(uint64_t block, const CompanyDraw& company, TrialScratch& scratch) {
    return trials_.MeansWithoutShocks(block, company, scratch);
  }

 private:
  RepTrials trials_;
  std::vector<int64_t> part_ = std::vector<int64_t>(kTrialsPerBlock);
};

}  // namespace

DealsByRep OpenDeals(const FittedModel& model, absl::Span<const RepTask> tasks) {
  DealsByRep deals(model.reps.size());
  std::vector<bool> wanted(model.reps.size());
  for (const RepTask& task : tasks) wanted[task.question.rep] = true;
  for (size_t i = 0; i < model.open.size(); ++i) {
    const int32_t rep = model.open[i].rep;
    if (rep != kNone && wanted[rep]) deals[rep].push_back(static_cast<int32_t>(i));
  }
  return deals;
}

double MeanRest(absl::Span<const int64_t> bookings, int64_t booked) {
  double sum = 0;
  for (const int64_t trial : bookings) sum += static_cast<double>(trial - booked);
  return sum / static_cast<double>(bookings.size());
}

double PaceFactor(double before, double after) {
  return before > 0 ? std::clamp(after / before, 0.0, kLargestPaceFactor) : 1;
}

void AddSureWin(const FittedModel& model, const SureWin& win, Measure measure, uint64_t seed,
                uint64_t block, absl::Span<int64_t> trials) {
  const bool amount = measure == Measure::kAmount;
  const AmountSampler sampler(model, win.deal);
  if (!amount || win.exact_amount || sampler.fixed()) {
    const int64_t value = amount ? win.deal.amount_micros : win.deal.units;
    for (int64_t& trial : trials) trial += value;
    return;
  }
  // The amounts it has where it is won without being sure to be.
  const AmountPool amounts(sampler, {seed, Purpose::kAmountRatio, win.deal.key}, block);
  for (size_t t = 0; t < trials.size(); ++t) {
    trials[t] += amounts.Of(t / kTrialsPerDraw, t % kTrialsPerDraw);
  }
}

TaskTrials RunModelTrials(const TaskContext& context, const RepTask& task) {
  const Variant& variant = *context.variant;
  const std::optional<FittedModel> own = OwnCalendar(context, task.question.rep);
  const FittedModel& model = own ? *own : *context.model;
  TaskTrials trials;
  trials.booked = task.question.booked;
  RepQuestion question = task.question;
  question.booked = 0;
  for (const Departure& departure : variant.departures) {
    if (departure.rep == question.rep) {
      question.period_end = std::min(question.period_end, departure.day);
    }
  }
  std::vector<ModelPart> parts;
  std::vector<FittedModel> later;
  later.reserve(variant.slipped.size());
  const Day begin = std::max(question.period_start, model.as_of_day);
  if (question.period_end > begin) {
    const std::vector<int32_t>& open = (*context.open)[question.rep];
    trials.open_count = static_cast<int32_t>(open.size());
    parts.emplace_back(model, question, open, context.seed);
  }
  for (const SlippedDeal& slipped : variant.slipped) {
    if (slipped.deal.rep != question.rep) continue;
    ++trials.open_count;
    if (slipped.day >= question.period_end) continue;
    later.push_back(AfterSlip(model, slipped));
    parts.emplace_back(later.back(), question, std::vector<int32_t>{0}, context.seed);
  }
  std::vector<const SureWin*> wins;
  const bool running = task.question.period_start <= model.as_of_day;
  for (const SureWin& win : variant.wins) {
    if (!running || win.deal.rep != question.rep) continue;
    wins.push_back(&win);
    trials.booked += task.question.measure == Measure::kUnits ? win.deal.units
                     : win.exact_amount                       ? win.deal.amount_micros
                                        : std::llround(AmountSampler(model, win.deal).mean());
  }
  const size_t blocks = context.company->size();
  trials.bookings.assign(blocks * kTrialsPerBlock, task.question.booked);
  trials.means.resize(blocks);
  TrialScratch scratch;
  for (size_t b = 0; b < blocks && !Cancelled(context); ++b) {
    const absl::Span<int64_t> room =
        absl::MakeSpan(trials.bookings).subspan(b * kTrialsPerBlock, kTrialsPerBlock);
    for (ModelPart& part : parts) {
      AddMeans(part.Add(b, (*context.company)[b], scratch, room), trials.means[b]);
    }
  }
  const size_t other_blocks = context.other == nullptr ? 0 : context.other->size();
  trials.parameter_means.resize(other_blocks);
  for (size_t b = 0; b < other_blocks && !Cancelled(context); ++b) {
    for (ModelPart& part : parts) {
      AddMeans(part.WithoutShocks(b, (*context.other)[b], scratch), trials.parameter_means[b]);
    }
  }
  trials.mean_rest = MeanRest(trials.bookings, task.question.booked);
  for (const SureWin* win : wins) {
    for (size_t b = 0; b < blocks; ++b) {
      AddSureWin(model, *win, task.question.measure, context.seed, b,
                 absl::MakeSpan(trials.bookings).subspan(b * kTrialsPerBlock, kTrialsPerBlock));
    }
  }
  return trials;
}

CreationTrials::CreationTrials(const TaskContext& context, const RepTask& task)
    : task_(task),
      open_count_(static_cast<int32_t>((*context.open)[task.question.rep].size())),
      trials_(*context.model, WithoutBooked(task.question), (*context.open)[task.question.rep],
              context.seed, /*run_rate_share=*/0),
      blocks_(context.company->size()),
      open_(blocks_.size() * kTrialsPerBlock) {
  TrialScratch scratch;
  for (size_t b = 0; b < blocks_.size() && !Cancelled(context); ++b) {
    trials_.RunOpen(b, (*context.company)[b], scratch, blocks_[b],
                    absl::MakeSpan(open_).subspan(b * kTrialsPerBlock, kTrialsPerBlock));
  }
}

TaskTrials CreationTrials::Run(double factor) const {
  TaskTrials trials;
  trials.booked = task_.question.booked;
  trials.open_count = open_count_;
  trials.bookings = open_;
  for (int64_t& trial : trials.bookings) trial += trials.booked;
  for (size_t b = 0; b < blocks_.size(); ++b) {
    trials.means.push_back(trials_.AddNew(
        b, blocks_[b], factor,
        absl::MakeSpan(trials.bookings).subspan(b * kTrialsPerBlock, kTrialsPerBlock)));
  }
  trials.mean_rest = MeanRest(trials.bookings, trials.booked);
  return trials;
}

void ApplyPace(const TaskContext& context, const RepTask& task, double pace_factor,
               TaskTrials& trials) {
  if (context.run_rate_share <= 0) return;
  const Variant& variant = *context.variant;
  const FittedModel alone = NothingBut(*context.model, task.question.rep);
  RepQuestion question = task.question;
  question.rep = 0;
  question.booked = 0;
  question.pace.mean *= pace_factor;
  question.pace.variance *= pace_factor * pace_factor;
  const RepTrials paced(alone, question, {}, context.seed, context.run_rate_share);
  // Which trials they are shows where the pace is certain to bring something.
  question.pace = {1, 0};
  const RepTrials marker(alone, question, {}, context.seed, context.run_rate_share);
  const CompanyDraw nobody;
  TrialScratch scratch;
  std::vector<int64_t> rest(kTrialsPerBlock), marks(kTrialsPerBlock), base(kTrialsPerBlock);
  for (size_t b = 0; b < trials.means.size(); ++b) {
    paced.Run(b, nobody, scratch, absl::MakeSpan(rest));
    marker.Run(b, nobody, scratch, absl::MakeSpan(marks));
    std::fill(base.begin(), base.end(), task.question.booked);
    if (task.question.period_start <= context.model->as_of_day) {
      for (const SureWin& win : variant.wins) {
        if (win.deal.rep != task.question.rep) continue;
        AddSureWin(*context.model, win, task.question.measure, context.seed, b,
                   absl::MakeSpan(base));
      }
    }
    for (size_t t = 0; t < kTrialsPerBlock; ++t) {
      if (marks[t] != 0) trials.bookings[b * kTrialsPerBlock + t] = base[t] + rest[t];
    }
  }
}

}  // namespace quotacast::simulation
