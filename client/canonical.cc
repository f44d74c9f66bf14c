#include "client/canonical.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace quotacast::client {
namespace {

// Batches of some thousand rows keep the server's transactions and its memory small and cost
// little each. The server takes messages of 4 MiB and 20,000 rows.
constexpr int kUsualRows = 8'000;
constexpr size_t kUsualBytes = size_t{2} << 20;
constexpr int kMostRows = 20'000;
constexpr size_t kMostBytes = size_t{7} << 19;

// What a row has beside the text of its fields: tags, lengths, line and numbers.
constexpr size_t kRowOverheadBytes = 64;

// The server takes less of every field; a longer one is not worth a message.
constexpr size_t kMaxValueBytes = 4'096;

struct Layout {
  absl::string_view file_name;
  std::vector<absl::string_view> columns;
};

const Layout& LayoutOf(CanonicalFile file) {
  static const auto& layouts = *new std::array<Layout, kCanonicalFiles.size()>{{
      {"teams.csv", {"team_id", "name", "parent_team_id"}},
      {"reps.csv", {"rep_id", "name", "team_id", "start_date", "end_date"}},
      {"stages.csv", {"pipeline_id", "stage_id", "name", "position", "kind"}},
      {"opportunities.csv",
       {"opportunity_id", "pipeline_id", "rep_id", "name", "amount", "currency", "units",
        "create_time", "expected_close_date"}},
      {"stage_events.csv", {"opportunity_id", "time", "stage_id", "rep_id", "amount"}},
      {"activities.csv",
       {"activity_id", "rep_id", "opportunity_id", "time", "type", "outcome", "duration_seconds"}},
      {"quotas.csv",
       {"owner_type", "owner_id", "period_start", "period_end", "measure", "target", "currency"}},
  }};
  return layouts[static_cast<size_t>(file)];
}

template <typename Enum>
struct Choice {
  absl::string_view text;
  Enum value;
};

template <typename Row>
Row* NewRow(google::protobuf::RepeatedPtrField<Row>& rows, int64_t line) {
  Row* row = rows.Add();
  row->set_line(line);
  return row;
}

}  // namespace

absl::string_view FileName(CanonicalFile file) { return LayoutOf(file).file_name; }

absl::Span<const absl::string_view> Columns(CanonicalFile file) { return LayoutOf(file).columns; }

// Takes the fields of the current row from left to right, and keeps the first error.
class BatchBuilder::RowReader {
 public:
  RowReader(CanonicalFile file, const CsvReader& reader, TimeParser& times)
      : file_(file), reader_(reader), times_(times) {}

  bool failed() const { return failed_; }
  CsvError TakeError() { return std::move(error_); }

  absl::string_view Text() {
    const absl::string_view text = reader_.field(column_);
    if (text.size() > kMaxValueBytes) Fail(absl::StrCat("at most ", kMaxValueBytes, " bytes"));
    ++column_;
    return text;
  }

  absl::string_view Required() {
    if (reader_.field(column_).empty()) Fail("given");
    return Text();
  }

  // A value by one of the parsers; `fallback` where the field is blank and may be.
  template <typename Value, typename Parse>
  bool Read(Parse parse, const char* allowed, Value& out) {
    const absl::string_view text = Text();
    if (!text.empty() && parse(text, out)) return true;
    if (!text.empty()) FailBefore(allowed);
    return false;
  }

  bool Day(int32_t& out) { return Read(ParseDay, kDayAllowed, out); }
  bool Micros(int64_t& out) { return Read(ParseMicros, kMoneyAllowed, out) && NotNegative(out); }
  bool Count(int64_t& out) { return Read(ParseCount, kCountAllowed, out) && NotNegative(out); }
  bool Time(int64_t& out) {
    const auto parse = [this](absl::string_view text, int64_t& time) {
      return times_.Parse(text, time);
    };
    return Read(parse, kTimeAllowed, out);
  }

  // For fields that must not be blank.
  int32_t RequiredDay() { return RequiredValue<int32_t>(&RowReader::Day, kDayAllowed); }
  int64_t RequiredTime() { return RequiredValue<int64_t>(&RowReader::Time, kTimeAllowed); }
  int64_t RequiredMicros() { return RequiredValue<int64_t>(&RowReader::Micros, kMoneyAllowed); }
  int64_t RequiredCount() { return RequiredValue<int64_t>(&RowReader::Count, kCountAllowed); }

