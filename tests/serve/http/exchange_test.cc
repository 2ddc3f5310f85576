// Requests and answers over one connection.
#include <gtest/gtest.h>

#include <atomic>

#include "raw_client.h"
#include "running_server.h"

namespace musicgen::serve {
namespace {

class Exchanges : public testing::Test {
 protected:
  RunningServer server_;
  RawClient client_{server_.port()};
};

TEST_F(Exchanges, AConnectionServesManyRequests) {
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(client_.Ask(Post("/echo", std::to_string(i))).body, std::to_string(i));
  }
  EXPECT_EQ(server_.Log(100).back().request, 100u);
}

TEST_F(Exchanges, RequestsSentAheadAreAnsweredInOrder) {
  std::string all;
  for (int i = 0; i < 1000; ++i) {
    all += i % 2 ? Post("/echo", std::to_string(i)) : Get("/item/" + std::to_string(i));
  }
  std::thread sender([&] { client_.Send(all); });
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(client_.Read().body, std::to_string(i));
  sender.join();
}

TEST_F(Exchanges, TheNextRequestWaitsForTheAnswer) {
  client_.Send(Get("/late") + Get("/item/next"));
  const auto late = server_.Late();
  EXPECT_TRUE(client_.Silent(0.1));
  late->Send({.body = "first"});
  EXPECT_EQ(client_.Read().body, "first");
  EXPECT_EQ(client_.Read().body, "next");
}

TEST_F(Exchanges, ReadingAheadIsBounded) {
  client_.Send(Get("/late"));
  const auto late = server_.Late();
  std::atomic<size_t> sent = 0;
  std::thread sender([&] {
    for (int i = 0; i < 400000; ++i, sent += 50) client_.Send(Get("/item/ahead"));
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_LT(sent, size_t{400000} * 50) << "the sender stands, once the system's buffers are full";
  client_.Send("");
  late->Abort();
  sender.join();
}

TEST_F(Exchanges, CloseIsDone) {
  const Answer answer = client_.Ask(Get("/health", "Connection: keep-alive, Close\r\n"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.at("connection"), "close");
  EXPECT_TRUE(client_.AtEnd());
}

TEST_F(Exchanges, Http10Ends) {
  EXPECT_EQ(client_.Ask("GET /item/a HTTP/1.0\r\nHost: localhost\r\n\r\n").body, "a");
  EXPECT_TRUE(client_.AtEnd());
}

TEST_F(Exchanges, HeadHasTheHeadersOfGet) {
  client_.Send("HEAD /item/abc HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const Answer answer = client_.Read(true);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.at("content-length"), "3");
  EXPECT_EQ(client_.Ask(Get("/item/b")).body, "b") << "no body came between";
}

TEST_F(Exchanges, AnUnknownPathIs404AndTheConnectionGoesOn) {
  const Answer answer = client_.Ask(Get("/nothing"));
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(
      answer.body,
      R"({"error":{"message":"There is nothing at this path.","type":"invalid_request_error",)"
      R"("param":null,"code":"unknown_route"}})");
  EXPECT_EQ(client_.Ask(Get("/health")).status, 200);
}

TEST_F(Exchanges, OtherMethodsAre405WithThoseThatAreAllowed) {
  for (const char* method : {"OPTIONS", "DELETE", "PUT", "TRACE", "get", "FOO"}) {
    const Answer answer =
        client_.Ask(std::string(method) + " /item/a HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_EQ(answer.status, 405) << method;
    EXPECT_EQ(answer.headers.at("allow"), "GET, HEAD") << method;
    EXPECT_FALSE(answer.headers.contains("access-control-allow-origin"));
  }
}

TEST_F(Exchanges, EveryAnswerCarriesTheHeadersThatProtectBrowsers) {
  for (const std::string& request :
       {Get("/health"), Get("/nothing"), Get("/throw"), Get("/../"), std::string("nonsense\r\n")}) {
    RawClient client(server_.port());
    const Answer answer = client.Ask(request);
    EXPECT_EQ(answer.headers.at("x-content-type-options"), "nosniff");
    EXPECT_EQ(answer.headers.at("cache-control"), "no-store");
    EXPECT_EQ(answer.headers.at("referrer-policy"), "no-referrer");
    EXPECT_TRUE(answer.headers.contains("date"));
  }
}

TEST_F(Exchanges, WhatAHandlerThrowsTellsNothingOfTheInside) {
  const Answer answer = client_.Ask(Get("/throw"));
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.body.find("machine"), answer.body.npos);
  EXPECT_EQ(client_.Ask(Get("/health")).status, 200);
}

TEST_F(Exchanges, NoAnswerIs500) {
  EXPECT_EQ(client_.Ask(Get("/forgets")).status, 500);
  client_.Send(Get("/late"));
  server_.Late().reset();
  EXPECT_EQ(client_.Read().status, 500);
}

TEST_F(Exchanges, ARoutesErrorsHaveItsShape) {
  const Answer answer = client_.Ask(Post("/shaped", std::string((1 << 20) + 1, 'x')));
  EXPECT_EQ(answer.status, 413);
  EXPECT_EQ(answer.body, "body_too_large");
}

TEST_F(Exchanges, AnAnswerInPiecesIsChunked) {
  client_.Send(Get("/late"));
  const auto late = server_.Late();
  late->Begin({.content_type = "audio/wav", .body = "one "});
  EXPECT_TRUE(late->Write("two "));
  EXPECT_TRUE(late->Write(""));
  EXPECT_TRUE(late->Write("three"));
  late->End();
  EXPECT_FALSE(late->Write("four"));
  const Answer answer = client_.Read();
  EXPECT_EQ(answer.body, "one two three");
  EXPECT_TRUE(answer.whole);
  EXPECT_EQ(answer.headers.at("content-type"), "audio/wav");
  EXPECT_EQ(client_.Ask(Get("/item/b")).body, "b");
}

TEST_F(Exchanges, ToHttp10PiecesEndWithTheConnection) {
  client_.Send("GET /late HTTP/1.0\r\nHost: localhost\r\n\r\n");
  const auto late = server_.Late();
  late->Begin({.body = "one "});
  late->Write("two");
  late->End();
  const Answer answer = client_.Read();
  EXPECT_EQ(answer.body, "one two");
  EXPECT_FALSE(answer.headers.contains("transfer-encoding"));
  EXPECT_TRUE(client_.AtEnd());
}

TEST_F(Exchanges, AHeadRequestEndsAStream) {
  client_.Send("HEAD /late HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const auto late = server_.Late();
  late->Begin({.body = "one"});
  EXPECT_TRUE(Soon([&] { return !late->Write("two"); }));
  EXPECT_EQ(client_.Read(true).status, 200);
  EXPECT_EQ(client_.Ask(Get("/item/b")).body, "b");
}

TEST_F(Exchanges, AnAbortedAnswerIsNotWhole) {
  client_.Send(Get("/late"));
  const auto late = server_.Late();
  late->Begin({.body = "one"});
  late->Abort();
  EXPECT_FALSE(client_.Read().whole);
  EXPECT_TRUE(client_.AtEnd());
}

TEST_F(Exchanges, HeadersOfAnAnswerCannotSplitIt) {
  client_.Send(Get("/late"));
  server_.Late()->Send({.headers = {{"X-Name", "a\r\nSet-Cookie: b\r\n\r\n<html>"}}, .body = "c"});
  const Answer answer = client_.Read();
  EXPECT_EQ(answer.headers.at("x-name"), "a  Set-Cookie: b    <html>");
  EXPECT_EQ(answer.body, "c");
}

TEST_F(Exchanges, WhoeverWaitsHearsThatTheClientHasGone) {
  client_.Send(Get("/late"));
  const auto late = server_.Late();
  std::atomic<int> gone = 0;
  late->WhenGone([&] { ++gone; });
  late->Begin({.body = "one"});
  EXPECT_EQ(gone, 0);
  client_.Close();
  EXPECT_TRUE(Soon([&] { return gone == 1; }));
  EXPECT_FALSE(late->Write("two"));
  std::atomic<int> again = 0;
  late->WhenGone([&] { ++again; });
  EXPECT_TRUE(Soon([&] { return again == 1; }));
}

TEST_F(Exchanges, AClientThatEndsItsSideHasGone) {
  client_.Send(Get("/late"));
  const auto late = server_.Late();
  std::atomic<bool> gone = false;
  late->WhenGone([&] { gone = true; });
  client_.EndSending();
  EXPECT_TRUE(Soon([&] { return gone.load(); }));
}

TEST_F(Exchanges, WhatIsAnsweredAtOnceReachesAClientThatEndsItsSide) {
  client_.Send(Get("/item/a") + Get("/item/b"));
  client_.EndSending();
  EXPECT_EQ(client_.Read().body, "a");
  EXPECT_EQ(client_.Read().body, "b");
  EXPECT_TRUE(client_.AtEnd());
}

TEST_F(Exchanges, AfterTheEndNobodyHasGone) {
  client_.Send(Get("/late"));
  const auto late = server_.Late();
  std::atomic<int> gone = 0;
  late->WhenGone([&] { ++gone; });
  late->Send({.body = "all"});
  EXPECT_EQ(client_.Read().body, "all");
  client_.Close();
  EXPECT_TRUE(Soon([&] { return server_.server().connections() == 0; }));
  late->WhenGone([&] { ++gone; });
  EXPECT_EQ(gone, 0);
}

TEST_F(Exchanges, TheRequestIsHandedOverWhole) {
  client_.Send("GET /late?a=1&b=x+y%21&a=2 HTTP/1.1\r\nHost: localhost\r\nX-One: 1\r\n\r\n");
  const auto late = server_.Late();
  const Request& request = late->request();
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.path, "/late");
  EXPECT_EQ(request.query.at("a"), "2");
  EXPECT_EQ(request.query.at("b"), "x y!");
  EXPECT_EQ(request.Find("x-one"), "1");
  EXPECT_EQ(request.Find("x-two"), std::nullopt);
  EXPECT_EQ(request.peer, "127.0.0.1");
  EXPECT_FALSE(request.secure);
  late->Send({});
}

TEST_F(Exchanges, AnswersMayComeFromAnyThread) {
  std::vector<std::thread> workers;
  for (int i = 0; i < 8; ++i) {
    workers.emplace_back([&] {
      RawClient client(server_.port());
      for (int k = 0; k < 20; ++k) {
        client.Send(Get("/late"));
        const auto late = server_.Late();
        ASSERT_TRUE(late);
        late->Begin({});
        EXPECT_TRUE(late->Write("sound"));
        late->End();
        EXPECT_EQ(client.Read().body, "sound");
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
}

TEST_F(Exchanges, TheAccessLogTellsWhatBecameOfEach) {
  client_.Ask(Get("/item/a?secret=1"));
  client_.Ask(Post("/echo", "hello"));
  client_.Ask("GET /\x01 HTTP/1.1\r\n\r\n");
  RawClient gone(server_.port());
  gone.Send(Get("/late"));
  const auto late = server_.Late();
  gone.Close();
  const auto log = server_.Log(4);
  ASSERT_EQ(log.size(), 4u);
  EXPECT_EQ(log[0].path, "/item/a");
  EXPECT_EQ(log[0].status, 200);
  EXPECT_EQ(log[1].bytes_received, Post("/echo", "hello").size());
  EXPECT_GT(log[1].bytes_sent, 100u);
  EXPECT_EQ(log[2].status, 400);
  EXPECT_EQ(log[3].path, "/late");
  EXPECT_EQ(log[3].status, 0);
}

TEST(Stopping, AnswersUnderWayAreFinished) {
  RunningServer server;
  RawClient busy(server.port()), idle(server.port());
  EXPECT_EQ(idle.Ask(Get("/health")).status, 200);
  busy.Send(Get("/late"));
  const auto late = server.Late();
  late->Begin({.body = "one "});
  server.server().Stop(10);
  EXPECT_TRUE(idle.AtEnd());
  late->Write("two");
  late->End();
  const Answer answer = busy.Read();
  EXPECT_EQ(answer.body, "one two");
  EXPECT_TRUE(busy.AtEnd());
  busy.Close();
  server.Join();
}

TEST(Stopping, GraceEnds) {
  RunningServer server;
  RawClient busy(server.port());
  busy.Send(Get("/late"));
  const auto late = server.Late();
  std::atomic<bool> gone = false;
  late->WhenGone([&] { gone = true; });
  server.server().Stop(0.1);
  server.Join();
  EXPECT_TRUE(gone);
  EXPECT_TRUE(busy.AtEnd());
}

TEST(Stopping, ExchangesMayOutliveTheServer) {
  std::shared_ptr<Exchange> late;
  {
    RunningServer server;
    RawClient client(server.port());
    client.Send(Get("/late"));
    late = server.Late();
  }
  late->Begin({});
  EXPECT_FALSE(late->Write("x"));
}

TEST(Posting, WorkRunsOnTheServersThread) {
  RunningServer server;
  std::atomic<int> done = 0;
  for (int i = 0; i < 100; ++i) server.server().Post([&] { ++done; });
  EXPECT_TRUE(Soon([&] { return done == 100; }));
}

}  // namespace
}  // namespace musicgen::serve
