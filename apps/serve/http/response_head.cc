#include "serve/http/response_head.h"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <string_view>

namespace musicgen::serve {
namespace {

const char* Reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    case 507:
      return "Insufficient Storage";
    default:
      return status < 300 ? "OK" : status < 400 ? "Redirect" : "Error";
  }
}

std::string Date() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[64];
  return {text, std::strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &utc)};
}

void AddLine(std::string& head, std::string_view name, std::string_view value) {
  const size_t start = head.size();
  head.append(name).append(": ").append(value);
  const auto is_control = [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; };
  std::replace_if(head.begin() + static_cast<std::ptrdiff_t>(start), head.end(), is_control, ' ');
  head += "\r\n";
}

void AddDefault(std::string& head, const Response& response, std::string_view name,
                std::string_view value) {
  const auto same = [&](const Header& header) { return SameName(header.name, name); };
  if (std::ranges::none_of(response.headers, same)) AddLine(head, name, value);
}

}  // namespace

bool HasBody(int status) { return status >= 200 && status != 204 && status != 304; }

std::string ResponseHead(const Response& response, const AnswerForm& form) {
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " ";
  head.append(Reason(response.status)).append("\r\n");
  AddLine(head, "Date", Date());
  if (HasBody(response.status)) {
    if (!response.content_type.empty()) AddLine(head, "Content-Type", response.content_type);
    if (form.chunked) {
      AddLine(head, "Transfer-Encoding", "chunked");
    } else if (form.content_length) {
      AddLine(head, "Content-Length", std::to_string(*form.content_length));
    }
  }
  AddLine(head, "Connection", form.close ? "close" : "keep-alive");
  for (const Header& header : response.headers) AddLine(head, header.name, header.value);
  AddDefault(head, response, "Cache-Control", "no-store");
  AddDefault(head, response, "X-Content-Type-Options", "nosniff");
  AddDefault(head, response, "Referrer-Policy", "no-referrer");
  head += "\r\n";
  return head;
}

std::string Chunk(const std::string& piece) {
  if (piece.empty()) return {};
  char size[20];
  std::snprintf(size, sizeof(size), "%zx\r\n", piece.size());
  std::string chunk;
  chunk.reserve(piece.size() + sizeof(size) + 2);
  return chunk.append(size).append(piece).append("\r\n");
}

}  // namespace musicgen::serve
