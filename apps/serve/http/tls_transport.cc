#include <boost/asio/ssl/stream.hpp>
#include <utility>

#include "serve/http/buffers.h"
#include "serve/http/transport.h"

namespace musicgen::serve {
namespace {

using boost::asio::ip::tcp;
namespace ssl = boost::asio::ssl;
using ErrorCode = boost::system::error_code;

class Tls : public Transport {
 public:
  Tls(tcp::socket socket, ssl::context& context) : stream_(std::move(socket), context) {}

  void Shake(Done done) override {
    stream_.async_handshake(ssl::stream_base::server,
                            [done = std::move(done)](ErrorCode error) { done(!error, 0); });
  }

  void Read(char* data, size_t size, Done done) override {
    auto passed = [done = std::move(done)](ErrorCode error, size_t bytes) { done(!error, bytes); };
    if (ended_) {
      stream_.next_layer().async_read_some(boost::asio::buffer(data, size), std::move(passed));
    } else {
      stream_.async_read_some(boost::asio::buffer(data, size), std::move(passed));
    }
  }

  void Write(std::span<const std::string_view> pieces, Done done) override {
    stream_.async_write_some(
        Buffers(pieces),
        [done = std::move(done)](ErrorCode error, size_t bytes) { done(!error, bytes); });
  }

  void EndWriting(Done done) override {
    ended_ = true;
    // Ends when the client says goodbye as well, or says something else.
    stream_.async_shutdown([this, done = std::move(done)](ErrorCode) {
      ErrorCode ignored;
      stream_.next_layer().shutdown(tcp::socket::shutdown_send, ignored);
      done(true, 0);
    });
  }

  void Close(bool reset) override { CloseSocket(stream_.next_layer(), reset); }

 private:
  ssl::stream<tcp::socket> stream_;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<Transport> TlsTransport(tcp::socket socket, ssl::context& context) {
  return std::make_unique<Tls>(std::move(socket), context);
}

}  // namespace musicgen::serve
