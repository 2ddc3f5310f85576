// The server's thread, as others reach it.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <mutex>

namespace musicgen::serve {

// Lives as long as an exchange does, which may be longer than the server.
class Loop {
 public:
  Loop();
  // Runs `work` soon on the thread that runs io(), in the order of the calls, whichever threads
  // make them; after Close it is dropped.
  void Post(std::function<void()> work);
  boost::asio::io_context& io() { return *io_; }
  // Destroys what is still waiting to run. Nobody runs io() any more.
  void Close();

 private:
  std::mutex mutex_;
  std::unique_ptr<boost::asio::io_context> io_;
  bool closed_ = false;
};

}  // namespace musicgen::serve
