#include "serve/http/served_exchange.h"

#include <utility>

namespace musicgen::serve {

ServedExchange::ServedExchange(Request request, BodyCharge charge, std::shared_ptr<AnswerFlow> flow,
                               std::shared_ptr<Loop> loop, std::weak_ptr<AnswerSink> sink)
    : request_(std::move(request)),
      charge_(std::move(charge)),
      flow_(std::move(flow)),
      loop_(std::move(loop)),
      sink_(std::move(sink)) {}

ServedExchange::~ServedExchange() {
  Fail({.status = 500,
        .message = "The server gave no answer to this request.",
        .code = "internal_error"});
}

template <class Work>
void ServedExchange::Post(Work work) {
  loop_->Post([sink = sink_, request = request_.id, work = std::move(work)]() mutable {
    if (const auto alive = sink.lock()) work(*alive, request);
  });
}

// The order of what is posted is that of the states: under the lock.
bool ServedExchange::Move(State from, State to, std::function<void()> post) {
  {
    std::lock_guard lock(mutex_);
    if (state_ != from) return false;
    state_ = to;
    post();
  }
  if (to == State::kEnded) flow_->End();
  return true;
}

void ServedExchange::Send(Response response) {
  Move(State::kNone, State::kEnded, [&] {
    Post([response = std::move(response)](AnswerSink& sink, uint64_t request) mutable {
      sink.SendAnswer(request, std::move(response));
    });
  });
}

void ServedExchange::Fail(const Failure& failure) {
  const bool failed = Move(State::kNone, State::kEnded, [&] {
    Post([failure](AnswerSink& sink, uint64_t request) { sink.FailAnswer(request, failure); });
  });
  if (!failed) Abort();
}

void ServedExchange::Begin(Response head) {
  Move(State::kNone, State::kBegun, [&] {
    Post([head = std::move(head)](AnswerSink& sink, uint64_t request) mutable {
      sink.BeginAnswer(request, std::move(head));
    });
  });
}

bool ServedExchange::Write(std::string piece) {
  std::unique_lock lock(mutex_);
  if (state_ != State::kBegun) return false;
  const AnswerFlow::Room room = flow_->Add(piece.size());
  if (room == AnswerFlow::Room::kTooMuch) {
    lock.unlock();
    Abort();
    return false;
  }
  if (room == AnswerFlow::Room::kGone) return false;
  Post([piece = std::move(piece)](AnswerSink& sink, uint64_t request) mutable {
    sink.WriteAnswer(request, std::move(piece));
  });
  return true;
}

void ServedExchange::End() {
  Move(State::kBegun, State::kEnded,
       [&] { Post([](AnswerSink& sink, uint64_t request) { sink.EndAnswer(request); }); });
}

void ServedExchange::Abort() {
  const auto post = [&] {
    Post([](AnswerSink& sink, uint64_t request) { sink.AbortAnswer(request); });
  };
  if (!Move(State::kBegun, State::kEnded, post)) Move(State::kNone, State::kEnded, post);
}

void ServedExchange::WhenGone(std::function<void()> callback) {
  if (!flow_->WhenGone(callback)) loop_->Post(std::move(callback));
}

}  // namespace musicgen::serve
