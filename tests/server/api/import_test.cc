// The import stream: acknowledgement, repetition, refusal.
#include <gtest/gtest.h>

#include <vector>

#include "absl/strings/str_cat.h"
#include "quotacast/v1/import_service.grpc.pb.h"
#include "tests/server/api/test_server.h"

namespace quotacast {
namespace {

using grpc::StatusCode;
using Stream = grpc::ClientReaderWriter<v1::ImportRequest, v1::ImportResponse>;

constexpr int64_t kTimeUs = 1'767'600'000'000'000;  // 2026-01-05T08:00:00Z.

class ImportTest : public TestServer {
 protected:
  void SetUp() override {
    MakeCompany();
    stub_ = v1::ImportService::NewStub(channel());
  }

  static v1::ImportRequest Header(bool validate_only = false, bool skip_bad_rows = false) {
    v1::ImportRequest request;
    request.mutable_header()->set_parent("organizations/acme");
    request.mutable_header()->set_validate_only(validate_only);
    request.mutable_header()->set_skip_bad_rows(skip_bad_rows);
    return request;
  }
  static v1::ImportRequest Opportunities(int64_t sequence, int count) {
    v1::ImportRequest request;
    request.mutable_batch()->set_sequence(sequence);
    for (int i = 0; i < count; ++i) {
      v1::OpportunityRow* row = request.mutable_batch()->mutable_opportunity_rows()->add_rows();
      row->set_line(i + 2);
      row->set_opportunity_id(absl::StrCat("o", i));
      row->set_pipeline_id("p");
      row->set_rep_id("r1");
      row->set_amount_micros(1'000'000 * i);
      row->set_create_time_us(kTimeUs);
    }
    return request;
  }
  static v1::ImportRequest Events(int64_t sequence, int count) {
    v1::ImportRequest request;
    request.mutable_batch()->set_sequence(sequence);
    for (int i = 0; i < count; ++i) {
      v1::StageEventRow* row = request.mutable_batch()->mutable_stage_event_rows()->add_rows();
      row->set_line(i + 2);
      row->set_opportunity_id(absl::StrCat("o", i));
      row->set_stage_id("lead");
      row->set_time_us(kTimeUs);
    }
    return request;
  }

