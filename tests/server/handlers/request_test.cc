#include "server/handlers/request.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "server/handlers/activity.h"
#include "server/handlers/opportunity.h"
#include "server/handlers/organization.h"
#include "server/handlers/pipeline.h"
#include "server/handlers/quota.h"
#include "server/handlers/rep.h"
#include "server/handlers/stage_transition.h"
#include "server/handlers/team.h"
#include "tests/server/handlers/test_company.h"

namespace quotacast::handlers {
namespace {

TEST(RequestIdTest, IsAUuidOfVersionFour) {
  EXPECT_TRUE(CheckRequestId("").ok());
  EXPECT_TRUE(CheckRequestId("3f2b6c1e-5f0a-4c6e-9d2b-0a1b2c3d4e5f").ok());
  EXPECT_TRUE(CheckRequestId("3F2B6C1E-5F0A-4C6E-BD2B-0A1B2C3D4E5F").ok());
  for (const char* bad :
       {"x", "3f2b6c1e-5f0a-1c6e-9d2b-0a1b2c3d4e5f", "3f2b6c1e-5f0a-4c6e-cd2b-0a1b2c3d4e5f",
        "3f2b6c1e-5f0a-4c6e-9d2b-0a1b2c3d4e5", "3f2b6c1e-5f0a-4c6e-9d2b-0a1b2c3d4e5g",
        "3f2b6c1e5f0a4c6e9d2b0a1b2c3d4e5f", "{3f2b6c1e-5f0a-4c6e-9d2b-0a1b2c3d4e5f}"}) {
    EXPECT_FALSE(CheckRequestId(bad).ok()) << bad;
  }
}

TEST(FingerprintTest, DoesNotDependOnTheOrderOfAMap) {
  v1::Rep forward, backward;
  for (int i = 0; i < 50; ++i) {
    (*forward.mutable_attributes())[absl::StrCat("key", i)] = "x";
    (*backward.mutable_attributes())[absl::StrCat("key", 49 - i)] = "x";
  }
  EXPECT_EQ(Fingerprint(forward), Fingerprint(backward));
  backward.set_team("t");
  EXPECT_NE(Fingerprint(forward), Fingerprint(backward));
}

// A caller can make up a token that carries the digest of its own request; whatever else is in it,
// the answer is a page or an error.
template <typename Request, typename Method>
void TryTokens(TestCompany& company, Request request, Method method) {
  const std::string filter = FilterOf(request);
  for (const std::string& after :
       {std::string("x"), std::string("-1"), std::string("99999999999999999999"),
        std::string(1, '\0'), std::string("\xff\xfe"), std::string("'; DROP TABLE reps; --"),
        std::string(5'000, 'z'), std::string("r.1.2.3.4"), std::string("\n\n\n")}) {
    request.set_page_token(FormatPageToken(after, filter));
    const auto response = method(company.Context(), request);
    EXPECT_TRUE(response.ok() || absl::IsInvalidArgument(response.status())) << response.status();
  }
}

TEST(PageTokenTest, WhatACallerMakesUpDoesNoHarm) {
  TestCompany company;
  const auto with_parent = [](auto request) {
    request.set_parent("organizations/acme");
    return request;
  };
  TryTokens(company, v1::ListOrganizationsRequest(), ListOrganizations);
  TryTokens(company, with_parent(v1::ListTeamsRequest()), ListTeams);
  TryTokens(company, with_parent(v1::ListRepsRequest()), ListReps);
  TryTokens(company, with_parent(v1::ListPipelinesRequest()), ListPipelines);
  TryTokens(company, with_parent(v1::ListQuotasRequest()), ListQuotas);
  TryTokens(company, with_parent(v1::ListOpportunitiesRequest()), ListOpportunities);
  TryTokens(company, with_parent(v1::ListActivitiesRequest()), ListActivities);
  v1::ListStageTransitionsRequest transitions;
  transitions.set_parent("organizations/acme/opportunities/n1-0");
  TryTokens(company, transitions, ListStageTransitions);
}

}  // namespace
}  // namespace quotacast::handlers
