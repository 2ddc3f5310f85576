// The exchange that handlers get: passes what they answer to the server's thread.
#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include "serve/http/answer_flow.h"
#include "serve/http/answer_sink.h"
#include "serve/http/body_budget.h"
#include "serve/http/exchange.h"
#include "serve/http/loop.h"

namespace musicgen::serve {

class ServedExchange : public Exchange {
 public:
  ServedExchange(Request request, BodyCharge charge, std::shared_ptr<AnswerFlow> flow,
                 std::shared_ptr<Loop> loop, std::weak_ptr<AnswerSink> sink);
  ~ServedExchange() override;

  const Request& request() const override { return request_; }
  void Send(Response response) override;
  void Begin(Response head) override;
  bool Write(std::string piece) override;
  void End() override;
  void Abort() override;
  void WhenGone(std::function<void()> callback) override;
  // A failure instead of an answer; drops the connection if the answer has begun.
  void Fail(const Failure& failure);

 private:
  enum class State { kNone, kBegun, kEnded };
  template <class Work>
  void Post(Work work);
  bool Move(State from, State to, std::function<void()> post);

  const Request request_;
  const BodyCharge charge_;
  const std::shared_ptr<AnswerFlow> flow_;
  const std::shared_ptr<Loop> loop_;
  const std::weak_ptr<AnswerSink> sink_;  // taken hold of on the server's thread alone
  std::mutex mutex_;
  State state_ = State::kNone;
};

}  // namespace musicgen::serve
