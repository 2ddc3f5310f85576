// The guards around Boost.Beast 1.81, one test each: what a proxy in front could read otherwise is
// refused, and the connection ends.
#include <gtest/gtest.h>

#include "raw_client.h"
#include "running_server.h"

namespace musicgen::serve {
namespace {

class Guards : public testing::Test {
 protected:
  // 400, then the end: a second request sent with the first gets no answer.
  void ExpectRefused(const std::string& bytes, int status = 400) {
    RawClient client(server_.port());
    const Answer answer = client.Ask(bytes + Get("/item/smuggled"));
    EXPECT_EQ(answer.status, status) << bytes;
    EXPECT_EQ(answer.headers.at("connection"), "close") << bytes;
    EXPECT_TRUE(client.AtEnd()) << bytes;
  }
  static std::string Framed(const std::string& headers, const std::string& version = "1.1") {
    return "POST /echo HTTP/" + version + "\r\nHost: localhost\r\n" + headers + "\r\n";
  }

  RunningServer server_;
};

TEST_F(Guards, TransferEncodingIsChunkedAndNothingElse) {
  for (const char* value : {"gzip", "identity", "chunked, gzip", "gzip, chunked",
                            "chunked, chunked", "xchunked", "chunkedx", "Chunked", "chunked,",
                            ",chunked", "\"chunked\"", "chunked;q=1", "\vchunked", ""}) {
    ExpectRefused(Framed("Transfer-Encoding: " + std::string(value) + "\r\n") + "0\r\n\r\n");
  }
}

TEST_F(Guards, TransferEncodingComesOnce) {
  ExpectRefused(Framed("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n") +
                "0\r\n\r\n");
  ExpectRefused(Framed("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n") +
                "0\r\n\r\n");
}

TEST_F(Guards, ContentLengthAndTransferEncodingExcludeEachOther) {
  ExpectRefused(Framed("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n") + "0\r\n\r\n");
  ExpectRefused(Framed("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n") + "0\r\n\r\n");
  ExpectRefused(Framed("Transfer-Encoding: chunked\r\ncontent-LENGTH: 0\r\n") + "0\r\n\r\n");
}

TEST_F(Guards, Http10HasNoChunks) {
  ExpectRefused(Framed("Transfer-Encoding: chunked\r\n", "1.0") + "0\r\n\r\n");
}

TEST_F(Guards, TrailersAreRefused) {
  ExpectRefused(Framed("Transfer-Encoding: chunked\r\n") + "0\r\nX: y\r\n\r\n");
  ExpectRefused(Framed("Transfer-Encoding: chunked\r\n") + "0\r\nContent-Length: 5\r\n\r\n");
  ExpectRefused(Framed("Transfer-Encoding: chunked\r\nTrailer: X\r\n") + "0\r\n\r\n");
}

TEST_F(Guards, EndlessTrailersAreRefusedBeforeTheirEnd) {
  RawClient client(server_.port());
  client.Send(Framed("Transfer-Encoding: chunked\r\n") + "0\r\n");
  const Answer answer = client.Ask(std::string(100000, 'x'));
  EXPECT_EQ(answer.status, 400);
  EXPECT_TRUE(client.AtEnd());
}

TEST_F(Guards, ChunksHaveNoExtensions) {
  ExpectRefused(Framed("Transfer-Encoding: chunked\r\n") + "1;x=y\r\nA\r\n0\r\n\r\n");
  ExpectRefused(Framed("Transfer-Encoding: chunked\r\n") + "1 \r\nA\r\n0\r\n\r\n");
  ExpectRefused(Framed("Transfer-Encoding: chunked\r\n") + "0;x\r\n\r\n");
}

TEST_F(Guards, HeadsOfChunksAreBounded) {
  RawClient client(server_.port());
  client.Send(Framed("Transfer-Encoding: chunked\r\n") + "1;");
  const Answer answer = client.Ask(std::string(100000, 'x'));
  EXPECT_EQ(answer.status, 400);
  EXPECT_TRUE(client.AtEnd());
  ExpectRefused(Framed("Transfer-Encoding: chunked\r\n") + std::string(100, '0') + "1\r\nA\r\n");
}

TEST_F(Guards, SizesOfChunksArePlainHexadecimal) {
  for (const char* size : {"0x1", "+1", "-1", " 1", "g", "", "1_0", "FFFFFFFFFFFFFFFFF"}) {
    ExpectRefused(Framed("Transfer-Encoding: chunked\r\n") + size + "\r\nA\r\n0\r\n\r\n");
  }
}

TEST_F(Guards, ChunksEndWithTheirLine) {
  ExpectRefused(Framed("Transfer-Encoding: chunked\r\n") + "1\r\nAB\r\n0\r\n\r\n");
  ExpectRefused(Framed("Transfer-Encoding: chunked\r\n") + "1\nA\n0\n\n");
  ExpectRefused(Framed("Transfer-Encoding: chunked\r\n") + "1\r\nA0\r\n\r\n");
}

TEST_F(Guards, ContentLengthIsOnePlainNumber) {
  for (const char* value : {"+5", "-5", "5,5", "5 5", "0x5", "5.0", "5;", "", "five",
                            "99999999999999999999", "18446744073709551616"}) {
    ExpectRefused(Framed("Content-Length: " + std::string(value) + "\r\n") + "hello");
  }
  ExpectRefused(Framed("Content-Length: 5\r\nContent-Length: 5\r\n") + "hello");
  ExpectRefused(Framed("Content-Length: 5\r\nContent-Length: 6\r\n") + "hello!");
}

TEST_F(Guards, LinesEndInCarriageReturnAndLineFeed) {
  ExpectRefused("GET /health HTTP/1.1\nHost: localhost\n\n");
  ExpectRefused("GET /health HTTP/1.1\r\nHost: localhost\nX: y\r\n\r\n");
  ExpectRefused("GET /health HTTP/1.1\r\nHost: localhost\rX: y\r\n\r\n");
  ExpectRefused("GET /health HTTP/1.1\r\nHost: localhost\r\n\n");
}

TEST_F(Guards, LinesDoNotGoOn) {
  ExpectRefused("GET /health HTTP/1.1\r\nHost: localhost\r\nX: y\r\n z\r\n\r\n");
  ExpectRefused("GET /health HTTP/1.1\r\n Host: localhost\r\n\r\n");
  ExpectRefused(Framed("Transfer-Encoding:\r\n chunked\r\n") + "0\r\n\r\n");
}

TEST_F(Guards, NoSpaceBeforeAColon) {
  ExpectRefused(Framed("Transfer-Encoding : chunked\r\n") + "0\r\n\r\n");
  ExpectRefused(Framed("Content-Length\t: 5\r\n") + "hello");
  ExpectRefused(Framed(": 5\r\n"));
}

TEST_F(Guards, OtherVersionsAreRefused) {
  ExpectRefused("GET /health HTTP/2.0\r\nHost: localhost\r\n\r\n", 505);
  ExpectRefused("GET /health HTTP/1.2\r\nHost: localhost\r\n\r\n", 505);
  ExpectRefused("GET /health HTTP/0.9\r\nHost: localhost\r\n\r\n", 505);
  ExpectRefused("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505);
}

TEST_F(Guards, HeadsBeyondTheLimitAreRefused) {
  ExpectRefused(Get("/health", "X: " + std::string(17 << 10, 'x') + "\r\n"), 431);
  std::string many;
  for (int i = 0; i < 100; ++i) many += "X" + std::to_string(i) + ": y\r\n";
  ExpectRefused(Get("/health", many), 431);
  ExpectRefused(Get("/" + std::string(17 << 10, 'x')), 414);
}

TEST_F(Guards, BytesThatAreNoHttpAreRefusedAtOnce) {
  RawClient client(server_.port());
  EXPECT_EQ(client.Ask("\x16\x03\x01").status, 400);  // a greeting of TLS
  EXPECT_TRUE(client.AtEnd());
}

TEST_F(Guards, PlainChunksPass) {
  RawClient client(server_.port());
  const Answer answer = client.Ask(Framed("Transfer-Encoding: chunked\r\n") +
                                   "5\r\nhello\r\n00a\r\n, and more!\r\n0\r\n\r\n");
  EXPECT_EQ(answer.status, 400) << "the size is 10, the bytes are 11";
  RawClient right(server_.port());
  EXPECT_EQ(right
                .Ask(Framed("Transfer-Encoding: chunked\r\n") +
                     "5\r\nhello\r\n00A\r\n, and more\r\n0\r\n\r\n")
                .body,
            "hello, and more");
}

// Beast asserts on a last chunk of which less than five bytes have come.
TEST_F(Guards, PlainChunksPassByteByByte) {
  RawClient client(server_.port());
  const std::string request =
      Framed("Transfer-Encoding: chunked\r\n") + "5\r\nhello\r\nb\r\n, and more!\r\n0\r\n\r\n";
  for (int i = 0; i < 3; ++i) {
    for (const char& byte : request) {
      client.Send({&byte, 1});
      if (i == 2) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    EXPECT_EQ(client.Read().body, "hello, and more!");
  }
}

}  // namespace
}  // namespace musicgen::serve
