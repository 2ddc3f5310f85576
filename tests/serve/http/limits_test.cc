#include <gtest/gtest.h>

#include "raw_client.h"
#include "running_server.h"

namespace musicgen::serve {
namespace {

std::string Announced(const std::string& path, size_t bytes, const std::string& more = "") {
  return "POST " + path +
         " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(bytes) + "\r\n" +
         more + "\r\n";
}

std::string Chunked(const std::string& path) {
  return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
}

ServerOptions Impatient() {
  ServerOptions options;
  options.limits.header_s = options.limits.body_s = options.limits.idle_s = 0.2;
  options.limits.send_s = 0.3;
  return options;
}

TEST(BodyLimits, TooLongABodyIsRefusedBeforeItIsSent) {
  RunningServer server;
  for (const auto& [path, limit] : {std::pair{"/echo", 1 << 20}, {"/upload", 50 << 20}}) {
    RawClient client(server.port());
    EXPECT_EQ(client.Ask(Announced(path, limit + 1)).status, 413);
    EXPECT_TRUE(client.AtEnd());
  }
  RawClient client(server.port());
  EXPECT_EQ(client.Ask(Announced("/item/a", 1, "")).status, 405);
}

TEST(BodyLimits, ARouteWithoutBodyTakesNone) {
  RunningServer server;
  const std::string head = "GET /item/a HTTP/1.1\r\nHost: localhost\r\n";
  for (const char* framing : {"Content-Length: 1\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n"}) {
    RawClient client(server.port());
    EXPECT_EQ(client.Ask(head + framing).status, 413);
    EXPECT_TRUE(client.AtEnd());
  }
  RawClient client(server.port());
  EXPECT_EQ(client.Ask(head + "Content-Length: 0\r\n\r\n").status, 200);
}

TEST(BodyLimits, ChunksAreCounted) {
  RunningServer server;
  {
    RawClient client(server.port());
    EXPECT_EQ(client.Ask(Chunked("/echo") + "100001\r\n").status, 413) << "one, before it comes";
  }
  RawClient client(server.port());
  client.Send(Chunked("/echo"));
  const std::string chunk = "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
  for (int i = 0; i < 16; ++i) client.Send(chunk);
  EXPECT_EQ(client.Ask("1\r\n").status, 413);
  EXPECT_TRUE(client.AtEnd());
}

TEST(BodyLimits, ALargeBodyArrivesWhole) {
  RunningServer server;
  std::string body(5 << 20, ' ');
  for (size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>(i * 2654435761u >> 24);
  RawClient client(server.port());
  EXPECT_TRUE(client.Ask(Post("/upload", body)).body == body);
}

TEST(BodyLimits, ContinueIsSaidToWhoWaitsForIt) {
  RunningServer server;
  RawClient client(server.port());
  EXPECT_EQ(client.Ask(Announced("/echo", 5, "Expect: 100-continue\r\n")).status, 100);
  EXPECT_EQ(client.Ask("hello").body, "hello");
  EXPECT_EQ(client.Ask(Announced("/echo", (1 << 20) + 1, "Expect: 100-continue\r\n")).status, 413);
  EXPECT_TRUE(client.AtEnd());
}

TEST(BodyLimits, OtherExpectationsAreRefused) {
  RunningServer server;
  RawClient client(server.port());
  EXPECT_EQ(client.Ask(Announced("/echo", 5, "Expect: wonders\r\n")).status, 417);
}

TEST(BodyLimits, AllBodiesTogetherAreBounded) {
  ServerOptions options;
  options.limits.bodies_bytes = 3 << 20;
  RunningServer server(options);
  const std::string body(2 << 20, 'x');
  RawClient first(server.port()), second(server.port());
  first.Send(Post("/late", body));
  const auto held = server.Late();
  ASSERT_TRUE(held);
  const Answer refused = second.Ask(Announced("/late", body.size()));
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.headers.at("retry-after"), "1");
  {
    RawClient chunked(server.port());
    chunked.Send(Chunked("/late") + "200000\r\n");
    EXPECT_EQ(chunked.Ask(std::string(2 << 20, 'x')).status, 503);
  }
  held->Send({.body = "done"});
  EXPECT_EQ(first.Read().body, "done");
}

TEST(BodyLimits, MemoryOfABodyComesBackWithItsExchange) {
  ServerOptions options;
  options.limits.bodies_bytes = 3 << 20;
  RunningServer server(options);
  const std::string body(2 << 20, 'x');
  for (int i = 0; i < 5; ++i) {
    RawClient client(server.port());
    EXPECT_EQ(client.Ask(Post("/upload", body)).status, 200);
  }
}

TEST(Deadlines, HalfAHeadEnds) {
  RunningServer server(Impatient());
  RawClient client(server.port());
  EXPECT_EQ(client.Ask("GET /hea").status, 408);
  EXPECT_TRUE(client.AtEnd());
}

TEST(Deadlines, AHeadThatDripsEnds) {
  RunningServer server(Impatient());
  RawClient client(server.port());
  client.Send("GET /health HTTP/1.1\r\n");
  for (int i = 0; i < 8 && client.Silent(0.05); ++i) client.Send("X: y\r\n");
  EXPECT_EQ(client.Read().status, 408);
}

TEST(Deadlines, HalfABodyEnds) {
  RunningServer server(Impatient());
  RawClient client(server.port());
  EXPECT_EQ(client.Ask(Announced("/echo", 5) + "hel").status, 408);
  EXPECT_TRUE(client.AtEnd());
}

TEST(Deadlines, IdleConnectionsEnd) {
  RunningServer server(Impatient());
  RawClient fresh(server.port()), used(server.port());
  EXPECT_EQ(used.Ask(Get("/health")).status, 200);
  EXPECT_TRUE(fresh.AtEnd());
  EXPECT_TRUE(used.AtEnd());
  EXPECT_TRUE(Soon([&] { return server.server().connections() == 0; }));
}

TEST(Deadlines, AnAnswerMayTakeLongerThanAllOfThem) {
  RunningServer server(Impatient());
  RawClient client(server.port());
  client.Send(Get("/late"));
  const auto exchange = server.Late();
  EXPECT_TRUE(client.Silent(0.6));
  exchange->Send({.body = "late"});
  EXPECT_EQ(client.Read().body, "late");
}

TEST(Deadlines, AClientThatTakesNothingIsDropped) {
  ServerOptions options = Impatient();
  options.limits.unsent_bytes = 64 << 20;
  RunningServer server(options);
  RawClient client(server.port(), 4096);
  client.Send(Get("/late"));
  const auto exchange = server.Late();
  bool gone = false;
  exchange->WhenGone([&] { gone = true; });
  exchange->Begin({});
  for (int i = 0; i < 32; ++i) exchange->Write(std::string(1 << 20, 'x'));
  EXPECT_TRUE(Soon([&] { return server.server().connections() == 0; }));
  EXPECT_TRUE(Soon([&] { return !exchange->Write("x"); }));
  server.server().Stop(0);
  server.Join();
  EXPECT_TRUE(gone);
}

TEST(Deadlines, AClientThatTakesAByteNowAndThenIsDropped) {
  RunningServer server(Impatient());
  RawClient client(server.port(), 4096);
  client.Send(Get("/late"));
  const auto exchange = server.Late();
  exchange->Send({.body = std::string(12 << 20, 'x')});
  EXPECT_TRUE(Soon([&] {
    client.ReadSome(1);
    return server.server().connections() == 0;
  }));
}

TEST(Limits, AnAnswerThatIsNotTakenIsBounded) {
  ServerOptions options;
  options.limits.unsent_bytes = 8 << 20;
  RunningServer server(options);
  RawClient client(server.port(), 4096);
  client.Send(Get("/late"));
  const auto exchange = server.Late();
  exchange->Begin({});
  size_t accepted = 0;
  while (exchange->Write(std::string(1 << 20, 'x'))) ++accepted;
  EXPECT_GE(accepted, 8u);
  EXPECT_LE(accepted, 20u) << "what the system's buffers hold comes to it";
  EXPECT_TRUE(Soon([&] { return server.server().connections() == 0; }));
}

TEST(Limits, TheConnectionThatWaitsLongestMakesRoom) {
  ServerOptions options;
  options.limits.connections = 3;
  RunningServer server(options);
  RawClient first(server.port());
  EXPECT_EQ(first.Ask(Get("/health")).status, 200);
  RawClient second(server.port()), third(server.port());
  EXPECT_TRUE(Soon([&] { return server.server().connections() == 3; }));
  RawClient fourth(server.port());
  EXPECT_EQ(fourth.Ask(Get("/health")).status, 200);
  EXPECT_TRUE(first.AtEnd());
  EXPECT_TRUE(second.Silent(0));
}

TEST(Limits, WhereAllAreBeingAnsweredAnotherIsTurnedAway) {
  ServerOptions options;
  options.limits.connections = 2;
  RunningServer server(options);
  RawClient first(server.port()), second(server.port());
  first.Send(Get("/late"));
  second.Send(Get("/late"));
  const auto one = server.Late(), two = server.Late();
  RawClient third(server.port());
  const Answer answer = third.Read();
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.headers.at("retry-after"), "1");
  EXPECT_TRUE(third.AtEnd());
  one->Send({.body = "1"});
  EXPECT_TRUE(Soon([&] {
    RawClient again(server.port());
    return again.Ask(Get("/health")).status == 200;
  }));
}

}  // namespace
}  // namespace musicgen::serve
