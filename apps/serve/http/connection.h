// One client's connection: requests one after another, each answered before the next is looked at.
#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "serve/http/answer_flow.h"
#include "serve/http/answer_sink.h"
#include "serve/http/deadline.h"
#include "serve/http/head_scanner.h"
#include "serve/http/request_parser.h"
#include "serve/http/server_state.h"
#include "serve/http/transport.h"

namespace musicgen::serve {

// On the server's thread. Lives as long as something is awaited of its transport.
class Connection final : public Member,
                         public AnswerSink,
                         public std::enable_shared_from_this<Connection> {
 public:
  // `peer`: the client's address.
  Connection(ServerState& state, std::unique_ptr<Transport> transport, std::string peer);

  void Start();
  void Drop() override { Close(false); }
  void Wind() override;

  void SendAnswer(uint64_t request, Response response) override;
  void FailAnswer(uint64_t request, const Failure& failure) override;
  void BeginAnswer(uint64_t request, Response head) override;
  void WriteAnswer(uint64_t request, std::string piece) override;
  void EndAnswer(uint64_t request) override;
  void AbortAnswer(uint64_t request) override;

 private:
  using Clock = std::chrono::steady_clock;
  enum class Phase { kShaking, kIdle, kHead, kBody, kAnswer, kLinger, kClosed };

  struct OutPiece {
    std::string bytes;
    size_t counted = 0;  // of the flow's unsent bytes
  };

  // connection.cc: what comes in
  void Guarded(const std::function<void()>& work);
  void Read();
  void OnRead(bool fine, size_t bytes);
  void OnClientEnd();
  void Advance();
  void AwaitRequest(double seconds);
  void BeginHead();
  bool ParseHead();  // false: more bytes are needed
  bool ParseBody();
  void BeginBody();
  void ReserveBody(size_t more);
  void HandOver();
  void FreeBuffers();
  void Consume(size_t bytes);
  void RefuseRequest(const Failure& failure);
  void Close(bool reset);
  template <class Work>
  std::function<void()> Held(Work work);

  // connection_answer.cc: what goes out
  bool Answers(uint64_t request) const { return underway_ && underway_->record.request == request; }
  void SendWhole(Response response);
  void Put(std::string bytes, size_t counted);
  void WriteOut();
  void OnWritten(bool fine, size_t bytes);
  void OnSendTime();
  void FinishIfSent();
  void Linger();
  void DrainUntilGone();
  void Log();

  // A request from its head's first byte to its answer's last.
  struct Underway {
    AccessRecord record;
    Clock::time_point started;
    Admission admission;
    BodyCharge charge;
    std::shared_ptr<AnswerFlow> flow;
    bool begun = false, chunked = false, ended = false;  // the answer
  };

  ServerState& state_;
  const std::unique_ptr<Transport> transport_;
  const std::string peer_;
  Phase phase_ = Phase::kShaking;

  std::vector<char> arriving_;  // where the transport puts bytes
  std::string unread_;          // that have come and are not parsed; bounded by Read
  bool reading_ = false, filled_ = false, client_ended_ = false;
  std::optional<HeadScanner> scanner_;
  std::unique_ptr<RequestParser> parser_;
  std::optional<Underway> underway_;
  Deadline read_deadline_;

  std::deque<OutPiece> out_;
  size_t out_offset_ = 0;  // into the first
  bool writing_ = false, send_watched_ = false;
  size_t taken_bytes_ = 0;  // since send_deadline_ was set
  Deadline send_deadline_;
  Clock::time_point linger_until_;
};

}  // namespace musicgen::serve
