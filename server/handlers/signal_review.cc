#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/convert/metrics.h"
#include "server/convert/names.h"
#include "server/convert/scalars.h"
#include "server/errors.h"
#include "server/handlers/metrics.h"
#include "server/limits.h"

namespace quotacast::handlers {
namespace {

using storage::ReviewState;
using storage::SignalReview;

// Signals about rates rest on the last 90 days: after them, whatever is listed rests on new facts.
constexpr int64_t kAcknowledgedUs = int64_t{90} * 86'400'000'000;

struct SignalName {
  std::string organization;
  v1::Signal::Kind kind = v1::Signal::KIND_UNSPECIFIED;
  std::string id;    // All of what the signal is known by.
  std::string rest;  // Of the id, after the kind.
};

std::string KindWords() {
  std::vector<std::string> words;
  for (int kind = v1::Signal::Kind_MIN + 1; kind <= v1::Signal::Kind_MAX; ++kind) {
    words.push_back(convert::SignalKindWord(static_cast<v1::Signal::Kind>(kind)));
  }
  return absl::StrJoin(words, ", ");
}

absl::StatusOr<SignalName> ParseSignalName(const std::string& name) {
  const std::string collection = "/signals/";
  const size_t at = name.find(collection);
  if (at == std::string::npos) {
    return errors::InvalidField(
        "name", absl::StrCat("must be organizations/{organization}/signals/{signal}; got ",
                             convert::Quoted(name)));
  }
  const auto organization = convert::ParseOrganizationName("name", name.substr(0, at));
  if (!organization.ok()) return organization.status();
  SignalName parsed;
  parsed.organization = *organization;
  parsed.id = name.substr(at + collection.size());
  const size_t end = parsed.id.find('~');
  const std::string word = parsed.id.substr(0, end);
  for (int kind = v1::Signal::Kind_MIN + 1; kind <= v1::Signal::Kind_MAX; ++kind) {
    if (word != convert::SignalKindWord(static_cast<v1::Signal::Kind>(kind))) continue;
    parsed.kind = static_cast<v1::Signal::Kind>(kind);
  }
  if (parsed.kind == v1::Signal::KIND_UNSPECIFIED || end == std::string::npos) {
    return errors::InvalidField(
        "name", absl::StrCat("must end in {kind}~{rep}, the kind one of ", KindWords(), "; got ",
                             convert::Quoted(parsed.id)));
  }
  parsed.rest = parsed.id.substr(end + 1);
  return parsed;
}

// NOT_FOUND where the rep or the stage of the signal is not there.
absl::Status CheckSubject(storage::ReadTransaction& read, storage::Key organization,
                          const SignalName& name) {
  const auto not_found = [&name] {
    return errors::NotFound("quotacast/Signal",
                            convert::FormatChildName(name.organization, "signals", name.id));
  };
  if (!convert::IsAboutStage(name.kind)) {
    return read.GetRep(organization, name.rest).ok() ? absl::OkStatus() : not_found();
  }
  // Ids may hold the character that joins them, so the known stages are tried.
  const auto pipelines = read.ListPipelines(organization, {});
  if (!pipelines.ok()) return pipelines.status();
  for (const storage::Pipeline& pipeline : pipelines->items) {
    for (const storage::Stage& stage : pipeline.stages) {
      const std::string end = absl::StrCat("~", pipeline.id, "~", stage.id);
      if (!absl::EndsWith(name.rest, end)) continue;
      const std::string rep = name.rest.substr(0, name.rest.size() - end.size());
      if (read.GetRep(organization, rep).ok()) return absl::OkStatus();
    }
  }
  return not_found();
}

template <typename Request>
absl::Status CheckTexts(const Request& request) {
  errors::FieldErrors problems;
  const auto check = [&problems](const char* field, const std::string& text, size_t most) {
    if (text.size() > most) {
      problems.Add(field,
                   absl::StrCat("must be at most ", most, " bytes; got ", text.size(), " bytes"));
    }
  };
  check("reviewer", request.reviewer(), limits::kReviewerMaxBytes);
  check("note", request.note(), limits::kReviewNoteMaxBytes);
  return problems.ToStatus();
}

// `prepare(write, organization, review)` completes the review, in the transaction that stores it.
template <typename Request, typename Prepare>
absl::StatusOr<v1::SignalReview> Review(const Context& context, const char* method,
                                        const Request& request, const Prepare& prepare) {
  const auto name = ParseSignalName(request.name());
  if (!name.ok()) return name.status();
  if (const absl::Status status = CheckTexts(request); !status.ok()) return status;
  return WriteOnce<v1::SignalReview>(
      context, method, request,
      [&, name = *name](storage::WriteTransaction& write) -> absl::StatusOr<v1::SignalReview> {
        const auto organization = FindOrganization(write, name.organization);
        if (!organization.ok()) return organization.status();
        absl::Status status = CheckSubject(write, organization->key, name);
        SignalReview review;
        review.signal = name.id;
        review.reviewer = request.reviewer();
        review.note = request.note();
        if (status.ok()) status = prepare(write, organization->key, review);
        if (!status.ok()) return status;
        const auto stored = write.AppendSignalReview(organization->key, review);
        if (!stored.ok()) return stored.status();
        return convert::ToProto(name.organization, *stored);
      });
}

}  // namespace

absl::StatusOr<v1::SignalReview> AcknowledgeSignal(const Context& context,
                                                   const v1::AcknowledgeSignalRequest& request) {
  return Review(context, "AcknowledgeSignal", request,
                [](storage::WriteTransaction& write, storage::Key, SignalReview& review) {
                  review.state = ReviewState::kAcknowledged;
                  review.hidden_until_us = write.NowUs() + kAcknowledgedUs;
                  return absl::OkStatus();
                });
}

absl::StatusOr<v1::SignalReview> SnoozeSignal(const Context& context,
                                              const v1::SnoozeSignalRequest& request) {
  if (!request.has_until_time()) return errors::InvalidField("until_time", "must be given");
  const auto until_us = convert::FromTimestamp("until_time", request.until_time());
  if (!until_us.ok()) return until_us.status();
  return Review(context, "SnoozeSignal", request,
                [until_us = *until_us](storage::WriteTransaction& write, storage::Key,
                                       SignalReview& review) -> absl::Status {
                  const int64_t now_us = write.NowUs();
                  if (until_us <= now_us || until_us > now_us + limits::kSnoozeMaxUs) {
                    return errors::InvalidField(
                        "until_time", absl::StrCat("must be after now and within 366 days; got ",
                                                   absl::FormatTime(absl::FromUnixMicros(until_us),
                                                                    absl::UTCTimeZone())));
                  }
                  review.state = ReviewState::kSnoozed;
                  review.hidden_until_us = until_us;
                  return absl::OkStatus();
                });
}

absl::StatusOr<v1::SignalReview> ReopenSignal(const Context& context,
                                              const v1::ReopenSignalRequest& request) {
  return Review(context, "ReopenSignal", request,
                [&request](storage::WriteTransaction& write, storage::Key organization,
                           SignalReview& review) -> absl::Status {
                  const auto reviews = write.ListSignalReviews(organization);
                  if (!reviews.ok()) return reviews.status();
                  for (const SignalReview& known : *reviews) {
                    if (known.signal != review.signal) continue;
                    if (known.state == ReviewState::kReopened) break;
                    review.state = ReviewState::kReopened;
                    return absl::OkStatus();
                  }
                  return errors::NotFound("quotacast/SignalReview", request.name());
                });
}

}  // namespace quotacast::handlers
