// Bytes to and from a client, plain or over TLS.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

namespace boost::asio::ssl {
class context;
}

namespace musicgen::serve {

// On the server's thread. What is passed stays in place until `done`, which is called later on,
// never within the call; one reading and one writing at a time.
class Transport {
 public:
  using Done = std::function<void(bool fine, size_t bytes)>;  // not fine: fault, or the end

  virtual ~Transport() = default;
  virtual void Shake(Done done) = 0;                                            // before all else
  virtual void Read(char* data, size_t size, Done done) = 0;                    // some of it
  virtual void Write(std::span<const std::string_view> pieces, Done done) = 0;  // some of it
  // Tells the client that nothing more comes. What it still sends can then be read, undeciphered.
  virtual void EndWriting(Done done) = 0;
  // `reset`: so that the client notices that an answer without a told length is not whole.
  virtual void Close(bool reset) = 0;
};

std::unique_ptr<Transport> PlainTransport(boost::asio::ip::tcp::socket socket);
std::unique_ptr<Transport> TlsTransport(boost::asio::ip::tcp::socket socket,
                                        boost::asio::ssl::context& context);

// For both: closes, with a reset instead of an end if asked for.
void CloseSocket(boost::asio::ip::tcp::socket& socket, bool reset);

inline constexpr size_t kMostPieces = 8;  // that Write looks at

}  // namespace musicgen::serve
