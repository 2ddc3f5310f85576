#include "serve/http/gate.h"

#include <gmock/gmock.h>

#include "serve/http/origin_rules.h"

namespace musicgen::serve {
namespace {

using testing::ElementsAre;

Route At(const std::string& method, const std::string& pattern, BodyKind body = BodyKind::kNone,
         bool open = false) {
  return {method, pattern, body, open, [](const std::shared_ptr<Exchange>&) {}, {}};
}

Gate MakeGate(ServerOptions options = {}) {
  return Gate(options, {At("GET", "/", BodyKind::kNone, true), At("GET", "/v1/jobs/{id}"),
                        At("DELETE", "/v1/jobs/{id}"), At("POST", "/v1/jobs", BodyKind::kJson),
                        At("POST", "/v1/models/{owner}/{name}/runs", BodyKind::kJson),
                        At("POST", "/v1/models/ours/{name}/runs", BodyKind::kUpload)});
}

RequestHead Head(const std::string& method, const std::string& target,
                 std::vector<Header> headers = {}) {
  headers.push_back({"Host", "localhost:8080"});
  return {method, target, false, std::move(headers)};
}

int StatusOf(const Gate& gate, RequestHead head) {
  const Admission admission = gate.Admit(std::move(head));
  return admission.refused ? admission.refused->status : 200;
}

TEST(Gate, RoutesByMethodAndPath) {
  const Gate gate = MakeGate();
  const Admission admission = gate.Admit(Head("GET", "/v1/jobs/abc?x=1"));
  ASSERT_FALSE(admission.refused);
  EXPECT_EQ(admission.route->pattern, "/v1/jobs/{id}");
  EXPECT_THAT(admission.request.parameters, ElementsAre("abc"));
  EXPECT_FALSE(admission.close);
  EXPECT_EQ(gate.Admit(Head("DELETE", "/v1/jobs/abc")).route->method, "DELETE");
  EXPECT_EQ(StatusOf(gate, Head("GET", "/v1/jobs/")), 404) << "a name stands for something";
  EXPECT_EQ(StatusOf(gate, Head("GET", "/v1/jobs/a/b")), 404);
  EXPECT_EQ(StatusOf(gate, Head("GET", "/V1/jobs/a")), 404);
}

TEST(Gate, AWordGoesBeforeAName) {
  const Gate gate = MakeGate();
  EXPECT_EQ(gate.Admit(Head("POST", "/v1/models/ours/a/runs")).route->body, BodyKind::kUpload);
  const Admission other = gate.Admit(Head("POST", "/v1/models/theirs/a/runs"));
  EXPECT_THAT(other.request.parameters, ElementsAre("theirs", "a"));
}

TEST(Gate, AnotherMethodIsToldWhatIsAllowed) {
  const Admission admission = MakeGate().Admit(Head("PATCH", "/v1/jobs/a"));
  EXPECT_EQ(admission.refused->status, 405);
  ASSERT_EQ(admission.refusal_headers.size(), 1u);
  EXPECT_EQ(admission.refusal_headers[0].value, "DELETE, GET, HEAD");
}

TEST(Gate, HeadIsGetWithoutItsBody) {
  const Admission admission = MakeGate().Admit(Head("HEAD", "/"));
  EXPECT_FALSE(admission.refused);
  EXPECT_TRUE(admission.head_only);
  EXPECT_EQ(admission.request.method, "GET");
}

TEST(Gate, TwoRoutesOfOnePatternAreAMistake) {
  EXPECT_THROW(Gate({}, {At("GET", "/a"), At("GET", "/a")}), std::logic_error);
  EXPECT_THROW(Gate({}, {At("GET", "a")}), std::logic_error);
}

TEST(Gate, BodiesAreLimitedByTheirRoute) {
  const Gate gate = MakeGate();
  EXPECT_EQ(StatusOf(gate, Head("POST", "/v1/jobs", {{"Content-Length", "1048576"}})), 200);
  EXPECT_EQ(StatusOf(gate, Head("POST", "/v1/jobs", {{"Content-Length", "1048577"}})), 413);
  EXPECT_EQ(StatusOf(gate, Head("DELETE", "/v1/jobs/a", {{"Content-Length", "0"}})), 200);
  EXPECT_EQ(StatusOf(gate, Head("DELETE", "/v1/jobs/a", {{"Content-Length", "1"}})), 413);
  EXPECT_EQ(StatusOf(gate, Head("GET", "/", {{"Transfer-Encoding", "chunked"}})), 413);
}

TEST(Gate, WhatLeavesABodyUnreadEndsTheConnection) {
  const Gate gate = MakeGate();
  EXPECT_FALSE(gate.Admit(Head("GET", "/nothing")).close);
  EXPECT_TRUE(gate.Admit(Head("POST", "/nothing", {{"Content-Length", "5"}})).close);
  EXPECT_TRUE(gate.Admit(Head("GET", "/..")).close);
}

TEST(ApiKeys, GuardAllThatIsNotOpen) {
  ServerOptions options;
  options.api_key = "the key";
  const Gate gate = MakeGate(options);
  const auto with = [&](const char* name, const char* value) {
    return StatusOf(gate, Head("GET", "/v1/jobs/a", {{name, value}}));
  };
  EXPECT_EQ(StatusOf(gate, Head("GET", "/")), 200);
  EXPECT_EQ(StatusOf(gate, Head("GET", "/v1/jobs/a")), 401);
  EXPECT_EQ(with("Authorization", "Bearer the key"), 200);
  EXPECT_EQ(with("authorization", "bearer  the key"), 200);
  EXPECT_EQ(with("Authorization", "Token the key"), 200);
  EXPECT_EQ(with("xi-api-key", "the key"), 200);
  for (const char* wrong : {"Bearer", "Bearer ", "Bearer the ke", "Bearer the key2",
                            "Basic the key", "the key", "Bearer THE KEY", ""}) {
    EXPECT_EQ(with("Authorization", wrong), 401) << wrong;
  }
  EXPECT_EQ(gate.Admit(Head("GET", "/v1/jobs/a")).refusal_headers.at(0).name, "WWW-Authenticate");
}

TEST(Origins, PagesOfOtherSitesMayReadWhatIsOpen) {
  const Gate gate = MakeGate();
  const std::vector<Header> foreign = {{"Origin", "http://evil.example"}};
  EXPECT_EQ(StatusOf(gate, Head("GET", "/", foreign)), 200);
  EXPECT_EQ(StatusOf(gate, Head("GET", "/v1/jobs/a", foreign)), 403);
  EXPECT_EQ(StatusOf(gate, Head("POST", "/v1/jobs", foreign)), 403);
  EXPECT_EQ(StatusOf(gate, Head("DELETE", "/v1/jobs/a", foreign)), 403);
}

TEST(Origins, TheServersOwnPageMayAskForAll) {
  const Gate gate = MakeGate();
  for (const char* own :
       {"http://localhost:8080", "https://localhost:8080", "HTTP://LocalHost:8080"}) {
    EXPECT_EQ(StatusOf(gate, Head("POST", "/v1/jobs", {{"Origin", own}})), 200) << own;
  }
  for (const char* foreign :
       {"http://localhost", "http://localhost:3000", "http://127.0.0.1:8080", "null", "", "file://",
        "http://localhost:8080.evil.example", "http://localhost:8080/", "http://a@localhost:8080",
        "ftp://localhost:8080"}) {
    EXPECT_EQ(StatusOf(gate, Head("POST", "/v1/jobs", {{"Origin", foreign}})), 403) << foreign;
  }
}

TEST(Origins, UsualPortsMayBeLeftOut) {
  const Route route = At("POST", "/v1/jobs");
  Request request{.method = "POST",
                  .headers = {{"Host", "music.example"}, {"Origin", "https://music.example:443"}}};
  EXPECT_NO_THROW(CheckOrigin(request, route));
  request.headers[0].value = "music.example:443";
  request.headers[1].value = "https://music.example";
  EXPECT_NO_THROW(CheckOrigin(request, route));
  request.headers[1].value = "http://music.example";
  EXPECT_THROW(CheckOrigin(request, route), Refusal);
}

TEST(Origins, CrossSiteRequestsMayOnlyRead) {
  const Gate gate = MakeGate();
  const std::vector<Header> cross = {{"Sec-Fetch-Site", "cross-site"}};
  EXPECT_EQ(StatusOf(gate, Head("POST", "/v1/jobs", cross)), 403);
  EXPECT_EQ(StatusOf(gate, Head("GET", "/v1/jobs/a", cross)), 200) << "a link";
  EXPECT_EQ(StatusOf(gate, Head("POST", "/v1/jobs", {{"Sec-Fetch-Site", "same-origin"}})), 200);
}

TEST(Hosts, OfAnAuthority) {
  EXPECT_EQ(HostOf("LocalHost"), "localhost");
  EXPECT_EQ(HostOf("localhost:80"), "localhost");
  EXPECT_EQ(HostOf("localhost:"), "localhost");
  EXPECT_EQ(HostOf("[::1]:8080"), "::1");
  for (const char* none : {"", ":80", "a b", "a@b", "a/b", "a:b", "a:1:2", "::1", "[::1", "[::1]x",
                           "[evil]", "a:123456", "a,b", "\"a\"", "[fe80::1%25eth0]"}) {
    EXPECT_EQ(HostOf(none), "") << none;
  }
}

TEST(Hosts, LocalNamesAndThoseThatAreGiven) {
  ServerOptions options;
  options.host = "192.168.1.5";
  options.allowed_hosts = {"Music.example", "[fd00::1]"};
  const HostRules rules(options);
  for (const char* own :
       {"localhost", "127.0.0.1", "::1", "192.168.1.5", "music.example", "fd00::1"}) {
    EXPECT_TRUE(rules.Allows(own)) << own;
  }
  for (const char* foreign : {"evil.example", "192.168.1.6", "localhost.", "a.music.example", ""}) {
    EXPECT_FALSE(rules.Allows(foreign)) << foreign;
  }
}

TEST(Hosts, BoundToAllAddressesAnyNumberButNoName) {
  for (const char* host : {"0.0.0.0", "::", "[::]"}) {
    ServerOptions options;
    options.host = host;
    const HostRules rules(options);
    EXPECT_TRUE(rules.Allows("192.168.1.5"));
    EXPECT_TRUE(rules.Allows("fd00::2"));
    EXPECT_FALSE(rules.Allows("evil.example"));
    EXPECT_FALSE(rules.Allows("192.168.1"));
    EXPECT_FALSE(rules.Allows("1.2.3.4.evil.example"));
  }
}

TEST(Hosts, ForeignMissingAndDoubledOnesAreRefused) {
  const Gate gate = MakeGate();
  EXPECT_EQ(StatusOf(gate, {"GET", "/", false, {{"Host", "evil.example"}}}), 421);
  EXPECT_EQ(StatusOf(gate, {"GET", "/", false, {}}), 400);
  EXPECT_EQ(StatusOf(gate, {"GET", "/", true, {}}), 400);
  EXPECT_EQ(StatusOf(gate, {"GET", "/", false, {{"Host", "localhost"}, {"host", "localhost"}}}),
            400);
  EXPECT_EQ(StatusOf(gate, {"GET", "/", false, {{"Host", "localhost, evil.example"}}}), 400);
  EXPECT_TRUE(gate.Admit({"GET", "/", false, {{"Host", "evil.example"}}}).close);
}

}  // namespace
}  // namespace musicgen::serve
