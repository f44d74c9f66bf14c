#include "server/handlers/backtest.h"

#include <utility>

#include "absl/time/clock.h"
#include "server/convert/backtest.h"
#include "server/convert/names.h"
#include "server/errors.h"
#include "simulation/backtest.h"

namespace quotacast::handlers {
namespace {

constexpr int kRowsPerMessage = 1'000;
constexpr absl::Duration kProgressInterval = absl::Milliseconds(250);

void SendProgress(int64_t done, int64_t total, const BacktestSink& send) {
  v1::RunBacktestResponse message;
  message.mutable_progress()->set_done_count(done);
  message.mutable_progress()->set_total_count(total);
  send(message);
}

void SendRows(const CompanyHistory& company, const std::vector<simulation::BacktestRow>& rows,
              const BacktestSink& send) {
  v1::RunBacktestResponse message;
  for (size_t i = 0; i < rows.size(); ++i) {
    *message.mutable_rows()->add_rows() =
        convert::ToProto(company.organization.id, company.history, rows[i]);
    if (message.rows().rows_size() == kRowsPerMessage || i + 1 == rows.size()) {
      send(message);
      message.Clear();
    }
  }
}

absl::Status Described(const absl::Status& status, const std::string& organization) {
  const std::string subject = convert::OrganizationName(organization);
  if (absl::IsNotFound(status)) {
    return errors::Precondition("NO_QUOTA", subject, status.message());
  }
  if (absl::IsFailedPrecondition(status)) {
    return errors::Precondition("NO_HISTORY", subject, status.message());
  }
  return status;
}

}  // namespace

absl::Status RunBacktest(const Context& context, Engine& engine,
                         const v1::RunBacktestRequest& request, const BacktestSink& send) {
  errors::FieldErrors problems;
  const auto organization = convert::ParseOrganizationName("parent", request.parent());
  problems.Add(organization.status());
  simulation::BacktestOptions options = convert::FromProto(request, problems);
  if (!problems.empty()) return problems.ToStatus();
  const auto company = engine.histories.Get(*organization);
  if (!company.ok()) {
    return errors::Describe(company.status(), "quotacast/Organization", request.parent());
  }

  if (request.correction_mode() == v1::CORRECTION_MODE_UNSPECIFIED) {
    options.correction = (*company)->organization.correction_mode;
  }
  options.replay.complete_until_us = absl::ToUnixMicros(absl::Now());
  options.forecast.cancelled = context.cancelled;
  absl::Time last = absl::InfinitePast();
  options.progress = [&](int64_t done, int64_t total) {
    const absl::Time now = absl::Now();
    if (now - last < kProgressInterval && done < total) return;
    last = now;
    SendProgress(done, total, send);
  };
  absl::StatusOr<simulation::BacktestResult> result;
  const absl::Status admitted = engine.pool.Run(context.cancelled, [&](int thread_count) {
    options.forecast.thread_count = thread_count;
    result = simulation::RunBacktest((*company)->history, options);
  });
  if (!admitted.ok()) return admitted;
  if (!result.ok()) return Described(result.status(), *organization);

  if (request.include_rows()) SendRows(**company, result->rows, send);
  v1::RunBacktestResponse message;
  *message.mutable_result() = convert::ToProto(*result, options);
  send(message);
  return absl::OkStatus();
}

}  // namespace quotacast::handlers
