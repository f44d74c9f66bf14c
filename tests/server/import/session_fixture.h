#ifndef QUOTACAST_TESTS_SERVER_IMPORT_SESSION_FIXTURE_H_
#define QUOTACAST_TESTS_SERVER_IMPORT_SESSION_FIXTURE_H_

// An organization "acme" to import into, and good rows to import.

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/import/session.h"
#include "tests/server/storage/store_fixture.h"

namespace quotacast::importing {

TeamRow MakeTeamRow(int64_t line, absl::string_view id, absl::string_view parent = "");
RepRow MakeRepRow(int64_t line, absl::string_view id, absl::string_view team = "");
StageRow MakeStageRow(int64_t line, absl::string_view pipeline, absl::string_view stage,
                      int64_t position, StageKind kind);
OpportunityRow MakeOpportunityRow(int64_t line, absl::string_view id);
StageEventRow MakeEventRow(int64_t line, absl::string_view opportunity, absl::string_view stage,
                           int64_t time_us);
ActivityRow MakeActivityRow(int64_t line, absl::string_view id);
QuotaRow MakeQuotaRow(int64_t line, absl::string_view rep, int64_t target);
// One batch of each kind, all of them good.
std::vector<Batch> GoodFolder();

class SessionTest : public testing::Test {
 protected:
  SessionTest() : fixture_(storage::SqliteBackend()) {
    fixture_.Write([](storage::WriteTransaction& transaction) {
      ASSERT_TRUE(transaction.InsertOrganization(storage::MakeOrganization("acme")).ok());
    });
  }

  std::unique_ptr<Session> OpenSession(SessionOptions options = {}) {
    return Session::Open(fixture_.store(), "acme", options).value();
  }
  // Imports the good folder for good.
  void ImportGoodFolder() {
    const auto session = OpenSession();
    for (const Batch& batch : GoodFolder()) ASSERT_TRUE(session->Apply(batch)->applied);
  }
  int64_t Revision() {
    const auto reading = fixture_.Read();
    return *reading->Revision(reading->GetOrganization("acme")->key);
  }
  storage::Key org() { return fixture_.Read()->GetOrganization("acme")->key; }

  storage::StoreFixture fixture_;
};

}  // namespace quotacast::importing

#endif  // QUOTACAST_TESTS_SERVER_IMPORT_SESSION_FIXTURE_H_
