// The small parts that no other file tests.
#include <gtest/gtest.h>

#include "common/json.h"
#include "musicgen/error.hpp"
#include "serve/http/access_log.h"
#include "serve/http/answer_flow.h"
#include "serve/http/body_budget.h"
#include "serve/http/connection_set.h"
#include "serve/http/failure_response.h"
#include "serve/http/response_head.h"

namespace musicgen::serve {
namespace {

Failure Of(const auto& exception) { return FailureOf(std::make_exception_ptr(exception)); }

TEST(FailureOf, TellsWhatMayBeTold) {
  EXPECT_EQ(Of(Error(ErrorCode::kBadInput, "No.")).status, 400);
  EXPECT_EQ(Of(Error(ErrorCode::kBadInput, "No.")).message, "No.");
  EXPECT_EQ(Of(Error(ErrorCode::kUnsupported, "No.")).type, "invalid_request_error");
  EXPECT_EQ(Of(Error(ErrorCode::kOutOfMemory, "No.")).status, 507);
  EXPECT_EQ(Of(std::bad_alloc()).status, 507);
  EXPECT_EQ(Of(Error(ErrorCode::kFailure, "/a/path")).status, 500);
  EXPECT_EQ(Of(Error(ErrorCode::kFailure, "/a/path")).message.find("path"), std::string::npos);
  EXPECT_EQ(Of(std::runtime_error("/a/path")).message.find("path"), std::string::npos);
  EXPECT_EQ(Of(1).status, 500);
  try {
    RefuseInput("seed", "The seed is not a number.");
  } catch (const Refusal& refusal) {
    EXPECT_EQ(refusal.failure().status, 400);
    EXPECT_EQ(refusal.failure().param, "seed");
  }
}

TEST(FailureResponse, SaysWhenToComeAgain) {
  const Failure busy{.status = 429, .message = "Busy.", .retry_after_s = 7};
  EXPECT_EQ(FailureResponse(busy).headers.at(0).value, "7");
  Route route;
  route.failure_body = [](const Failure& f) { return Response{.status = f.status}; };
  EXPECT_EQ(FailureResponse(&route, busy).headers.at(0).value, "7");
  EXPECT_EQ(FailureResponse(nullptr, {.message = "a\"\n"}).body,
            R"({"error":{"message":"a\"\n","type":"server_error","param":null,"code":null}})");
}

TEST(AccessLine, StaysOneLineWhateverIsAsked) {
  const AccessRecord record{.request = 3,
                            .peer = "::1",
                            .method = "GET\n",
                            .path = "/a\r\n\x1b[31m\x7f\"\\\xE2\x80\xA8" + std::string(1000, 'x'),
                            .status = 200,
                            .bytes_received = 1,
                            .bytes_sent = 2,
                            .seconds = 0.0000014};
  const std::string line = AccessLine(record, 0);
  EXPECT_EQ(line.substr(0, 107),
            R"({"time":"1970-01-01T00:00:00Z","request":3,"peer":"::1","method":"GET?",)"
            R"("path":"/a???[31m?\"\\???xxxxxxxxxx)");
  EXPECT_TRUE(line.ends_with(R"("status":200,"bytes_received":1,"bytes_sent":2,"seconds":1e-06})"));
  EXPECT_LT(line.size(), 500u);
  for (const char c : line) EXPECT_TRUE(c >= 0x20 && c < 0x7F);
}

TEST(BodyBudget, GivesBackWithTheCharge) {
  const auto budget = std::make_shared<BodyBudget>(100);
  {
    BodyCharge charge(budget);
    EXPECT_TRUE(charge.GrowTo(60));
    EXPECT_TRUE(charge.GrowTo(50)) << "what it has";
    const BodyCharge moved = std::move(charge);
    EXPECT_FALSE(budget->Fits(41));
    EXPECT_TRUE(budget->Fits(40));
    BodyCharge other(budget);
    EXPECT_FALSE(other.GrowTo(41));
    EXPECT_TRUE(other.GrowTo(40));
  }
  EXPECT_TRUE(budget->Fits(100));
  EXPECT_FALSE(budget->Fits(101));
}

TEST(AnswerFlow, CountsWhatIsUnsent) {
  AnswerFlow flow(100);
  EXPECT_EQ(flow.Add(60), AnswerFlow::Room::kYes);
  EXPECT_EQ(flow.Add(41), AnswerFlow::Room::kTooMuch);
  flow.Taken(60);
  EXPECT_EQ(flow.Add(100), AnswerFlow::Room::kYes);
  int calls = 0;
  EXPECT_TRUE(flow.WhenGone([&] { ++calls; }));
  flow.Go();
  flow.Go();
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(flow.Add(0), AnswerFlow::Room::kGone);
  EXPECT_FALSE(flow.WhenGone([] {}));
}

struct TestMember : Member, std::enable_shared_from_this<TestMember> {
  explicit TestMember(ConnectionSet& all) : set(all) {}
  void Drop() override {
    dropped = true;
    set.Remove(this);
  }
  void Wind() override { Drop(); }
  ConnectionSet& set;
  bool dropped = false;
};

TEST(ConnectionSet, DropsWhoWaitsLongestAndNobodyWhoIsAnswered) {
  ConnectionSet set;
  std::vector<std::shared_ptr<TestMember>> members;
  for (int i = 0; i < 4; ++i) {
    members.push_back(std::make_shared<TestMember>(set));
    set.Add(members.back());
  }
  set.Stand(members[0].get(), Standing::kWaiting);
  set.Stand(members[1].get(), Standing::kReceiving);
  set.Stand(members[2].get(), Standing::kAnswering);
  EXPECT_TRUE(set.DropOne());
  EXPECT_TRUE(members[3]->dropped);
  EXPECT_TRUE(set.DropOne());
  EXPECT_TRUE(members[0]->dropped);
  EXPECT_TRUE(set.DropOne());
  EXPECT_TRUE(members[1]->dropped);
  EXPECT_FALSE(set.DropOne());
  EXPECT_EQ(set.size(), 1u);
  set.WindAll();
  EXPECT_EQ(set.size(), 0u);
}

TEST(ResponseHead, AHandlersOwnHeadersGoBeforeTheUsual) {
  const std::string head =
      ResponseHead({.content_type = "text/html", .headers = {{"cache-control", "max-age=60"}}},
                   {.chunked = true});
  EXPECT_EQ(head.find("no-store"), head.npos);
  EXPECT_NE(head.find("\r\ncache-control: max-age=60\r\n"), head.npos);
  EXPECT_NE(head.find("\r\nTransfer-Encoding: chunked\r\n"), head.npos);
  EXPECT_EQ(head.find("Content-Length"), head.npos);
}

TEST(ResponseHead, WithoutBodyNoLength) {
  const std::string head = ResponseHead({.status = 204}, {.content_length = 0});
  EXPECT_EQ(head.find("\r\nContent-"), head.npos);
}

TEST(Chunk, IsFramed) {
  EXPECT_EQ(Chunk("hello world, hello"), "12\r\nhello world, hello\r\n");
  EXPECT_EQ(Chunk(""), "");
}

}  // namespace
}  // namespace musicgen::serve
