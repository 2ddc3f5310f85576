// A client that sends whatever bytes a test wants.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace musicgen::serve {

struct Answer {
  int status = 0;                              // 0: the connection ended or nothing came in time
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
  bool whole = false;
};

class RawClient {
 public:
  // `receive_bytes`: of the socket's own buffer; 0: the system's choice.
  explicit RawClient(uint16_t port, int receive_bytes = 0);
  ~RawClient();
  RawClient(const RawClient&) = delete;

  void Send(std::string_view bytes);  // stops where the server has gone
  Answer Read(bool head_only = false);
  Answer Ask(std::string_view bytes) {
    Send(bytes);
    return Read();
  }
  std::string ReadSome(size_t most);  // empty: the end, or nothing in time
  bool AtEnd();                       // the server has closed: waits for it up to 10 s
  bool Silent(double seconds);        // neither bytes nor the end
  void EndSending();
  void Close();

 private:
  std::optional<std::string> ReadUpTo(std::string_view mark);
  bool Fill();

  int socket_;
  std::string held_;
  bool ended_ = false;
};

// "GET /path HTTP/1.1" with Host and `headers`, each with its CR LF.
std::string Get(const std::string& path, const std::string& headers = "");
std::string Post(const std::string& path, const std::string& body, const std::string& headers = "");

}  // namespace musicgen::serve