  // Sends the messages in turn; `responses_` has what came back.
  grpc::Status Send(const std::vector<v1::ImportRequest>& messages) {
    responses_.clear();
    grpc::ClientContext context;
    std::unique_ptr<Stream> stream = stub_->Import(&context);
    for (const v1::ImportRequest& message : messages) {
      if (!stream->Write(message)) break;
    }
    stream->WritesDone();
    v1::ImportResponse response;
    while (stream->Read(&response)) responses_.push_back(response);
    return stream->Finish();
  }
  int CountOpportunities() {
    v1::ListOpportunitiesRequest list;
    list.set_parent("organizations/acme");
    list.set_page_size(1'000);
    v1::ListOpportunitiesResponse response;
    EXPECT_TRUE(
        Call(*opportunities_, &v1::OpportunityService::Stub::ListOpportunities, list, response)
            .ok());
    return response.opportunities_size();
  }

  std::unique_ptr<v1::ImportService::Stub> stub_;
  std::vector<v1::ImportResponse> responses_;
};

TEST_F(ImportTest, AnswersEachBatchAndRepeatsWithoutEffect) {
  auto status = Send({Header(), Opportunities(1, 10), Events(2, 10)});
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_EQ(responses_.size(), 2U);
  EXPECT_EQ(responses_[0].sequence(), 1);
  EXPECT_TRUE(responses_[0].applied());
  EXPECT_EQ(responses_[0].created_count(), 10);
  EXPECT_EQ(responses_[1].sequence(), 2);
  EXPECT_EQ(responses_[1].created_count(), 10);

  status = Send({Header(), Opportunities(1, 10), Events(2, 10)});
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(responses_[0].created_count(), 0);
  EXPECT_EQ(responses_[0].unchanged_count(), 10);
  EXPECT_EQ(responses_[1].unchanged_count(), 10);
}

TEST_F(ImportTest, WhatIsAcknowledgedOutlivesTheServer) {
  grpc::ClientContext context;
  auto stream = stub_->Import(&context);
  stream->Write(Header());
  stream->Write(Opportunities(1, 5));
  v1::ImportResponse response;
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_TRUE(response.applied());
  context.TryCancel();
  (void)stream->Finish();
  Restart();
  EXPECT_EQ(CountOpportunities(), 5);
}

TEST_F(ImportTest, ABadRowRefusesItsBatchAndEndsTheStream) {
  v1::ImportRequest bad = Opportunities(2, 12);
  bad.mutable_batch()->mutable_opportunity_rows()->mutable_rows(11)->set_rep_id("nobody");
  const auto status = Send({Header(), Opportunities(1, 3), bad, Events(3, 3)});
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonOf(status), "BAD_ROWS");
  ASSERT_EQ(responses_.size(), 2U);
  EXPECT_FALSE(responses_[1].applied());
  EXPECT_EQ(responses_[1].bad_count(), 1);
  ASSERT_EQ(responses_[1].errors_size(), 1);
  const v1::ImportError& error = responses_[1].errors(0);
  EXPECT_EQ(error.file(), "opportunities.csv");
  EXPECT_EQ(error.line(), 13);
  EXPECT_EQ(error.column(), "rep_id");
  EXPECT_EQ(CountOpportunities(), 3);
}

TEST_F(ImportTest, SkippingLeavesOutOnlyTheBadRow) {
  v1::ImportRequest bad = Opportunities(1, 4);
  bad.mutable_batch()->mutable_opportunity_rows()->mutable_rows(1)->set_amount_micros(-1);
  const auto status = Send({Header(false, true), bad});
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_TRUE(responses_[0].applied());
  EXPECT_EQ(responses_[0].created_count(), 3);
  EXPECT_EQ(responses_[0].bad_count(), 1);
  EXPECT_EQ(CountOpportunities(), 3);
}

TEST_F(ImportTest, ValidationFindsEverythingAndWritesNothing) {
  v1::ImportRequest bad = Opportunities(1, 4);
  bad.mutable_batch()->mutable_opportunity_rows()->mutable_rows(1)->set_amount_micros(-1);
  v1::ImportRequest events = Events(2, 3);
  events.mutable_batch()->mutable_stage_event_rows()->mutable_rows(2)->set_stage_id("nowhere");
  const auto status = Send({Header(true), bad, events});
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_EQ(responses_.size(), 2U);
  EXPECT_FALSE(responses_[0].applied());
  EXPECT_EQ(responses_[0].bad_count(), 1);
  EXPECT_EQ(responses_[1].errors(responses_[1].errors_size() - 1).column(), "stage_id");
  EXPECT_EQ(CountOpportunities(), 0);
}

TEST_F(ImportTest, OtherContentUnderAStoredKeyIsAnError) {
  ASSERT_TRUE(Send({Header(), Opportunities(1, 2)}).ok());
  v1::ImportRequest changed = Opportunities(1, 2);
  changed.mutable_batch()->mutable_opportunity_rows()->mutable_rows(0)->set_amount_micros(77);
  EXPECT_EQ(Send({Header(), changed}).error_code(), StatusCode::INVALID_ARGUMENT);
  ASSERT_EQ(responses_.size(), 1U);
  EXPECT_EQ(responses_[0].errors(0).line(), 2);
}

TEST_F(ImportTest, TheStreamHasItsOrder) {
  EXPECT_EQ(Send({}).error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(FieldsOf(Send({Opportunities(1, 1)})), "header");
  EXPECT_EQ(FieldsOf(Send({Header(), Header()})), "batch");
  EXPECT_EQ(FieldsOf(Send({Header(), Opportunities(2, 1)})), "batch.sequence");
  EXPECT_EQ(Send({Header(), Opportunities(1, 0)}).error_code(), StatusCode::INVALID_ARGUMENT);
  v1::ImportRequest header = Header();
  header.mutable_header()->set_parent("organizations/nowhere");
  EXPECT_EQ(Send({header}).error_code(), StatusCode::NOT_FOUND);
  header.mutable_header()->set_parent("nowhere");
  EXPECT_EQ(FieldsOf(Send({header})), "header.parent");
}

TEST_F(ImportTest, AMessageBeyondTheLimitIsRefused) {
  v1::ImportRequest big = Opportunities(1, 1);
  big.mutable_batch()->mutable_opportunity_rows()->mutable_rows(0)->set_name(
      std::string(5 << 20, 'x'));
  EXPECT_EQ(Send({Header(), big}).error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(CountOpportunities(), 0);
  ASSERT_TRUE(Send({Header(), Opportunities(1, 1)}).ok()) << "the server goes on";
}

}  // namespace
}  // namespace quotacast