  template <typename Enum, size_t N>
  Enum Choose(const Choice<Enum> (&choices)[N]) {
    const absl::string_view text = Text();
    for (const auto& choice : choices) {
      if (choice.text == text) return choice.value;
    }
    std::string allowed = "one of:";
    for (const auto& choice : choices) {
      absl::StrAppend(&allowed, &choice == choices ? " " : ", ",
                      choice.text.empty() ? "blank" : choice.text);
    }
    FailBefore(allowed);
    return choices[0].value;
  }

  template <typename Row>
  void Attributes(Row& row) {
    for (size_t i = 0; i < reader_.extra_columns().size(); ++i) {
      const absl::string_view value = reader_.extra_field(i);
      if (value.size() > kMaxValueBytes && !failed_) {
        failed_ = true;
        error_ = {reader_.line(), reader_.extra_columns()[i],
                  absl::StrCat("must be at most ", kMaxValueBytes, " bytes; got ", value.size())};
      }
      row.add_attribute_values(value.data(), value.size());
    }
  }

 private:
  template <typename Value>
  Value RequiredValue(bool (RowReader::*read)(Value&), const char* allowed) {
    Value value{};
    if (!(this->*read)(value)) FailBefore(allowed);
    return value;
  }

  bool NotNegative(int64_t value) {
    if (value < 0) FailBefore("at least 0");
    return value >= 0;
  }

  void Fail(absl::string_view allowed) {
    if (failed_) return;
    failed_ = true;
    const absl::string_view given = reader_.field(column_);
    error_ = {
        reader_.line(), std::string(Columns(file_)[column_]),
        absl::StrCat("must be ", allowed, "; got ",
                     given.empty() ? "nothing" : absl::StrCat("\"", given.substr(0, 60), "\""),
                     given.size() > 60 ? absl::StrCat("... (", given.size(), " bytes)") : "")};
  }

  // As Fail, for the field that was taken last.
  void FailBefore(absl::string_view allowed) {
    --column_;
    Fail(allowed);
    ++column_;
  }

  const CanonicalFile file_;
  const CsvReader& reader_;
  TimeParser& times_;
  size_t column_ = 0;
  bool failed_ = false;
  CsvError error_;
};

