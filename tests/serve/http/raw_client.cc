#include "raw_client.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

#include "serve/http/message.h"

namespace musicgen::serve {
namespace {

constexpr double kPatienceS = 10;

bool Readable(int socket, double seconds) {
  pollfd waited{socket, POLLIN, 0};
  return poll(&waited, 1, static_cast<int>(seconds * 1000)) == 1;
}

}  // namespace

RawClient::RawClient(uint16_t port, int receive_bytes) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
  if (receive_bytes > 0) {
    setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof(receive_bytes));
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
}

RawClient::~RawClient() { Close(); }

void RawClient::Close() {
  if (socket_ >= 0) close(std::exchange(socket_, -1));
}

void RawClient::EndSending() { shutdown(socket_, SHUT_WR); }

void RawClient::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
}

bool RawClient::Fill() {
  if (ended_ || !Readable(socket_, kPatienceS)) return false;
  char bytes[65536];
  const ssize_t got = recv(socket_, bytes, sizeof(bytes), 0);
  if (got <= 0) return ended_ = true, false;
  held_.append(bytes, static_cast<size_t>(got));
  return true;
}

std::string RawClient::ReadSome(size_t most) {
  if (held_.empty() && !Fill()) return "";
  std::string some = held_.substr(0, most);
  held_.erase(0, some.size());
  return some;
}

std::optional<std::string> RawClient::ReadUpTo(std::string_view mark) {
  size_t at;
  while ((at = held_.find(mark)) == held_.npos) {
    if (!Fill()) return std::nullopt;
  }
  std::string text = held_.substr(0, at);
  held_.erase(0, at + mark.size());
  return text;
}

Answer RawClient::Read(bool head_only) {
  Answer answer;
  const auto head = ReadUpTo("\r\n\r\n");
  if (!head || !head->starts_with("HTTP/1.1 ")) return answer;
  answer.status = std::stoi(head->substr(9, 3));
  for (size_t at = head->find("\r\n"); at != head->npos;) {
    const size_t end = head->find("\r\n", at + 2);
    const std::string line = head->substr(at + 2, end == head->npos ? end : end - at - 2);
    const size_t colon = line.find(": ");
    answer.headers[LowerCase(line.substr(0, colon))] = line.substr(colon + 2);
    at = end;
  }
  if (head_only || answer.status < 200 || answer.status == 204) {
    answer.whole = true;
  } else if (answer.headers.contains("content-length")) {
    const size_t length = std::stoul(answer.headers["content-length"]);
    while (held_.size() < length && Fill()) {
    }
    answer.whole = held_.size() >= length;
    answer.body = held_.substr(0, length);
    held_.erase(0, length);
  } else if (answer.headers.contains("transfer-encoding")) {
    while (const auto line = ReadUpTo("\r\n")) {
      const size_t length = std::stoul(*line, nullptr, 16);
      while (held_.size() < length + 2 && Fill()) {
      }
      if (held_.size() < length + 2) return answer;
      answer.body += held_.substr(0, length);
      held_.erase(0, length + 2);
      if (length == 0) return answer.whole = true, answer;
    }
  } else {
    while (Fill()) {
    }
    answer.body = std::exchange(held_, "");
    answer.whole = true;
  }
  return answer;
}

bool RawClient::AtEnd() {
  while (held_.empty() && Fill()) {
  }
  return held_.empty() && ended_;
}

bool RawClient::Silent(double seconds) {
  return held_.empty() && !ended_ && !Readable(socket_, seconds);
}

std::string Get(const std::string& path, const std::string& headers) {
  return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
}

std::string Post(const std::string& path, const std::string& body, const std::string& headers) {
  return "POST " + path +
         " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         headers + "\r\n" + body;
}

}  // namespace musicgen::serve
