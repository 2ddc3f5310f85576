#include <boost/asio/post.hpp>
#include <utility>

#include "serve/http/buffers.h"
#include "serve/http/transport.h"

namespace musicgen::serve {
namespace {

using boost::asio::ip::tcp;
using ErrorCode = boost::system::error_code;

class Plain : public Transport {
 public:
  explicit Plain(tcp::socket socket) : socket_(std::move(socket)) {}

  void Shake(Done done) override { Soon(std::move(done)); }

  void Read(char* data, size_t size, Done done) override {
    socket_.async_read_some(
        boost::asio::buffer(data, size),
        [done = std::move(done)](ErrorCode error, size_t bytes) { done(!error, bytes); });
  }

  void Write(std::span<const std::string_view> pieces, Done done) override {
    socket_.async_write_some(
        Buffers(pieces),
        [done = std::move(done)](ErrorCode error, size_t bytes) { done(!error, bytes); });
  }

  void EndWriting(Done done) override {
    ErrorCode ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
    Soon(std::move(done));
  }

  void Close(bool reset) override { CloseSocket(socket_, reset); }

 private:
  void Soon(Done done) {
    boost::asio::post(socket_.get_executor(), [done = std::move(done)] { done(true, 0); });
  }

  tcp::socket socket_;
};

}  // namespace

std::unique_ptr<Transport> PlainTransport(tcp::socket socket) {
  return std::make_unique<Plain>(std::move(socket));
}

void CloseSocket(tcp::socket& socket, bool reset) {
  ErrorCode ignored;
  if (reset) socket.set_option(tcp::socket::linger(true, 0), ignored);
  socket.close(ignored);
}

}  // namespace musicgen::serve