namespace {

void SetText(absl::string_view text, std::string* out) { out->assign(text.data(), text.size()); }

template <typename RowReader>
void Fill(RowReader& in, v1::TeamRow& row) {
  SetText(in.Required(), row.mutable_team_id());
  SetText(in.Text(), row.mutable_name());
  SetText(in.Text(), row.mutable_parent_team_id());
  in.Attributes(row);
}

template <typename RowReader>
void Fill(RowReader& in, v1::RepRow& row) {
  SetText(in.Required(), row.mutable_rep_id());
  SetText(in.Text(), row.mutable_name());
  SetText(in.Text(), row.mutable_team_id());
  int32_t day = 0;
  if (in.Day(day)) row.set_start_day(day);
  if (in.Day(day)) row.set_end_day(day);
  in.Attributes(row);
}

template <typename RowReader>
void Fill(RowReader& in, v1::StageRow& row) {
  static constexpr Choice<v1::Stage::Kind> kKinds[] = {
      {"open", v1::Stage::OPEN}, {"won", v1::Stage::WON}, {"lost", v1::Stage::LOST}};
  SetText(in.Required(), row.mutable_pipeline_id());
  SetText(in.Required(), row.mutable_stage_id());
  SetText(in.Text(), row.mutable_name());
  row.set_position(static_cast<int32_t>(in.RequiredCount()));
  row.set_kind(in.Choose(kKinds));
  in.Attributes(row);
}

template <typename RowReader>
void Fill(RowReader& in, v1::OpportunityRow& row) {
  SetText(in.Required(), row.mutable_opportunity_id());
  SetText(in.Required(), row.mutable_pipeline_id());
  SetText(in.Required(), row.mutable_rep_id());
  SetText(in.Text(), row.mutable_name());
  int64_t number = 0;
  if (in.Micros(number)) row.set_amount_micros(number);
  SetText(in.Text(), row.mutable_currency());
  if (in.Count(number)) row.set_units(number);
  row.set_create_time_us(in.RequiredTime());
  int32_t day = 0;
  if (in.Day(day)) row.set_expected_close_day(day);
  in.Attributes(row);
}

template <typename RowReader>
void Fill(RowReader& in, v1::StageEventRow& row) {
  SetText(in.Required(), row.mutable_opportunity_id());
  row.set_time_us(in.RequiredTime());
  SetText(in.Required(), row.mutable_stage_id());
  SetText(in.Text(), row.mutable_rep_id());
  int64_t amount = 0;
  if (in.Micros(amount)) row.set_amount_micros(amount);
  in.Attributes(row);
}

template <typename RowReader>
void Fill(RowReader& in, v1::ActivityRow& row) {
  static constexpr Choice<v1::Activity::Type> kTypes[] = {{"call", v1::Activity::CALL},
                                                          {"email", v1::Activity::EMAIL},
                                                          {"meeting", v1::Activity::MEETING},
                                                          {"follow_up", v1::Activity::FOLLOW_UP},
                                                          {"other", v1::Activity::OTHER}};
  static constexpr Choice<v1::Activity::Outcome> kOutcomes[] = {
      {"connected", v1::Activity::CONNECTED},
      {"no_answer", v1::Activity::NO_ANSWER},
      {"", v1::Activity::OUTCOME_UNSPECIFIED}};
  SetText(in.Required(), row.mutable_activity_id());
  SetText(in.Required(), row.mutable_rep_id());
  SetText(in.Text(), row.mutable_opportunity_id());
  row.set_time_us(in.RequiredTime());
  row.set_type(in.Choose(kTypes));
  row.set_outcome(in.Choose(kOutcomes));
  int64_t seconds = 0;
  if (in.Count(seconds)) row.set_duration_seconds(static_cast<int32_t>(seconds));
  in.Attributes(row);
}

template <typename RowReader>
void Fill(RowReader& in, v1::QuotaRow& row) {
  static constexpr Choice<v1::QuotaRow::OwnerType> kOwners[] = {{"rep", v1::QuotaRow::REP},
                                                                {"team", v1::QuotaRow::TEAM}};
  static constexpr Choice<v1::Measure> kMeasures[] = {{"amount", v1::AMOUNT}, {"units", v1::UNITS}};
  row.set_owner_type(in.Choose(kOwners));
  SetText(in.Required(), row.mutable_owner_id());
  row.set_period_start_day(in.RequiredDay());
  row.set_period_end_day(in.RequiredDay());
  row.set_measure(in.Choose(kMeasures));
  row.set_target(row.measure() == v1::AMOUNT ? in.RequiredMicros() : in.RequiredCount());
  SetText(in.Text(), row.mutable_currency());
  in.Attributes(row);
}

// Calls `use` with the rows of the file's kind.
template <typename Use>
void WithRows(CanonicalFile file, v1::ImportBatch& batch, Use use) {
  switch (file) {
    case CanonicalFile::kTeams:
      return use(*batch.mutable_team_rows()->mutable_rows());
    case CanonicalFile::kReps:
      return use(*batch.mutable_rep_rows()->mutable_rows());
    case CanonicalFile::kStages:
      return use(*batch.mutable_stage_rows()->mutable_rows());
    case CanonicalFile::kOpportunities:
      return use(*batch.mutable_opportunity_rows()->mutable_rows());
    case CanonicalFile::kStageEvents:
      return use(*batch.mutable_stage_event_rows()->mutable_rows());
    case CanonicalFile::kActivities:
      return use(*batch.mutable_activity_rows()->mutable_rows());
    case CanonicalFile::kQuotas:
      return use(*batch.mutable_quota_rows()->mutable_rows());
  }
}

}  // namespace

BatchBuilder::BatchBuilder(CanonicalFile file, absl::TimeZone zone, const CsvReader& reader)
    : file_(file), times_(zone), reader_(reader) {
  for (const std::string& name : reader.extra_columns()) batch().add_attribute_names(name);
}

bool BatchBuilder::Add(CsvError& error) {
  RowReader in(file_, reader_, times_);
  WithRows(file_, batch(), [&](auto& rows) {
    Fill(in, *NewRow(rows, reader_.line()));
    if (in.failed()) rows.RemoveLast();
  });
  if (in.failed()) {
    error = in.TakeError();
    return false;
  }
  ++row_count_;
  byte_count_ += kRowOverheadBytes;
  for (size_t i = 0; i < Columns(file_).size(); ++i) byte_count_ += reader_.field(i).size();
  for (size_t i = 0; i < reader_.extra_columns().size(); ++i) {
    byte_count_ += reader_.extra_field(i).size();
  }
  if (file_ == CanonicalFile::kStageEvents) SetText(reader_.field(1), &last_time_);
  return true;
}

bool BatchBuilder::IsFull() {
  if (row_count_ >= kMostRows || byte_count_ >= kMostBytes) return true;
  if (row_count_ < kUsualRows && byte_count_ < kUsualBytes) return false;
  if (file_ == CanonicalFile::kTeams || file_ == CanonicalFile::kStages) return false;
  return file_ != CanonicalFile::kStageEvents || reader_.field(1) != last_time_;
}

void BatchBuilder::Clear() {
  WithRows(file_, batch(), [](auto& rows) { rows.Clear(); });
  row_count_ = 0;
  byte_count_ = 0;
}

}  // namespace quotacast::client
