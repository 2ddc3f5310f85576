// One request and its answer.
#pragma once

#include <functional>
#include <string>

#include "serve/http/message.h"

namespace musicgen::serve {

// Held by shared_ptr as long as an answer is to come. Methods may be called from any thread and
// return at once; what comes after the end is ignored. It may outlive the server: then nobody
// listens.
class Exchange {
 public:
  virtual ~Exchange() = default;  // without an answer: 500

  virtual const Request& request() const = 0;

  // The whole answer.
  virtual void Send(Response response) = 0;

  // Or an answer in pieces: its head with the first of them, more, and the end. Chunked, or up to
  // the connection's end for HTTP/1.0.
  virtual void Begin(Response head) = 0;
  // False where the client has gone, or reads so slowly that more than the limit is unsent: the
  // connection is then dropped.
  virtual bool Write(std::string piece) = 0;
  virtual void End() = 0;
  // Drops the connection, so that the client sees that the body is not whole.
  virtual void Abort() = 0;

  // Called once, on the server's thread, when the client goes away before the answer is whole, at
  // once if it has gone already; a client that ends its side of the connection has gone. Never
  // after the end. The callback does not throw, and is forgotten with the end or the call.
  virtual void WhenGone(std::function<void()> callback) = 0;
};

}  // namespace musicgen::serve
